package order

import (
	"math/bits"
	"math/rand/v2"
)

// rounds of the Feistel network. Four make a pseudorandom permutation of wide
// blocks (Luby and Rackoff 1988); the blocks here can be a few bits, where more
// rounds mix better.
const rounds = 8

// Permutation is a bijection of [0, n) that is computed, not stored: a Feistel
// cipher on the next even number of bits, walked until it lands below n (cycle
// walking; Black and Rogaway, "Ciphers with Arbitrary Finite Domains", 2002).
type Permutation struct {
	n    uint64
	half int // bits of each half
	keys [rounds]uint64
}

// NewPermutation draws a permutation of [0, n), n at least 1.
func NewPermutation(n uint64, r *rand.Rand) Permutation {
	p := Permutation{n: n, half: (bits.Len64(n-1) + 1) / 2}
	for i := range p.keys {
		p.keys[i] = r.Uint64()
	}
	return p
}

// At is what stands at place i < n. The walk ends, since a bijection that starts
// below n returns below n; it takes under four steps on average, because the
// cipher's block is less than 4n.
func (p *Permutation) At(i uint64) uint64 {
	for i = p.encrypt(i); i >= p.n; {
		i = p.encrypt(i)
	}
	return i
}

func (p *Permutation) encrypt(x uint64) uint64 {
	mask := uint64(1)<<p.half - 1
	left, right := x>>p.half, x&mask
	for _, k := range p.keys {
		left, right = right, left^Scramble(right^k)&mask
	}
	return left<<p.half | right
}

// Scramble is the finalizer of SplitMix64 (Steele, Lea, Flood: "Fast Splittable
// Pseudorandom Number Generators", 2014), a bijection of 64 bits.
func Scramble(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
