package recipe

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

// mix spreads the bits of x (the finalizer of MurmurHash3).
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// counter counts 64-bit keys in an open-addressing table that is emptied in
// constant time. Of the room made for the largest document each uses as much as
// it needs, so that what few keys touch stays in the cache.
type counter struct {
	slots []slot
	epoch uint32
	mask  uint64
}

// slot is empty unless its epoch is the counter's.
type slot struct {
	key          uint64
	count, epoch uint32
}

// reset empties the counter and makes room for n keys, at most maxTokens.
func (c *counter) reset(n int) {
	size := 1 << bits.Len(uint(max(n, 8))*2-1)
	if size > len(c.slots) {
		*c = counter{slots: make([]slot, size)}
	}
	c.mask = uint64(size - 1)
	if c.epoch++; c.epoch == 0 {
		clear(c.slots)
		c.epoch = 1
	}
}

// at is where key is, or where it belongs.
func (c *counter) at(key uint64) *slot {
	i := mix(key) & c.mask
	for c.slots[i].epoch == c.epoch && c.slots[i].key != key {
		i = (i + 1) & c.mask
	}
	return &c.slots[i]
}

// count is how often key was added; it must have been.
func (c *counter) count(key uint64) uint32 { return c.at(key).count }

// add counts key once more and gives its count.
func (c *counter) add(key uint64) uint32 {
	s := c.at(key)
	if s.epoch != c.epoch {
		*s = slot{key: key, epoch: c.epoch}
	}
	s.count++
	return s.count
}
