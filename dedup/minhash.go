package dedup

import (
	"math/bits"
	"slices"

	"corpus/dedup/datatrove"
)

// minhash takes MinHash values of sets of shingles (Broder, "On the resemblance
// and containment of documents", 1997). Value k is the least a·x+b mod 2^64 over
// the shingles x, with a (odd) and b from SplitMix64, seeded by 0: a permutation of 64 bits,
// so that sets of Jaccard similarity s have equal values with probability s. Of
// Datatrove it is the least of these mod 2^61-1, with its own a and b.
type minhash struct {
	bands, rows int
	least       func(v, a, b, shingles []uint64)
	a, b        []uint64 // padded to a multiple of lanes
	v           []uint64 // the least values so far
	empty       bool     // no shingle so far
}

func newMinhash(c Config) *minhash {
	n := (c.values() + lanes - 1) / lanes * lanes
	m := &minhash{bands: c.Bands, rows: c.Rows, least: leastValues, a: make([]uint64, n), b: make([]uint64, n), v: make([]uint64, n)}
	if c.Code == Datatrove {
		a, b := datatrove.Permutations(c.values())
		copy(m.a, a)
		copy(m.b, b)
		m.least = leastPrimes
		return m
	}
	state := uint64(0) // mix(0) is 0
	next := func() uint64 { state += golden; return mix(state) }
	for k := range m.a {
		m.a[k], m.b[k] = next()|1, next()
	}
	return m
}

// reset begins an empty set.
func (m *minhash) reset() {
	m.empty = true
	for k := range m.v {
		m.v[k] = ^uint64(0)
	}
}

// add takes shingles into the set.
func (m *minhash) add(shingles []uint64) {
	m.empty = m.empty && len(shingles) == 0
	m.least(m.v, m.a, m.b, shingles)
}

// lanes is how many values a step of leastValues may take at once.
const lanes = 16

// leastPortable is leastValues for any processor. Four permutations at a time
// keep the minima in registers.
func leastPortable(v, a, b, shingles []uint64) {
	for k := 0; k < len(v); k += 4 {
		a0, a1, a2, a3 := a[k], a[k+1], a[k+2], a[k+3]
		b0, b1, b2, b3 := b[k], b[k+1], b[k+2], b[k+3]
		v0, v1, v2, v3 := v[k], v[k+1], v[k+2], v[k+3]
		for _, x := range shingles {
			v0 = min(v0, x*a0+b0)
			v1 = min(v1, x*a1+b1)
			v2 = min(v2, x*a2+b2)
			v3 = min(v3, x*a3+b3)
		}
		v[k], v[k+1], v[k+2], v[k+3] = v0, v1, v2, v3
	}
}

// leastPrimesPortable is leastPrimes for any processor.
func leastPrimesPortable(v, a, b, shingles []uint64) {
	for k := range v {
		ak, bk, least := a[k], b[k], v[k]
		for _, x := range shingles {
			h := x*ak + bk
			h = h>>61 + h&datatrove.Prime
			if h >= datatrove.Prime {
				h -= datatrove.Prime
			}
			least = min(least, h)
		}
		v[k] = least
	}
}

const (
	// sketchBits is how much of a value is kept for estimates of similarity: 4
	// bits raise the standard error at 0.8 from 0.038 to 0.039.
	sketchBits = 4
	// sketchValues is of how many values at most, the first ones: with more than
	// these, of standard error 0.026, a large setting's signature would be half sketch.
	sketchValues = 256
)

// append adds the signature of the set to dst: a hash of every band, then the
// low bits of every mixed value of the sketch, packed from the lowest bit on and
// zero-padded; nothing for an empty set.
func (m *minhash) append(dst []uint64) []uint64 {
	if m.empty {
		return dst
	}
	v := m.v[:m.bands*m.rows]
	for band := range m.bands {
		h := mix(uint64(band) + golden)
		for _, x := range v[band*m.rows : (band+1)*m.rows] {
			h = mix(h ^ x)
		}
		dst = append(dst, h)
	}
	for chunk := range slices.Chunk(v[:min(len(v), sketchValues)], 64/sketchBits) {
		packed := uint64(0)
		for i, x := range chunk {
			packed |= mix(x) & (1<<sketchBits - 1) << (i * sketchBits)
		}
		dst = append(dst, packed)
	}
	return dst
}

// signatureLen is the length of a signature of a text with words.
func (c Config) signatureLen() int { return c.Bands + c.sketchLen() }

// sketched is how many values a sketch keeps bits of.
func (c Config) sketched() int { return min(c.values(), sketchValues) }

// sketchLen is how many numbers these bits fill.
func (c Config) sketchLen() int { return (c.sketched()*sketchBits + 63) / 64 }

// similarity estimates the Jaccard similarity of two sets from the kept bits of
// their values: the share that is equal, less the 1/16 of the others that are
// equal by chance (b-bit minwise hashing, Li and König, 2010).
func (c Config) similarity(x, y []uint64) float64 {
	const low = 0x7777777777777777 // all but the highest bit of each value
	different := 0
	for i := range x {
		d := x[i] ^ y[i]
		different += bits.OnesCount64(((d & low) + low | d) &^ low)
	}
	const chance = 1. / (1 << sketchBits)
	n := float64(c.sketched())
	equal := (n - float64(different)) / n
	return max(0, (equal-chance)/(1-chance))
}

// golden is 2^64 divided by the golden ratio, the increment of SplitMix64.
const golden = 0x9e3779b97f4a7c15

// mix is the output function of SplitMix64 (Steele, Lea, Flood, "Fast
// Splittable Pseudorandom Number Generators", 2014): a permutation of 64 bits.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
