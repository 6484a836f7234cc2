package bpe

import (
	"fmt"
	"math"
	"math/bits"

	"corpus/tokenize/count"
	"corpus/tokenize/memo"
)

// wordSet is what training holds of the distinct words: their bytes end to
// end, and of each its end and its count.
type wordSet struct {
	bytes  []byte
	ends   []uint32
	counts []int64
	shift  uint // the sampling shift k of loadWords
}

// loadWords reads the counts into memory. When the distinct words are more than
// limit bytes, the rare ones are sampled: with the smallest k that fits, a word
// seen c ≥ 2^k times is kept as it is, and a rarer one is kept with probability
// c/2^k and then counts 2^k, which leaves the expected count of every pair
// right (Horvitz and Thompson 1952). The draw is the word's own hash, so k and
// the sample depend on the counts alone.
//
// Dropping all rare words instead would erase the languages without spaces,
// whose words are clauses and seldom come twice.
func loadWords(counts count.Counts, limit int) (*wordSet, error) {
	set := &wordSet{}
	var total float64
	for c, err := range counts {
		if err != nil {
			return nil, fmt.Errorf("train the tokenizer: %w", err)
		}
		if total += float64(c.N) * float64(len(c.Word)); total > math.MaxInt64/4 {
			return nil, fmt.Errorf("train the tokenizer: counts beyond 61 bits")
		}
		if set.keeps(c.Word, c.N) {
			set.add(c.Word, c.N)
		}
		if len(set.bytes) > limit+limit/4 {
			set.shrink(limit)
		}
	}
	set.shrink(limit)
	for i, n := range set.counts {
		set.counts[i] = max(n, 1<<set.shift)
	}
	return set, nil
}

// keeps says whether a word seen n times is in the sample: n/2^shift > u, for u
// in [0, 1) from the word's hash. If it is in for one shift, it is in for each
// smaller one.
func (s *wordSet) keeps(word []byte, n int64) bool {
	if n >= 1<<s.shift {
		return true
	}
	hi, _ := bits.Mul64(memo.Hash(string(word)), 1<<s.shift)
	return uint64(n) > hi
}

func (s *wordSet) add(word []byte, n int64) {
	s.bytes = append(s.bytes, word...)
	s.ends = append(s.ends, uint32(len(s.bytes)))
	s.counts = append(s.counts, n)
}

// shrink raises the shift until the words fit.
func (s *wordSet) shrink(limit int) {
	for len(s.bytes) > limit {
		s.shift++
		old := *s
		s.bytes, s.ends, s.counts = s.bytes[:0], s.ends[:0], s.counts[:0]
		start := uint32(0)
		for i, end := range old.ends {
			if word := old.bytes[start:end]; s.keeps(word, old.counts[i]) {
				s.add(word, old.counts[i])
			}
			start = end
		}
	}
}
