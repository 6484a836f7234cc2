package normal

import (
	"crypto/sha256"
	"fmt"
	"testing"
)

// The charsmap that goes into tokenizers must be the same for ever: their hash
// is that of what they are.
func TestCharsmapIsFixed(t *testing.T) {
	sum := sha256.Sum256(compiled())
	const want = "434e0d9d76ca7035"
	if got := fmt.Sprintf("%x", sum[:8]); got != want {
		t.Errorf("our charsmap of %d bytes has the hash %s, want %s", len(compiled()), got, want)
	}
}

// Every rule can be found again, and nothing else can.
func TestCharsmapHoldsItsRules(t *testing.T) {
	p := must(NewPrecompiled(compiled(), LeftmostLongest))(t)
	rules := NmtNFKC()
	for key, to := range rules {
		got, n, ok := p.trie.longest(key)
		if !ok || n != len(key) || got != to {
			t.Fatalf("%q leads to %q, want %q", key, got, to)
		}
		for i := 1; i < len(key); i++ {
			_, n, ok := p.trie.longest(key[:i])
			if _, is := rules[key[:i]]; ok && n == i && !is {
				t.Fatalf("%q is a key, though it has no rule", key[:i])
			}
		}
	}
}

func TestCharsmapRefuses(t *testing.T) {
	for key, to := range map[string]string{"": "a", "a\x00": "b", "b": "\x00", "c": "\xff", "\xff": "d"} {
		if _, err := CompileCharsmap(map[string]string{key: to}); err == nil {
			t.Errorf("%q to %q is compiled", key, to)
		}
	}
}

// The two ways of matching, as tokenizers 0.23 and SentencePiece 0.2 do it.
func TestMatch(t *testing.T) {
	p := must(NewPrecompiled(compiled(), ShortestPrefix))(t)
	for text, want := range map[string][2]string{
		"e\u0301":             {"é", "é"},
		"a\u0302\u0301":       {"â", "ấ"}, // a mark is lost
		"o\u0323\u0302":       {"ọ", "ộ"},
		"\r\n":                {" ", "  "},
		"\uFB01\u0301":        {"fi", "fi\u0301"},
		"\uFB01\u0301\u0301x": {"fi\u0301\u0301x", "fi\u0301\u0301x"},
	} {
		if got := String(p, text); got != want[0] {
			t.Errorf("shortest prefix: %q gives %q, want %q", text, got, want[0])
		}
		if got := String(p.With(LeftmostLongest), text); got != want[1] {
			t.Errorf("leftmost longest: %q gives %q, want %q", text, got, want[1])
		}
	}
}

// The bits for single runes are what looking them up gives.
func TestMapped(t *testing.T) {
	for _, rules := range []map[string]string{{"\u00a0": " ", "\r": "\n"}, {"\xc3\xa9": "e", "a": "b", "가": "x", "\uffff": "y"}} {
		p := must(NewPrecompiled(must(CompileCharsmap(rules))(t), ShortestPrefix))(t)
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
