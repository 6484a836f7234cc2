package normal

import (
	"crypto/sha256"
	"fmt"
	"testing"
)

// The charsmap that the fixtures were made with is the one they are compared with.
func TestCharsmapIsFixed(t *testing.T) {
	sum := sha256.Sum256(compiled())
	const want = "434e0d9d76ca7035"
	if got := fmt.Sprintf("%x", sum[:8]); got != want {
		t.Errorf("our charsmap of %d bytes has the hash %s, want %s", len(compiled()), got, want)
	}
}

// What follows a key in its cluster is lost, as in tokenizers 0.23.
func TestShortestPrefix(t *testing.T) {
	p := must(newPrecompiled(compiled()))(t)
	for text, want := range map[string]string{
		"e\u0301":             "é",
		"a\u0302\u0301":       "â", // a mark is lost
		"o\u0323\u0302":       "ọ",
		"\r\n":                " ",
		"\uFB01\u0301":        "fi",
		"\uFB01\u0301\u0301x": "fi\u0301\u0301x",
	} {
		if got := String(p, text); got != want {
			t.Errorf("%q gives %q, want %q", text, got, want)
		}
	}
}

// The bits for single runes are what looking them up gives.
func TestMapped(t *testing.T) {
	for _, rules := range []map[string]string{{"\u00a0": " ", "\r": "\n"}, {"\xc3\xa9": "e", "a": "b", "가": "x", "\uffff": "y"}} {
		p := must(newPrecompiled(compileCharsmap(rules)))(t)
		for r := range rune(0x10000) {
			if r >= 0xD800 && r < 0xE000 {
				continue
			}
			_, want := p.trie.shortest(string(r))
			if got := p.mapped[r/64]>>(r%64)&1 != 0; got != want {
				t.Fatalf("U+%04X: %v, want %v", r, got, want)
			}
		}
	}
}
