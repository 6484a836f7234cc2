package lines

import (
	"encoding/binary"
	"math"
	"math/bits"

	"corpus"
)

// Bloom is a set of keys that may take one that it has not for one that it has,
// never the reverse (Bloom, "Space/time trade-offs in hash coding with allowable
// errors", 1970). Bits are chosen by enhanced double hashing (Dillinger and
// Manolios, "Bloom filters in probabilistic verification", 2004).
type Bloom struct {
	bits   []uint64
	hashes int
}

// BloomBytes is the size of a filter for so many items and an error, the share of
// unknown keys that it takes for known once it holds them: -ln(error)/ln(2)^2 bits
// an item, 28.8 at 1e-6.
func BloomBytes(items int64, rate float64) int64 {
	bits := float64(max(items, 1)) * -math.Log(rate) / (math.Ln2 * math.Ln2)
	return 8 * max(1, int64(min(math.Ceil(bits/64), MaxBloom/8)))
}

// bloomHashes is how many bits an item sets where that errs least.
func bloomHashes(rate float64) int {
	return max(1, min(maxHashes, int(math.Round(-math.Log2(rate)))))
}

// NewBloom is an empty filter of that size, which must be at most MaxBloom.
func NewBloom(items int64, rate float64) *Bloom {
	return &Bloom{make([]uint64, BloomBytes(items, rate)/8), bloomHashes(rate)}
}

// OpenBloom is a filter again of what Bits and Hashes gave; what they cannot have
// given is an error of class Corrupt.
func OpenBloom(bits []uint64, hashes int) (*Bloom, error) {
	if len(bits) == 0 || hashes < 1 || hashes > maxHashes {
		return nil, corpus.Errorf(corpus.Corrupt, "a Bloom filter of %d words and %d hashes", len(bits), hashes)
	}
	return &Bloom{bits, hashes}, nil
}

// Bits is the filter's content.
func (b *Bloom) Bits() []uint64 { return b.bits }

// Hashes is how many bits an item sets.
func (b *Bloom) Hashes() int { return b.hashes }

// Add puts a key in and says whether it seemed to be there.
func (b *Bloom) Add(k Key) (known bool) {
	known = true
	b.each(k, func(word *uint64, bit uint64) bool {
		known = known && *word&bit != 0
		*word |= bit
		return true
	})
	return known
}

// Has says whether a key seems to be there.
func (b *Bloom) Has(k Key) (known bool) {
	known = true
	b.each(k, func(word *uint64, bit uint64) bool {
		known = *word&bit != 0
		return known
	})
	return known
}

// each calls do with the bits of a key until it returns false.
func (b *Bloom) each(k Key, do func(word *uint64, bit uint64) bool) {
	x, y := binary.BigEndian.Uint64(k[:]), binary.BigEndian.Uint64(k[8:])
	n := 64 * uint64(len(b.bits))
	for i := range uint64(b.hashes) {
		at, _ := bits.Mul64(x, n)
		if !do(&b.bits[at/64], 1<<(at%64)) {
			return
		}
		x += y
		y += i
	}
}
