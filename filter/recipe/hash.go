package recipe

import "math/bits"

// mix spreads the bits of x (the finalizer of MurmurHash3).
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// counter counts keys, which are hashes, in an open-addressing table. Of the room
// made for the largest document each uses as much as it needs, so that what few
// keys touch stays in the cache.
type counter struct {
	all, slots []slot
}

// slot is empty while its count is zero.
type slot struct {
	key   uint64
	first int32 // where the key was first added
	count uint32
}

// reset empties the counter and makes room for n keys.
func (c *counter) reset(n int) {
	size := 1 << bits.Len(uint(max(n, 8))*2-1)
	if size > len(c.all) {
		c.all = make([]slot, size)
		c.slots = c.all
		return
	}
	c.slots = c.all[:size]
	clear(c.slots)
}

// add counts key, seen at a place, once more.
func (c *counter) add(key uint64, at int32) *slot {
	mask := uint64(len(c.slots) - 1)
	i := key & mask
	for c.slots[i].count > 0 && c.slots[i].key != key {
		i = (i + 1) & mask
	}
	s := &c.slots[i]
	if s.count == 0 {
		s.key, s.first = key, at
	}
	s.count++
	return s
}
