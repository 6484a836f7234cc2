package memo

import "encoding/binary"

// Cache remembers the tokens of words (pre-tokens): most words of a text were seen
// before. It holds no pointers but its few blocks, has a fixed size, and never
// changes what is encoded.
type Cache struct {
	front *[1 << frontBits]frontSet
	short []byte // 1 << cacheBits of shortSet
	long  Table
	ids   []uint32 // of the words in long
}

const (
	shortBytes = 15      // the longest word in short
	shortIDs   = 4       // and its most tokens
	longBytes  = 255     // and in long
	cacheBits  = 18      // sets in short: 64 bytes each, 16 MiB
	longMemory = 8 << 20 // long is emptied when it has reached this
)

// shortSet is two entries in one line of cache; the younger is first. An entry is
// a word of at most 15 bytes and its up to four tokens:
//
//	lo   the first eight bytes
//	hi   the other seven, and in the highest byte the length of the word and,
//	     above it, the number of tokens but for one; 0 where there is no word
//	ids  four bytes a token
type shortSet [setBytes]byte

const (
	setBytes   = 2 * entryBytes
	entryBytes = 8 + 8 + 4*shortIDs
	lengthAt   = 56
	countAt    = 60
	keyBits    = 64 - countAt // hi is equal up to here
)

func (s *shortSet) lo(entry int) uint64 { return binary.LittleEndian.Uint64(s[entry*entryBytes:]) }
func (s *shortSet) hi(entry int) uint64 { return binary.LittleEndian.Uint64(s[entry*entryBytes+8:]) }

// is says whether an entry is of a word.
func (s *shortSet) is(entry int, lo, hi uint64) bool {
	return s.lo(entry) == lo && (s.hi(entry)^hi)<<keyBits == 0
}

// swap puts the second entry first.
func (s *shortSet) swap() {
	first := [entryBytes]byte(s[:])
	copy(s[:], s[entryBytes:])
	copy(s[entryBytes:], first[:])
}

// count is how many tokens the first entry has, id one of them.
func (s *shortSet) count() int      { return int(s.hi(0)>>countAt&3) + 1 }
func (s *shortSet) id(i int) uint32 { return binary.LittleEndian.Uint32(s[16+4*i:]) }

// put makes a word the first; the second is forgotten.
func (s *shortSet) put(lo, hi uint64, ids []uint32) {
	copy(s[entryBytes:], s[:entryBytes])
	binary.LittleEndian.PutUint64(s[:], lo)
	binary.LittleEndian.PutUint64(s[8:], hi|uint64(len(ids)-1)<<countAt)
	for i, id := range ids {
		binary.LittleEndian.PutUint32(s[16+4*i:], id)
	}
}

// NewCache makes an empty cache.
func NewCache() *Cache {
	return &Cache{front: new([1 << frontBits]frontSet), short: pages(setBytes << cacheBits)}
}

// shortKey packs text[i:end], of at most 15 bytes, into two numbers.
func shortKey(text string, i, end int) (lo, hi uint64) {
	n := uint(end - i)
	if i+16 > len(text) {
		lo, hi = loadUpTo8(text[i:end])
		return lo, hi | uint64(n)<<lengthAt
	}
	mask, w := &shortMasks[n&15], text[i:i+16]
	return load8(w) & mask[0], load8(w[8:])&mask[1] | uint64(n)<<lengthAt
}

func loadUpTo8(s string) (lo, hi uint64) {
	if len(s) < 8 {
		return loadTail(s), 0
	}
	return load8(s), loadTail(s[8:])
}

// set gives the two entries where a short word may be.
func (c *Cache) set(h uint32) *shortSet { return (*shortSet)(c.short[int(h)*setBytes:]) }

// shortHash is the number of a word's set.
func shortHash(lo, hi uint64) uint32 {
	return uint32((lo ^ hi>>1 ^ hi<<29) * 0x9E3779B97F4A7C15 >> (64 - cacheBits))
}

// findLong gives the tokens of a word in long, or nil.
func (c *Cache) findLong(word string) []uint32 {
	s := c.long.Find(word)
	if s == nil {
		return nil
	}
	start, n := s.Value>>16, s.Value&0xFFFF
	return c.ids[start : start+n]
}

// putLong adds a word to long; it has at most longBytes tokens.
func (c *Cache) putLong(word string, ids []uint32) {
	if c.long.Size()+int64(4*len(c.ids)) > longMemory {
		c.long.Reset()
		c.ids = c.ids[:0]
	}
	c.long.Slot(word).Value = int64(len(c.ids))<<16 | int64(len(ids))
	c.ids = append(c.ids, ids...)
}

// Append appends the tokens of the word text[i:end], if they are remembered.
func (c *Cache) Append(dst []uint32, text string, i, end int) ([]uint32, bool) {
	if set := c.find(text, i, end); set != nil {
		for n := range set.count() {
			dst = append(dst, set.id(n))
		}
		return dst, true
	}
	ids := c.findLong(text[i:end])
	return append(dst, ids...), ids != nil
}

// find gives the set of a word in short, the word first in it, or nil.
func (c *Cache) find(text string, i, end int) *shortSet {
	if end-i > shortBytes {
		return nil
	}
	lo, hi := shortKey(text, i, end)
	set := c.set(shortHash(lo, hi))
	if !set.is(0, lo, hi) {
		if !set.is(1, lo, hi) {
			return nil
		}
		set.swap()
	}
	return set
}

// shortMasks leave of 16 bytes the first ones.
var shortMasks = func() (masks [shortBytes + 1][2]uint64) {
	for n := range masks {
		for i := range n {
			masks[n][i/8] |= 0xFF << (i % 8 * 8)
		}
	}
	return masks
}()

// Put remembers the tokens of a word that Append did not know; one of more than
// 255 bytes is not worth it.
func (c *Cache) Put(word string, ids []uint32) {
	switch {
	case len(word) <= shortBytes && 0 < len(ids) && len(ids) <= shortIDs:
		lo, hi := shortKey(word, 0, len(word))
		c.set(shortHash(lo, hi)).put(lo, hi, ids)
	case len(word) <= longBytes && len(ids) <= longBytes:
		c.putLong(word, ids)
	}
}

// Size is the memory of the longer words, in bytes; the short ones have 16 MiB.
func (c *Cache) Size() int64 { return c.long.Size() + int64(4*cap(c.ids)) }
