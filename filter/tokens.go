package filter

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"corpus/internal/words"
)

// tokens is one document cut into the words of package words, as hashes. It is
// reused from document to document.
type tokens struct {
	spans  []words.Span
	folded []uint64 // hash of the token in lower case
	words  int      // tokens that are not symbols
}

// reset cuts text, of which at most maxMeasured bytes, maxTokens lines and
// maxTokens tokens are looked at.
func (t *tokens) reset(text string) {
	text = clipLines(clip(text, maxMeasured), maxTokens)
	t.spans, _ = words.AppendN(t.spans[:0], text, 0, maxTokens)
	t.folded, t.words = t.folded[:0], 0
	for _, s := range t.spans {
		t.folded = append(t.folded, fold(text[s.Start:s.End]))
		if !s.Symbol {
			t.words++
		}
	}
}

// The hash of a token in lower case is FNV-1a over characters, mixed.
const (
	foldSeed  = 0xcbf29ce484222325
	foldPrime = 0x100000001b3
)

func fold(token string) uint64 {
	hash := uint64(foldSeed)
	for _, r := range token {
		if r >= utf8.RuneSelf {
			r = unicode.ToLower(r)
		} else if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		hash = (hash ^ uint64(r)) * foldPrime
	}
	return mix(hash)
}

// mix spreads the bits of x (the finalizer of MurmurHash3).
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// clipLines is the first n lines of s.
func clipLines(s string, n int) string {
	if strings.Count(s, "\n") < n {
		return s
	}
	end := 0
	for range n {
		end += strings.IndexByte(s[end:], '\n') + 1
	}
	return s[:end-1]
}

// clip is the longest beginning of s of at most n bytes that ends with a whole
// character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
