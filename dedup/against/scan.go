package against

import (
	"unicode/utf8"

	"github.com/zeebo/xxh3"

	"corpus/internal/words"
)

// scanner goes through the windows of words of texts. It is for one goroutine; its
// buffers are reused.
type scanner struct {
	fold   func(dst []byte, word string) []byte
	spans  []words.Span
	word   []byte
	sums   [MaxWords + 1]uint64 // of the hashes of words up to the last ones, rings
	starts [MaxWords + 1]int    // where those words begin
	powers [MaxWords + 1]uint64
}

// window is some words in a row: the bytes [start, end) of a text, and the number of
// the last of them, from 1.
type window struct{ start, end, words, last int }

// prime is odd, so that the sums of different words stay different; that of FNV-1a.
const prime = 1099511628211

func newScanner(o Options) *scanner {
	s := &scanner{fold: o.Fold}
	s.powers[0] = 1
	for i := range MaxWords {
		s.powers[i+1] = s.powers[i] * prime
	}
	return s
}

// each calls do with the hash of every window of the lengths, in the order of their
// ends, and gives the number of words.
func (s *scanner) each(text string, lengths []int, do func(hash uint64, w window)) (n int) {
	const ring = MaxWords + 1
	s.sums[0] = 0
	for at := 0; at < len(text); {
		s.spans, at = words.AppendN(s.spans[:0], text, at, batchWords)
		for _, span := range s.spans {
			if span.Symbol {
				continue
			}
			if s.word = s.fold(s.word[:0], clip(text[span.Start:span.End])); len(s.word) == 0 {
				continue
			}
			s.starts[n%ring] = int(span.Start)
			sum := s.sums[n%ring]*prime + xxh3.Hash(s.word)
			n++
			s.sums[n%ring] = sum
			for _, k := range lengths {
				if k > n {
					break
				}
				h := mix(sum - s.sums[(n-k)%ring]*s.powers[k] + uint64(k))
				do(h, window{s.starts[(n-k)%ring], int(span.End), k, n})
			}
		}
	}
	return n
}

// clip is what is compared of a word.
func clip(word string) string {
	if len(word) <= maxWord {
		return word
	}
	n := maxWord
	for n > maxWord-utf8.UTFMax && !utf8.RuneStart(word[n]) {
		n--
	}
	return word[:n]
}

// mix is the output function of SplitMix64 (Steele, Lea, Flood, "Fast Splittable
// Pseudorandom Number Generators", 2014).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Finder finds the n-grams of sets in texts. It is for one goroutine.
type Finder struct {
	sets    *Sets
	scan    *scanner
	covered []stretch
}

// stretch is words in a row by their numbers; those of a finder are apart and in
// order.
type stretch struct{ first, last int }

// NewFinder looks for the n-grams of sets.
func NewFinder(s *Sets) *Finder { return &Finder{sets: s, scan: newScanner(s.options)} }

// Found is an n-gram in a text: its number and the bytes [Start, End).
type Found struct{ Ngram, Start, End int }

// Each calls do with the n-grams of a text, in the order of their ends, but for those
// that skip says are none, and gives the share of words that lie in one.
func (f *Finder) Each(text string, skip func(ngram int) bool, do func(Found)) (share float64) {
	f.covered = f.covered[:0]
	words := f.scan.each(text, f.sets.lengths, func(hash uint64, w window) {
		if n := f.sets.find(hash); n >= 0 && (skip == nil || !skip(n)) {
			f.cover(stretch{w.last - w.words + 1, w.last})
			do(Found{n, w.start, w.end})
		}
	})
	in := 0
	for _, c := range f.covered {
		in += c.last - c.first + 1
	}
	return float64(in) / float64(max(1, words))
}

// cover adds a stretch that ends no earlier than those before.
func (f *Finder) cover(s stretch) {
	n := len(f.covered)
	for ; n > 0 && f.covered[n-1].last >= s.first; n-- {
		s.first = min(s.first, f.covered[n-1].first)
	}
	f.covered = append(f.covered[:n], s)
}
