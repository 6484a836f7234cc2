package langid

import "math/bits"

// counter counts keys: open addressing, at most half full. Emptying it costs
// nothing.
type counter struct {
	slots []tally
	used  []uint32 // places of the keys, in the order in which they came
	epoch uint32   // of the slots that count
	shift int
}

type tally struct {
	key      uint64
	epoch, n uint32
}

func newCounter(size int) counter {
	return counter{slots: make([]tally, size), epoch: 1, shift: 64 - bits.TrailingZeros(uint(size))}
}

// add counts a key n more times.
func (c *counter) add(key uint64, n uint32) {
	if s, i := c.at(key); s.epoch == c.epoch {
		s.n += n
	} else {
		c.put(s, i, tally{key, c.epoch, n})
	}
}

// once counts a key that is new.
func (c *counter) once(key uint64) {
	if s, i := c.at(key); s.epoch != c.epoch {
		c.put(s, i, tally{key, c.epoch, 1})
	}
}

func (c *counter) put(s *tally, i uint32, t tally) {
	*s = t
	if c.used = append(c.used, i); 2*len(c.used) > len(c.slots) {
		c.grow()
	}
}

// at is the slot of a key, or the free one where it belongs, and its place.
func (c *counter) at(key uint64) (*tally, uint32) {
	for i := key * golden >> c.shift; ; i++ {
		i &= uint64(len(c.slots) - 1)
		if s := &c.slots[i]; s.epoch != c.epoch || s.key == key {
			return s, uint32(i)
		}
	}
}

func (c *counter) grow() {
	old := *c
	*c = newCounter(2 * len(old.slots))
	c.used = old.used[:0]
	for _, i := range old.used {
		s, at := c.at(old.slots[i].key)
		*s = tally{old.slots[i].key, c.epoch, old.slots[i].n}
		c.used = append(c.used, at)
	}
}

func (c *counter) empty() {
	c.used = c.used[:0]
	if c.epoch++; c.epoch == 0 { // once in four billion times
		clear(c.slots)
		c.epoch = 1
	}
}
