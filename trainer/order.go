package trainer

import "math/bits"

// rounds of the Feistel network. Four make a pseudorandom permutation of wide
// blocks (Luby and Rackoff 1988); the blocks here can be a few bits, where more
// rounds mix better.
const rounds = 8

// permutation is a bijection of [0, n) that is computed, not stored: a Feistel
// cipher on the next even number of bits, walked until it lands below n (cycle
// walking; Black and Rogaway, "Ciphers with Arbitrary Finite Domains", 2002).
type permutation struct {
	n    uint64
	half int // bits of each half
	keys [rounds]uint64
}

// newPermutation is the order of one epoch's n examples.
func newPermutation(n, seed, epoch uint64) permutation {
	p := permutation{n: n, half: (bits.Len64(n-1) + 1) / 2}
	r := stream(domainOrder, seed, epoch)
	for i := range p.keys {
		p.keys[i] = r.Uint64()
	}
	return p
}

// at is the example at place i < n of the order. The walk ends, since a
// bijection that starts below n returns below n; it takes under four steps on
// average, because the cipher's block is less than 4n.
func (p permutation) at(i uint64) uint64 {
	for i = p.encrypt(i); i >= p.n; {
		i = p.encrypt(i)
	}
	return i
}

func (p permutation) encrypt(x uint64) uint64 {
	mask := uint64(1)<<p.half - 1
	left, right := x>>p.half, x&mask
	for _, k := range p.keys {
		left, right = right, left^mix(right^k)&mask
	}
	return left<<p.half | right
}
