package tokenize

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// tiktokenGolden is made by testdata/scripts/tokenizer_families.py.
type tiktokenGolden struct {
	Text            string
	Ordinary        []uint32
	Special         []uint32
	Decoded, Cutoff string
}

// testEncoding is the encoding of the fixtures: another's words, and special
// tokens behind and among the ranks.
func testEncoding(t testing.TB, like string) Encoding {
	t.Helper()
	e, ok := EncodingOf(like)
	if !ok {
		t.Fatalf("no encoding %s", like)
	}
	e.Specials = map[string]uint32{"<|endoftext|>": 1000, "<|fim_prefix|>": 1003}
	return e
}

// TestTiktoken: ids and text are tiktoken's, for the words of each encoding, also
// once the tokenizer is written as tokenizer.json.
func TestTiktoken(t *testing.T) {
	ranks, err := os.ReadFile("testdata/families/ranks.tiktoken")
	if err != nil {
		t.Fatal(err)
	}
	for _, like := range []string{"r50k_base", "cl100k_base", "o200k_base"} {
		tok, err := ReadTiktoken(ranks, testEncoding(t, like))
		if err != nil {
			t.Fatal(err)
		}
		again, err := Read(tok.JSON())
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprintf("%T", tok.splitter) != fmt.Sprintf("%T", again.splitter) {
			t.Errorf("%s: words are cut by %T, and by %T once it is written", like, tok.splitter, again.splitter)
		}
		for _, g := range load[[]tiktokenGolden](t, "families/"+like+"-tiktoken.json") {
			for _, enc := range []*Encoder{tok.NewEncoder(), again.NewEncoder()} {
				if got := enc.Encode(nil, g.Text); !slices.Equal(got, g.Ordinary) {
					t.Errorf("%s: Encode(%q)\n got %v\nwant %v", like, g.Text, got, g.Ordinary)
				}
				if got := enc.EncodePrompt(nil, g.Text); !slices.Equal(got, g.Special) {
					t.Errorf("%s: EncodePrompt(%q)\n got %v\nwant %v", like, g.Text, got, g.Special)
				}
				checkDecoded(t, enc.tok, g.Special, g.Decoded)
				checkDecoded(t, enc.tok, g.Ordinary[min(1, len(g.Ordinary)):], g.Cutoff)
			}
		}
	}
}

func checkDecoded(t *testing.T, tok *Tokenizer, ids []uint32, want string) {
	t.Helper()
	if got, err := tok.Decode(ids, false); err != nil || got != want {
		t.Errorf("Decode(%v)\n got %q (%v)\nwant %q", ids, got, err, want)
	}
}

// TestEncodings: what is said of each encoding has its words, and its special
// tokens fit its ranks, of which some are left out for them.
func TestEncodings(t *testing.T) {
	for _, name := range Encodings() {
		e, ok := EncodingOf(name)
		if !ok {
			t.Fatalf("%s is listed and not known", name)
		}
		var last uint32
		taken := map[uint32]bool{}
		for _, id := range e.Specials {
			last, taken[id] = max(last, id), true
		}
		if len(taken) != len(e.Specials) {
			t.Errorf("%s gives an id twice", name)
		}
		var ranks strings.Builder
		for id := range last {
			if !taken[id] {
				fmt.Fprintf(&ranks, "%s %d\n", base64.StdEncoding.EncodeToString(tokenFor(id)), id)
			}
		}
		tok, err := ReadTiktoken([]byte(ranks.String()), e)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if n := tok.Size(); n != int(last)+1 {
			t.Errorf("%s has %d ids, want %d", name, n, last+1)
		}
		if end := tok.Roles().Eos; end != "<|endoftext|>" {
			t.Errorf("%s: texts end with %q", name, end)
		}
	}
}

// tokenFor gives a different token for each id, bytes for the first.
func tokenFor(id uint32) []byte {
	if id < 256 {
		return []byte{byte(id)}
	}
	return []byte(fmt.Sprintf("t%d", id))
}

func TestTiktokenErrors(t *testing.T) {
	ranks, err := os.ReadFile("testdata/families/ranks.tiktoken")
	if err != nil {
		t.Fatal(err)
	}
	good := testEncoding(t, "r50k_base")
	for _, c := range []struct {
		data string
		e    Encoding
		why  string
	}{
		{string(ranks), Encoding{}, "pattern: is missing"},
		{string(ranks), Encoding{Pattern: "("}, "pre_tokenizer"},
		{string(ranks), Encoding{good.Pattern, map[string]uint32{"<a>": 7}}, `special token "<a>" has id 7, which is the rank of a token`},
		{string(ranks), Encoding{good.Pattern, map[string]uint32{"<a>": 1 << 22}}, `ids below`},
		{string(ranks), Encoding{good.Pattern, map[string]uint32{"": 1000}}, `special token ""`},
		{"", good, "has no rank"},
		{"IQ== 0\nIQ==", good, "line 2"},
		{string(ranks[:len(ranks)/2]) + "\nIQ== x", good, "line "},
	} {
		if _, err := ReadTiktoken([]byte(c.data), c.e); err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%v, want %q", err, c.why)
		}
	}
}

// FuzzReadTiktoken: what is read encodes and is written and read again.
func FuzzReadTiktoken(f *testing.F) {
	ranks, err := os.ReadFile("testdata/families/ranks.tiktoken")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(ranks, r50kPattern, "<|end|>", uint32(1000))
	f.Add(ranks[:4000], `\w+|\W`, "", uint32(0))
	f.Fuzz(func(t *testing.T, data []byte, pattern, name string, id uint32) {
		tok, err := ReadTiktoken(data, Encoding{pattern, map[string]uint32{name: id % 5000}})
		if err != nil {
			return
		}
		if !json.Valid(tok.JSON()) {
			t.Error("written, it is no JSON")
		}
		const text = "it's  <|end|>\xff 日本 1234"
		back, err := tok.Decode(tok.NewEncoder().Encode(nil, text), false)
		if err != nil {
			t.Errorf("%q came back as %q (%v)", text, back, err)
		}
	})
}
