package decoding

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"corpus/tokenize/normal"
)

func TestReadOlder(t *testing.T) {
	for raw, want := range map[string]string{
		`{"type":"Metaspace","replacement":"▁","add_prefix_space":true}`:                             `"prepend_scheme":"always"`,
		`{"type":"Metaspace","replacement":"▁","add_prefix_space":false}`:                            `"prepend_scheme":"never"`,
		`{"type":"Metaspace","replacement":"▁","str_rep":"▁","prepend_scheme":"never","split":null}`: `"prepend_scheme":"never"`,
		`{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true}`:                           `"use_regex":true`,
	} {
		d, err := Read(json.RawMessage(raw))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := normal.Encode(d); err != nil || !strings.Contains(string(got), want) {
			t.Errorf("%s is %s (%v)", raw, got, err)
		}
	}
	if d, err := Read(json.RawMessage("null")); d != nil || err != nil {
		t.Errorf("null gives %v, %v", d, err)
	}
}

func TestReadErrors(t *testing.T) {
	deep := strings.Repeat(`{"type":"Sequence","decoders":[`, 12) + `{"type":"Fuse"}` + strings.Repeat("]}", 12)
	for raw, want := range map[string]string{
		`1`:                     "decoder: has to be an object",
		`{}`:                    "decoder: type: is missing",
		`{"type":"no"}`:         `decoder.type: "no" is no decoder`,
		`{"type":"ByteLevel"}`:  "decoder.add_prefix_space: is missing",
		`{"type":"WordPiece"}`:  "decoder.prefix: is missing",
		`{"type":"BPEDecoder"}`: "decoder.suffix: is missing",
		`{"type":"CTC"}`:        "decoder.pad_token: is missing",
		`{"type":"Sequence"}`:   "decoder.decoders: has to be a list",
		`{"type":"Metaspace"}`:  "decoder.replacement: is missing",
		`{"type":"Strip"}`:      "decoder.content: is missing",
		`{"type":"Replace"}`:    "decoder.pattern: is missing",
		deep:                    "nested deeper than 8",
		`{"type":"Sequence","decoders":[{"type":"Fuse"},null]}`:                                     "decoder.decoders[1]: is null",
		`{"type":"Strip","content":"ab","start":0,"stop":0}`:                                        "decoder.content: \"ab\" is not one character",
		`{"type":"Strip","content":"a","start":-1,"stop":0}`:                                        "may not be negative",
		`{"type":"Metaspace","replacement":"","prepend_scheme":"x"}`:                                "is not one character",
		`{"type":"Metaspace","replacement":"_","prepend_scheme":"x"}`:                               "not one of always",
		`{"type":"Metaspace","replacement":"_","prepend_scheme":"always","add_prefix_space":false}`: "contradicts",
		`{"type":"BPEDecoder","suffix":"` + strings.Repeat("a", 2000) + `"}`:                        "2000 bytes, where 1024 are allowed",
	} {
		if d, err := Read(json.RawMessage(raw)); err == nil || !strings.Contains(err.Error(), want) || d != nil {
			t.Errorf("%.80s gives %v and %v, want %q", raw, d, err, want)
		}
	}
}

// Where tokenizers panics, nothing is left.
func TestStripOfTooLittle(t *testing.T) {
	for _, c := range []struct {
		strip Strip
		token string
	}{{Strip{" ", 1, 1}, " "}, {Strip{" ", 0, 2}, " "}, {Strip{" ", 0, 1}, ""}, {Strip{" ", 2, 2}, "   "}} {
		if got := c.strip.Decode([]string{c.token}); got[0] != "" {
			t.Errorf("%+v of %q gives %q", c.strip, c.token, got)
		}
	}
}

func TestText(t *testing.T) {
	if got := Text(nil, []string{"a", "b"}); got != "a b" {
		t.Errorf("without a decoder: %q", got)
	}
	if got := Text(Metaspace{Replacement: "▁", PrependScheme: "always"}, []string{"▁a", "▁b"}); got != "a b" {
		t.Errorf("with one: %q", got)
	}
}

func FuzzRead(f *testing.F) {
	for _, raw := range []string{
		`{"type":"WordPiece","prefix":"##","cleanup":true}`,
		`{"type":"Strip","content":" ","start":1,"stop":2}`,
		`{"type":"CTC","pad_token":"","word_delimiter_token":"","cleanup":true}`,
		`{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"}]}`,
		`{"type":"Sequence","decoders":[{"type":"BPEDecoder","suffix":"</w>"},{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true}]}`,
		`{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":false}`,
	} {
		f.Add([]byte(raw), "▁a\nÃ©\n<0xC3>\n<0xA9>\n ##b .</w>")
	}
	f.Fuzz(func(t *testing.T, raw []byte, text string) {
		d, err := Read(raw)
		if err != nil || d == nil || !utf8.ValidString(text) {
			return
		}
		tokens := strings.Split(text, "\n")
		got := Text(d, tokens)
		if !utf8.ValidString(got) {
			t.Errorf("%s makes %q of %q", raw, got, tokens)
		}
		written, err := normal.Encode(d)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Read(written)
		if err != nil {
			t.Fatalf("%s is written as %s: %v", raw, written, err)
		}
		if other := Text(again, tokens); other != got {
			t.Errorf("%s, written and read, makes %q, not %q", raw, other, got)
		}
		if strings.Join(tokens, "\n") != text {
			t.Errorf("%s changes the tokens it is given", raw)
		}
	})
}
