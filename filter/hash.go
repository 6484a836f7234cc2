package filter

import "math/bits"

// The polynomial hash of a byte string modulo the Mersenne prime 2^61-1: the
// hash of two strings joined follows from the hashes of both, so the n-grams of
// every order cost one multiplication a token.
const (
	polyPrime = 1<<61 - 1
	polyBase  = 0x1d8af6b2c3f7a651 % polyPrime
)

// polyMul is a·b modulo 2^61-1.
func polyMul(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	sum := lo&polyPrime + (lo>>61 | hi<<3)
	if sum >= polyPrime {
		sum -= polyPrime
	}
	return sum
}

// polyAdd is the hash of what a is the hash of, and one more byte.
func polyAdd(a uint64, c byte) uint64 {
	sum := polyMul(a, polyBase) + uint64(c) + 1
	if sum >= polyPrime {
		sum -= polyPrime
	}
	return sum
}

// polyJoin is the hash of two joined strings; shift belongs to the second.
func polyJoin(first, second, shift uint64) uint64 {
	sum := polyMul(first, shift) + second
	if sum >= polyPrime {
		sum -= polyPrime
	}
	return sum
}

// The hash of a token in lower case is FNV-1a over characters, mixed.
const (
	foldSeed  = 0xcbf29ce484222325
	foldPrime = 0x100000001b3
)

// mix spreads the bits of x (the finalizer of MurmurHash3).
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// counter counts 64-bit keys in an open-addressing table that is emptied in
// constant time and grows with the documents it meets.
type counter struct {
	keys   []uint64
	counts []uint32
	epochs []uint32
	epoch  uint32
	mask   uint64
}

// reset empties the counter and makes room for n keys.
func (c *counter) reset(n int) {
	if size := 1 << bits.Len(uint(max(n, 8))*2-1); size > len(c.keys) {
		*c = counter{keys: make([]uint64, size), counts: make([]uint32, size), epochs: make([]uint32, size), mask: uint64(size - 1)}
	}
	if c.epoch++; c.epoch == 0 {
		clear(c.epochs)
		c.epoch = 1
	}
}

// slot is where key is, or where it belongs.
func (c *counter) slot(key uint64) uint64 {
	i := mix(key) & c.mask
	for c.epochs[i] == c.epoch && c.keys[i] != key {
		i = (i + 1) & c.mask
	}
	return i
}

// count is how often key was added; it must have been.
func (c *counter) count(key uint64) uint32 { return c.counts[c.slot(key)] }

// add counts key once more and gives its count.
func (c *counter) add(key uint64) uint32 {
	i := c.slot(key)
	if c.epochs[i] != c.epoch {
		c.epochs[i], c.keys[i], c.counts[i] = c.epoch, key, 0
	}
	c.counts[i]++
	return c.counts[i]
}
