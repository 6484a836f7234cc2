package filter

import (
	"encoding/binary"
	"math"

	"corpus"

	"github.com/zeebo/xxh3"
)

// uniform is a number above 0 and below 1, drawn by seed and document alone: a
// document's lot is the same in whatever order and company it comes.
func uniform(seed uint64, id corpus.ID) float64 {
	var key [8 + len(id)]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	copy(key[8:], id[:])
	return (float64(xxh3.Hash(key[:])>>12) + 0.5) / (1 << 52)
}

// gumbel is uniform's lot as noise of the standard Gumbel distribution: of weights
// with such noise the k highest are a sample without replacement in proportion to
// their exponentials (the Gumbel top-k of DSIR).
func gumbel(seed uint64, id corpus.ID) float64 { return -math.Log(-math.Log(uniform(seed, id))) }
