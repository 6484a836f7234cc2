package memo

import "slices"

// Cache remembers the tokens of words (pre-tokens): most words of a text were seen
// before. It holds no pointers but its few blocks, has a fixed size, and never
// changes what is encoded.
type Cache struct {
	short *[1 << cacheBits]shortSet
	long  Table
	ids   []uint32 // of the words in long
}

const (
	shortBytes = 15      // the longest word in short
	shortIDs   = 4       // and its most tokens
	longBytes  = 255     // and in long
	cacheBits  = 17      // sets in short: 64 bytes each, 8 MiB
	longMemory = 4 << 20 // long is emptied when it has reached this
)

// shortSet is two entries in one line of cache; the younger is first.
type shortSet [2]shortWord

// shortWord is a word of at most 15 bytes and its up to four tokens. The highest
// byte of hi has the length of the word and, above it, the number of tokens but
// for one; an empty entry has the length 0.
type shortWord struct {
	lo, hi uint64
	ids    [shortIDs]uint32
}

const (
	lengthAt = 56
	countAt  = 60
	keyBits  = 64 - countAt // hi is equal up to here
)

// is says whether an entry is of a word.
func (s *shortWord) is(lo, hi uint64) bool { return s.lo == lo && (s.hi^hi)<<keyBits == 0 }

func (s *shortWord) tokens() []uint32 { return s.ids[:s.hi>>countAt&3+1] }

// NewCache makes an empty cache.
func NewCache() *Cache { return &Cache{short: new([1 << cacheBits]shortSet)} }

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
func (c *Cache) set(lo, hi uint64) *shortSet {
	h := (lo ^ hi>>1 ^ hi<<29) * 0x9E3779B97F4A7C15
	return &c.short[h>>(64-cacheBits)]
}

// put makes a word the younger of its set; the older one is forgotten.
func (s *shortSet) put(lo, hi uint64, ids []uint32) {
	s[1] = s[0]
	s[0] = shortWord{lo: lo, hi: hi | uint64(len(ids)-1)<<countAt}
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

// Append appends the tokens of the word text[i:end], if they are remembered.
func (c *Cache) Append(dst []uint32, text string, i, end int) ([]uint32, bool) {
	if set := c.find(text, i, end); set != nil {
		return append(dst, set[0].tokens()...), true
	}
	ids := c.findLong(text[i:end])
	return append(dst, ids...), ids != nil
}

// AppendAll appends the tokens of words that follow one another in text from i
// on, up to the first that is not remembered, and gives how many words that are.
func (c *Cache) AppendAll(dst []uint32, text string, i int, ends []int32) ([]uint32, int) {
	var keys [batch]key
	for done := 0; done < len(ends); done += batch {
		some := ends[done:min(done+batch, len(ends))]
		c.touch(&keys, text, i, some)
		dst = slices.Grow(dst, shortIDs*batch)
		for at, end := range some {
			k := &keys[at&(batch-1)]
			set := &c.short[k.set]
			if !set[0].is(k.lo, k.hi) {
				if !set[1].is(k.lo, k.hi) {
					ids := c.findLong(text[i:end])
					if ids == nil {
						return dst, done + at
					}
					dst = slices.Grow(append(dst, ids...), shortIDs*batch)
					i = int(end)
					continue
				}
				set[0], set[1] = set[1], set[0]
			}
			n := len(dst)
			dst = dst[:n+shortIDs]
			*(*[shortIDs]uint32)(dst[n:]) = set[0].ids // what is too much is cut off again
			dst = dst[:n+int(set[0].hi>>countAt&3)+1]
			i = int(end)
		}
	}
	return dst, len(ends)
}

// batch is how many words are looked up together.
const batch = 32

// key is a word to look up in short, and where.
type key struct {
	lo, hi uint64
	set    uint32
}

// touch makes the keys of words and reads from their sets, all of which may wait
// for memory at the same time.
func (c *Cache) touch(keys *[batch]key, text string, i int, ends []int32) (read uint64) {
	for at, e := range ends {
		end := int(e)
		k := &keys[at&(batch-1)]
		if end-i > shortBytes {
			*k = key{hi: 15<<lengthAt | 1} // of no word
			i = end
			continue
		}
		k.lo, k.hi = shortKey(text, i, end)
		h := (k.lo ^ k.hi>>1 ^ k.hi<<29) * 0x9E3779B97F4A7C15
		k.set = uint32(h >> (64 - cacheBits))
		read ^= c.short[k.set&(1<<cacheBits-1)][0].lo
		i = end
	}
	return read
}

// find gives the set of a word in short, the word first in it, or nil.
func (c *Cache) find(text string, i, end int) *shortSet {
	if end-i > shortBytes {
		return nil
	}
	lo, hi := shortKey(text, i, end)
	set := c.set(lo, hi)
	if !set[0].is(lo, hi) {
		if !set[1].is(lo, hi) {
			return nil
		}
		set[0], set[1] = set[1], set[0]
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
		c.set(lo, hi).put(lo, hi, ids)
	case len(word) <= longBytes && len(ids) <= longBytes:
		c.putLong(word, ids)
	}
}

// Size is the memory of the longer words, in bytes; the short ones have 4 MiB.
func (c *Cache) Size() int64 { return c.long.Size() + int64(4*cap(c.ids)) }
