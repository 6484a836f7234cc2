package memo

import "math"

// Cache remembers the tokens of words (pre-tokens): most words of a text were seen
// before. It holds no pointers but its few blocks, has a fixed size, and never
// changes what is encoded.
type Cache struct {
	short []shortSet
	long  Table
	ids   []uint32 // of the words in long
}

const (
	shortBytes = 15      // the longest word in short
	longBytes  = 255     // and in long
	cacheBits  = 16      // sets in short: 64 bytes each, 4 MiB
	longMemory = 4 << 20 // long is emptied when it has reached this
)

// shortSet is two entries in one line of cache; the younger is first.
type shortSet [2]shortWord

// shortWord is a word of at most 15 bytes, its length in the highest byte, and
// its up to four tokens; what is left is none.
type shortWord struct {
	lo, hi uint64
	ids    [4]uint32
}

// NewCache makes an empty cache.
func NewCache() *Cache { return &Cache{short: make([]shortSet, 1<<cacheBits)} }

// shortKey packs text[i:end], of 1 to 15 bytes, into two numbers.
func shortKey(text string, i, end int) (lo, hi uint64) {
	n := end - i
	if i+16 > len(text) {
		lo, hi = loadUpTo8(text[i:end])
		return lo, hi | uint64(n)<<56
	}
	lo = load8(text[i:])
	if n <= 8 {
		return lo << (64 - 8*n) >> (64 - 8*n), uint64(n) << 56
	}
	hi = load8(text[i+8:]) << (128 - 8*n) >> (128 - 8*n)
	return lo, hi | uint64(n)<<56
}

func loadUpTo8(s string) (lo, hi uint64) {
	if len(s) < 8 {
		return loadTail(s), 0
	}
	return load8(s), loadTail(s[8:])
}

// set gives the two entries where a short word may be.
func (c *Cache) set(lo, hi uint64) *shortSet {
	h := (lo ^ hi>>1 ^ hi<<29) * 0x9E3779B97F4A7C15
	return &c.short[h>>(64-cacheBits)]
}

// put makes a word the younger of its set; the older one is forgotten.
func (s *shortSet) put(lo, hi uint64, ids []uint32) {
	s[1] = s[0]
	s[0] = shortWord{lo, hi, [4]uint32{none, none, none, none}}
	copy(s[0].ids[:], ids)
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

// none fills the places of tokens that a short word has not.
const none = math.MaxUint32

// Append appends the tokens of the word text[i:end], if they are remembered.
func (c *Cache) Append(dst []uint32, text string, i, end int) ([]uint32, bool) {
	if end-i > shortBytes {
		ids := c.findLong(text[i:end])
		return append(dst, ids...), ids != nil
	}
	lo, hi := shortKey(text, i, end)
	set := c.set(lo, hi)
	switch {
	case set[0].lo == lo && set[0].hi == hi:
		return appendIDs(dst, &set[0].ids), true
	case set[1].lo == lo && set[1].hi == hi:
		set[0], set[1] = set[1], set[0]
		return appendIDs(dst, &set[0].ids), true
	}
	ids := c.findLong(text[i:end])
	return append(dst, ids...), ids != nil
}

// appendIDs appends the tokens of a short word.
func appendIDs(dst []uint32, ids *[4]uint32) []uint32 {
	dst = append(dst, ids[0])
	for _, id := range ids[1:] {
		if id == none {
			break
		}
		dst = append(dst, id)
	}
	return dst
}

// Put remembers the tokens of a word that Append did not know; one of more than
// 255 bytes is not worth it.
func (c *Cache) Put(word string, ids []uint32) {
	switch {
	case len(word) <= shortBytes && 0 < len(ids) && len(ids) <= 4:
		lo, hi := shortKey(word, 0, len(word))
		c.set(lo, hi).put(lo, hi, ids)
	case len(word) <= longBytes && len(ids) <= longBytes:
		c.putLong(word, ids)
	}
}

// Size is the memory of the longer words, in bytes; the short ones have 4 MiB.
func (c *Cache) Size() int64 { return c.long.Size() + int64(4*cap(c.ids)) }
