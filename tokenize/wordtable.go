package tokenize

import "math/bits"

// wordTable maps words to numbers: an open-addressed hash table whose words lie
// end to end in one block, so that millions of them hold no pointer.
type wordTable struct {
	slots []wordSlot // a power of two, at most 3/4 full
	bytes []byte
	n     int
}

// wordSlot is one word and its value; a slot with length 0 is empty.
type wordSlot struct {
	hash  uint64
	off   uint32
	len   uint32
	value int64
}

const minSlots = 1 << 10

// slot finds the slot of word, adding it with value 0 if it is new. The slot is
// valid until the next call.
func (t *wordTable) slot(word string) *wordSlot {
	if 4*t.n >= 3*len(t.slots) {
		t.grow()
	}
	h := hashWord(word)
	mask := uint64(len(t.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		s := &t.slots[i]
		if s.len == 0 {
			*s = wordSlot{hash: h, off: uint32(len(t.bytes)), len: uint32(len(word))}
			t.bytes = append(t.bytes, word...)
			t.n++
			return s
		}
		if s.hash == h && string(t.word(s)) == word {
			return s
		}
	}
}

// find is slot without adding: nil if the word is not there.
func (t *wordTable) find(word string) *wordSlot {
	if t.n == 0 {
		return nil
	}
	h := hashWord(word)
	mask := uint64(len(t.slots) - 1)
	for i := h & mask; t.slots[i].len != 0; i = (i + 1) & mask {
		if s := &t.slots[i]; s.hash == h && string(t.word(s)) == word {
			return s
		}
	}
	return nil
}

// word gives the bytes of a slot's word.
func (t *wordTable) word(s *wordSlot) []byte {
	return t.bytes[s.off : uint64(s.off)+uint64(s.len)]
}

func (t *wordTable) grow() {
	old := t.slots
	t.slots = make([]wordSlot, max(minSlots, 2*len(old)))
	mask := uint64(len(t.slots) - 1)
	for _, s := range old {
		if s.len == 0 {
			continue
		}
		i := s.hash & mask
		for t.slots[i].len != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = s
	}
}

// reset empties the table and keeps its memory.
func (t *wordTable) reset() {
	clear(t.slots)
	t.bytes, t.n = t.bytes[:0], 0
}

// size is the memory in use, in bytes.
func (t *wordTable) size() int64 {
	const slotBytes = 24
	return int64(len(t.slots))*slotBytes + int64(len(t.bytes))
}

// hashWord mixes eight bytes at a time by a folded 128-bit product (the scheme
// of wyhash, Wang Yi, public domain).
func hashWord(s string) uint64 {
	const k0, k1 = 0xa0761d6478bd642f, 0xe7037ed1a0b428db
	h := uint64(len(s)) ^ k1
	for len(s) >= 8 {
		h = fold(h^load8(s), k0)
		s = s[8:]
	}
	return fold(h^loadTail(s), k1)
}

func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// load8 reads the first eight bytes of s; the compiler makes it one load.
func load8(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// loadTail reads at most seven bytes.
func loadTail(s string) uint64 {
	var x uint64
	for i := len(s) - 1; i >= 0; i-- {
		x = x<<8 | uint64(s[i])
	}
	return x
}
