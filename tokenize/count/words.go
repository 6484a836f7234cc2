package count

import (
	"fmt"
	"iter"
	"math"
	"math/bits"

	"corpus/tokenize/memo"
)

// Words are distinct words held in memory: their bytes end to end, and of each
// its end and its count.
type Words struct {
	Bytes  []byte
	Ends   []uint32
	Counts []int64
	Shift  uint // rarer words than 2^Shift were sampled, see [Load]
}

// Load reads counts into memory. When the distinct words are more than limit
// bytes, the rare ones are sampled: with the smallest k that fits, a word seen
// c ≥ 2^k times is kept as it is, and a rarer one is kept with probability
// c/2^k and then counts 2^k, which leaves the expected count of everything in
// the words right (Horvitz and Thompson 1952). The draw is the word's own hash,
// so k and the sample depend on the counts alone.
//
// Dropping all rare words instead would erase the languages without spaces,
// whose words are clauses and seldom come twice.
func Load(counts Counts, limit int) (*Words, error) {
	w := &Words{}
	var total float64
	for c, err := range counts {
		if err != nil {
			return nil, err
		}
		if total += float64(c.N) * float64(len(c.Word)); total > math.MaxInt64/4 {
			return nil, fmt.Errorf("counts beyond 61 bits")
		}
		if w.keeps(c.Word, c.N) {
			w.add(c.Word, c.N)
		}
		if len(w.Bytes) > limit+limit/4 {
			w.shrink(limit)
		}
	}
	w.shrink(limit)
	for i, n := range w.Counts {
		w.Counts[i] = max(n, 1<<w.Shift)
	}
	return w, nil
}

// All gives the words with their counts.
func (w *Words) All() iter.Seq2[[]byte, int64] {
	return func(yield func([]byte, int64) bool) {
		start := uint32(0)
		for i, end := range w.Ends {
			if !yield(w.Bytes[start:end], w.Counts[i]) {
				return
			}
			start = end
		}
	}
}

// keeps says whether a word seen n times is in the sample: n/2^Shift > u, for u
// in [0, 1) from the word's hash. If it is in for one shift, it is in for each
// smaller one.
func (w *Words) keeps(word []byte, n int64) bool {
	if n >= 1<<w.Shift {
		return true
	}
	hi, _ := bits.Mul64(memo.Hash(string(word)), 1<<w.Shift)
	return uint64(n) > hi
}

func (w *Words) add(word []byte, n int64) {
	w.Bytes = append(w.Bytes, word...)
	w.Ends = append(w.Ends, uint32(len(w.Bytes)))
	w.Counts = append(w.Counts, n)
}

// shrink raises the shift until the words fit.
func (w *Words) shrink(limit int) {
	for len(w.Bytes) > limit {
		w.Shift++
		old := *w
		w.Bytes, w.Ends, w.Counts = w.Bytes[:0], w.Ends[:0], w.Counts[:0]
		for word, n := range old.All() {
			if w.keeps(word, n) {
				w.add(word, n)
			}
		}
	}
}
