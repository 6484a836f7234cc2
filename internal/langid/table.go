package langid

import "math/bits"

// table maps the keys of n-grams to their costs: open addressing, at most half
// full, so that a look-up, of an n-gram that is not there too, seldom leaves its
// cache line. A map takes four times as long.
type table struct {
	slots []slot
	shift int // 64 less the bits of an index
	used  int
}

// golden is 2^64 over the golden ratio (Knuth, 6.4).
const golden = 0x9e3779b97f4a7c15

// slot is empty when its span is: an n-gram has a language at least.
type slot struct {
	key uint64
	span
}

// newTable has room for half of size, a power of two.
func newTable(size int) table {
	return table{slots: make([]slot, size), shift: 64 - bits.TrailingZeros(uint(size))}
}

// at is the slot of a key, or the empty one where it belongs.
func (t *table) at(key uint64) *slot {
	for i := key * golden >> t.shift; ; i++ {
		s := &t.slots[i&uint64(len(t.slots)-1)]
		if s.n == 0 || s.key == key {
			return s
		}
	}
}

func (t *table) get(key uint64) span { return t.at(key).span }

func (t *table) put(key uint64, v span) {
	if v.n == 0 {
		return
	}
	if 2*t.used >= len(t.slots) {
		t.grow()
	}
	s := t.at(key)
	if s.n == 0 {
		t.used++
	}
	*s = slot{key, v}
}

func (t *table) grow() {
	old := t.slots
	*t = newTable(2 * len(old))
	for _, s := range old {
		if s.n > 0 {
			*t.at(s.key) = slot{s.key, s.span}
			t.used++
		}
	}
}
