package words

import (
	"unicode"
	"unicode/utf8"
)

// Ngrams finds the n-grams of words of texts: words are compared in lower case, and
// punctuation is left out (Brown et al. 2020, appendix C). It is used by one
// goroutine; its buffers are reused.
type Ngrams struct {
	n      int
	hashes []uint64 // of the last n words, a ring
	starts []int    // where these begin
	spans  []Span
}

// NewNgrams finds n-grams of n words.
func NewNgrams(n int) *Ngrams {
	return &Ngrams{n: n, hashes: make([]uint64, n), starts: make([]int, n)}
}

// Each calls do with the hash of every n-gram of a text, whose low bits may be
// used for sampling, and the bytes [start, end) that it spans.
func (g *Ngrams) Each(text string, do func(hash uint64, start, end int)) {
	n, base := 0, 0
	for piece := range Pieces(text) {
		g.spans = Append(g.spans[:0], piece)
		for _, s := range g.spans {
			if s.Symbol {
				continue
			}
			g.hashes[n%g.n], g.starts[n%g.n] = hashWord(piece[s.Start:s.End]), base+int(s.Start)
			if n++; n >= g.n {
				do(g.hash(n), g.starts[n%g.n], base+int(s.End))
			}
		}
		base += len(piece)
	}
}

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// hashWord is FNV-1a over a word in lower case.
func hashWord(word string) uint64 {
	h := uint64(fnvOffset)
	for _, r := range word {
		if r < utf8.RuneSelf {
			if 'A' <= r && r <= 'Z' {
				r += 'a' - 'A'
			}
		} else {
			r = unicode.ToLower(r)
		}
		h = (h ^ uint64(r)) * fnvPrime
	}
	return h
}

// hash is FNV-1a over the words from number n on, with a final mix.
func (g *Ngrams) hash(n int) uint64 {
	h := uint64(fnvOffset)
	for i := range g.n {
		h = (h ^ g.hashes[(n+i)%g.n]) * fnvPrime
	}
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	return h ^ h>>33
}
