package tokenize

// wordCache remembers the tokens of words: most words of a text were seen
// before. It holds no pointers but its few blocks, has a fixed size, and never
// changes what is encoded.
type wordCache struct {
	short []shortSet
	long  wordTable
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

func newWordCache() wordCache { return wordCache{short: make([]shortSet, 1<<cacheBits)} }

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
func (c *wordCache) set(lo, hi uint64) *shortSet {
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
func (c *wordCache) findLong(word string) []uint32 {
	s := c.long.find(word)
	if s == nil {
		return nil
	}
	start, n := s.value>>16, s.value&0xFFFF
	return c.ids[start : start+n]
}

// putLong adds a word to long; it has at most longBytes tokens.
func (c *wordCache) putLong(word string, ids []uint32) {
	if c.long.size()+int64(4*len(c.ids)) > longMemory {
		c.long.reset()
		c.ids = c.ids[:0]
	}
	c.long.slot(word).value = int64(len(c.ids))<<16 | int64(len(ids))
	c.ids = append(c.ids, ids...)
}
