package memo

import (
	"iter"
	"math/bits"
)

// Table maps words to numbers: an open-addressed hash table whose words lie
// end to end in one block, so that millions of them hold no pointer.
type Table struct {
	slots []Slot // a power of two, at most 3/4 full
	bytes []byte
	n     int
}

// Slot is one word and its value; a slot with length 0 is empty.
type Slot struct {
	hash  uint64
	off   uint32
	len   uint32
	Value int64
}

const minSlots = 1 << 10

// Slot finds the slot of word, adding it with value 0 if it is new. The slot is
// valid until the next call.
func (t *Table) Slot(word string) *Slot {
	if 4*t.n >= 3*len(t.slots) {
		t.grow()
	}
	h := Hash(word)
	mask := uint64(len(t.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		s := &t.slots[i]
		if s.len == 0 {
			*s = Slot{hash: h, off: uint32(len(t.bytes)), len: uint32(len(word))}
			t.bytes = append(t.bytes, word...)
			t.n++
			return s
		}
		if s.hash == h && string(t.Word(s)) == word {
			return s
		}
	}
}

// Find is Slot without adding: nil if the word is not there.
func (t *Table) Find(word string) *Slot {
	if t.n == 0 {
		return nil
	}
	h := Hash(word)
	mask := uint64(len(t.slots) - 1)
	for i := h & mask; t.slots[i].len != 0; i = (i + 1) & mask {
		if s := &t.slots[i]; s.hash == h && string(t.Word(s)) == word {
			return s
		}
	}
	return nil
}

// Word gives the bytes of a slot's word.
func (t *Table) Word(s *Slot) []byte {
	return t.bytes[s.off : uint64(s.off)+uint64(s.len)]
}

func (t *Table) grow() {
	old := t.slots
	t.slots = make([]Slot, max(minSlots, 2*len(old)))
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

// Reset empties the table and keeps its memory.
func (t *Table) Reset() {
	clear(t.slots)
	t.bytes, t.n = t.bytes[:0], 0
}

// All visits the words in no order that means anything.
func (t *Table) All() iter.Seq[*Slot] {
	return func(yield func(*Slot) bool) {
		for i := range t.slots {
			if s := &t.slots[i]; s.len > 0 && !yield(s) {
				return
			}
		}
	}
}

// Size is the memory in use, in bytes.
func (t *Table) Size() int64 {
	const slotBytes = 24
	return int64(len(t.slots))*slotBytes + int64(len(t.bytes))
}

// Hash mixes eight bytes at a time by a folded 128-bit product (the scheme
// of wyhash, Wang Yi, public domain).
func Hash(s string) uint64 {
	const k0, k1 = 0xa0761d6478bd642f, 0xe7037ed1a0b428db
	h := uint64(len(s)) ^ k1
	for len(s) >= 8 {
		h = Fold(h^load8(s), k0)
		s = s[8:]
	}
	return Fold(h^loadTail(s), k1)
}

// Fold multiplies to 128 bits and folds them to 64.
func Fold(a, b uint64) uint64 {
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
