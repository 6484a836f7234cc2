package learn

import "corpus/tokenize/memo"

// pairTable numbers pairs of symbols from 0 on, and keeps of each its count and
// the words it was seen in.
type pairTable struct {
	slots []uint32 // number of the pair, plus 1; open addressing
	key   []uint64
	count []int64
	where [][]uint32
	chunk []uint32 // what where is cut from
}

const (
	chunkWords = 1 << 12
	minPairs   = 1 << 10
)

func pairKey(left, right uint32) uint64 { return uint64(left)<<32 | uint64(right) }

func hashPair(key uint64) uint64 {
	return memo.Fold(key^0xe7037ed1a0b428db, 0xa0761d6478bd642f)
}

// add gives the number of a pair, a new one if it has none.
func (t *pairTable) add(key uint64) uint32 {
	if 2*len(t.key) >= len(t.slots) {
		t.grow()
	}
	mask := uint64(len(t.slots) - 1)
	for i := hashPair(key) & mask; ; i = (i + 1) & mask {
		switch p := t.slots[i]; {
		case p == 0:
			t.key = append(t.key, key)
			t.count = append(t.count, 0)
			t.where = append(t.where, nil)
			t.slots[i] = uint32(len(t.key))
			return uint32(len(t.key) - 1)
		case t.key[p-1] == key:
			return p - 1
		}
	}
}

// find gives the number of a pair, if it has one.
func (t *pairTable) find(key uint64) (uint32, bool) {
	if len(t.slots) == 0 {
		return 0, false
	}
	mask := uint64(len(t.slots) - 1)
	for i := hashPair(key) & mask; t.slots[i] != 0; i = (i + 1) & mask {
		if p := t.slots[i] - 1; t.key[p] == key {
			return p, true
		}
	}
	return 0, false
}

func (t *pairTable) grow() {
	t.slots = make([]uint32, max(minPairs, 2*len(t.slots)))
	mask := uint64(len(t.slots) - 1)
	for p, key := range t.key {
		i := hashPair(key) & mask
		for t.slots[i] != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = uint32(p + 1)
	}
}

// room makes an empty list for at most n words.
func (t *pairTable) room(n int) []uint32 {
	if n > len(t.chunk) {
		t.chunk = make([]uint32, max(n, chunkWords))
	}
	list := t.chunk[:0:n]
	t.chunk = t.chunk[n:]
	return list
}

// seen adds a word to a pair's list, once for several times in a row.
func (t *pairTable) seen(p, word uint32) {
	list := t.where[p]
	if n := len(list); n == 0 || list[n-1] != word {
		t.where[p] = append(list, word)
	}
}
