package normal

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// spellings of normalizers as tokenizers 0.23 writes them.
var written = []string{
	`{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}`,
	`{"type":"BertNormalizer","clean_text":false,"handle_chinese_chars":true,"strip_accents":false,"lowercase":true}`,
	`{"type":"NFC"}`, `{"type":"NFD"}`, `{"type":"NFKC"}`, `{"type":"NFKD"}`,
	`{"type":"Nmt"}`, `{"type":"Lowercase"}`, `{"type":"StripAccents"}`, `{"type":"ByteLevel"}`,
	`{"type":"Strip","strip_left":false,"strip_right":true}`,
	`{"type":"Prepend","prepend":"▁<&>"}`,
	`{"type":"Replace","pattern":{"String":"a"},"content":"b"}`,
	`{"type":"Replace","pattern":{"Regex":" {2,}"},"content":"▁"}`,
	`{"type":"Sequence","normalizers":[{"type":"NFD"},{"type":"Sequence","normalizers":[]}]}`,
	`{"type":"Precompiled","precompiled_charsmap":"BAAAAAAAAABZAA=="}`,
}

func TestWrittenAsRead(t *testing.T) {
	for _, want := range written {
		n := must(Read(json.RawMessage(want)))(t)
		if got := must(Encode(n))(t); string(got) != want {
			t.Errorf("%s is written as %s", want, got)
		}
	}
}

func TestReadOlder(t *testing.T) {
	n := must(Read(json.RawMessage(`{"type":"Bert","clean_text":true,"handle_chinese_chars":true,"lowercase":true,"x":1}`)))(t)
	if got := String(n, "É\tx"); got != "e x" {
		t.Errorf("Bert gives %q", got)
	}
	for _, null := range []string{"null", " null ", ""} {
		if n, err := Read(json.RawMessage(null)); n != nil || err != nil {
			t.Errorf("%q gives %v, %v", null, n, err)
		}
	}
}

func TestReadErrors(t *testing.T) {
	deep := strings.Repeat(`{"type":"Sequence","normalizers":[`, 12) + `{"type":"NFC"}` + strings.Repeat("]}", 12)
	many := `{"type":"Sequence","normalizers":[` + strings.Repeat(`{"type":"NFC"},`, 300) + `{"type":"NFC"}]}`
	for raw, want := range map[string]string{
		`[]`:                             "normalizer: has to be an object",
		`{"type":1}`:                     "normalizer: type: ",
		`{}`:                             "normalizer: type: is missing",
		`{"type":"NFX"}`:                 `normalizer.type: "NFX" is no normalizer`,
		`{"type":"Strip"}`:               "normalizer.strip_left: is missing",
		`{"type":"Prepend"}`:             "normalizer.prepend: is missing",
		`{"type":"Sequence"}`:            "normalizer.normalizers: has to be a list",
		`{"type":"BertNormalizer"}`:      "normalizer.clean_text: is missing",
		`{"type":"Replace","pattern":1}`: "normalizer.pattern: ",
		`{"type":"Sequence","normalizers":[{"type":"NFC"},null]}`:          "normalizer.normalizers[1]: is null",
		`{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"no"}]}`: `normalizer.normalizers[1].type: "no"`,
		`{"type":"Precompiled","precompiled_charsmap":null}`:               "normalizer.precompiled_charsmap: is missing",
		`{"type":"Precompiled","precompiled_charsmap":"!"}`:                "normalizer.precompiled_charsmap: illegal base64",
		`{"type":"Precompiled","precompiled_charsmap":""}`:                 "normalizer.precompiled_charsmap: 0 bytes are too few",
		`{"type":"Precompiled","precompiled_charsmap":"/////wAAAABZAA=="}`: "normalizer.precompiled_charsmap: a trie of 4294967295 bytes",
		`{"type":"Replace","pattern":{"String":""},"content":""}`:          "a text of 0 bytes to be replaced",
		`{"type":"Replace","pattern":{"Regex":"x*"},"content":""}`:         "matches the empty text",
		`{"type":"Replace","pattern":{"Regex":"a(?=b)"},"content":""}`:     "byte 1: is not supported",
		`{"type":"Replace","pattern":{"Regex":"\\p{L}"},"content":""}`:     "byte 0: is not supported",
		`{"type":"Replace","pattern":{"String":"a","Regex":"a"}}`:          "has to be a String or a Regex",
		`{"type":"Prepend","prepend":"` + strings.Repeat("a", 2000) + `"}`: "2000 bytes, where 1024 are allowed",
		deep: "nested deeper than 8",
		many: "more than 256 normalizers",
	} {
		n, err := Read(json.RawMessage(raw))
		if err == nil || !strings.Contains(err.Error(), want) || n != nil {
			t.Errorf("%.80s gives %v and %q, want %q", raw, n, err, want)
		}
	}
}

// What cannot mean the same in Go is refused, not guessed.
func TestRegexRefused(t *testing.T) {
	for _, re := range []string{
		`a{,2}`, `a++`, `(?i)a`, `é`, `[[a]b]`, `[a&&b]`, `a{2}?`, `{2}`, `a{x}`, `]`, `a^`, `\b`, `\w`, `\d`, `\h`,
		`(a`, `a)`, `[a`, `\`, `a**`, `|*`, `[]a]`, `[a-\s]`, `[\s-a]`, `[-a]`, `[a-]`, `[:alpha:]`, `(?<n>a)`, `(a?)+b`, `(?:a??)*b`, `\1`, `\x41`,
	} {
		if _, err := Regex(re); err == nil && re != `é` && re != `[:alpha:]` {
			t.Errorf("%s is taken", re)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, w := range written {
		f.Add([]byte(w), "e\u0301 \u00C5\r\n가")
	}
	f.Fuzz(func(t *testing.T, raw []byte, text string) {
		n, err := Read(raw)
		if err != nil || n == nil || !utf8.ValidString(text) {
			return
		}
		got := n.Append([]byte("x"), text)
		if got[0] != 'x' || !utf8.Valid(got) {
			t.Errorf("%s gives %q", raw, got)
		}
		if s := String(n, text); s != string(got[1:]) {
			t.Errorf("%s gives %q and %q", raw, got[1:], s)
		}
		again, err := Read(must(Encode(n))(t))
		if err != nil {
			t.Fatalf("%s is written as what cannot be read: %v", raw, err)
		}
		if s := String(again, text); s != string(got[1:]) {
			t.Errorf("%s, written and read, gives %q, not %q", raw, s, got[1:])
		}
	})
}

// FuzzCharsmap damages charsmaps: what is read has to end, within bounds.
func FuzzCharsmap(f *testing.F) {
	small := compileCharsmap(map[string]string{"a": "bc", "ab": "", "é": "e", "e\u0301": "é", "\r": " "})
	f.Add(small, "ab\r\né e\u0301\u0302")
	f.Add(must(base64.StdEncoding.DecodeString("BAAAAAAAAABZAA=="))(f), "aé")
	f.Fuzz(func(t *testing.T, charsmap []byte, text string) {
		p, err := newPrecompiled(charsmap)
		if err != nil || !utf8.ValidString(text) {
			return
		}
		if got := p.Append(nil, text); !utf8.Valid(got) || len(got) > (MaxContent+1)*len(text) {
			t.Errorf("%x makes %q of %q", charsmap, got, text)
		}
	})
}

// The tables are of the ages that tokenizers 0.23 has, and stay so.
func TestAges(t *testing.T) {
	bert := BERT{CleanText: true, HandleChineseChars: true, Lowercase: true}
	for _, c := range []struct {
		n          Normalizer
		text, want string
	}{
		{NFKC, "\u32FE\u32FF", "\u30F2\u32FF"},                       // U+32FF came with Unicode 12.1
		{NFD, "\U00011938", "\U00011938"},                            // with 13.0
		{StripAccents{}, "a\u1DF5\u1DF6", "a\u1DF6"},                 // with 9.0 and 10.0
		{Lowercase{}, "\U00016EA0İΣ", "\U00016EBBi\u0307σ"},          // with 17.0
		{bert, "x\u08E3y\u08D4z", "xy\u08D4z"},                       // Mn of 8.0 and of 9.0
		{bert, "a\u061Cb\u08E2c\U0002B820d", "ab\u08E2c\U0002B820d"}, // Cf of 6.3 and of 9.0; a Chinese character left out
	} {
		if got := String(c.n, c.text); got != c.want {
			t.Errorf("%T of %+q gives %+q, want %+q", c.n, c.text, got, c.want)
		}
	}
}
