package memo

import "slices"

// In front of the words of up to 15 bytes are the most frequent of those of up to
// seven bytes and two tokens, four words in five of a text, in so little memory
// that it stays near the processor.
const (
	frontBytes = 7
	frontBits  = 12 // sets: 32 bytes each, 128 KiB
)

// frontSet is two words, the younger first.
type frontSet [2]frontWord

// frontWord is a word, its length in the highest byte, and its tokens.
type frontWord struct {
	key uint64
	ids pairOf
}

// pairOf is one token or two, the second from bit 32 on; the highest bit says
// that there are two.
type pairOf uint64

const (
	twoIDs = 1 << 63
	// elsewhere are the tokens of a word that are not in a pairOf.
	elsewhere pairOf = 1 << 62
)

// batch is how many words are looked up together.
const batch = 32

// lookup is a batch of words.
type lookup struct {
	ids   [batch]pairOf
	start [batch]int32

	// missed are the places of words that are not in front, and sets where in
	// short they may be.
	missed [batch]uint8
	sets   [batch]uint32
	n      int
}

// AppendAll appends the tokens of words that follow one another in text from i
// on. Those that are not remembered learn appends, and puts here.
func (c *Cache) AppendAll(dst []uint32, text string, i int, ends []int32, learn func(dst []uint32, word string) []uint32) []uint32 {
	var l lookup
	for len(ends) > 0 {
		some := ends[:min(batch, len(ends))]
		ends = ends[len(some):]
		c.lookFront(&l, text, i, some)
		c.lookShort(&l, text, some)
		dst = c.take(dst, &l, text, some, learn)
		i = int(some[len(some)-1])
	}
	return dst
}

// lookFront looks for words in front. Of those that are not there it reads from
// where they may be in short, so that all wait for memory at the same time.
func (c *Cache) lookFront(l *lookup, text string, i int, ends []int32) (read uint64) {
	missed := 0
	for at, e := range ends {
		at, end := at&(batch-1), int(e)
		l.start[at] = int32(i)
		if n := end - i; n <= frontBytes && i+8 <= len(text) {
			key := load8(text[i:i+8])&(1<<(8*uint(n))-1) | uint64(n)<<lengthAt
			set := &c.front[key*0x9E3779B97F4A7C15>>(64-frontBits)]
			if set[0].key == key {
				l.ids[at] = set[0].ids
				i = end
				continue
			}
			if set[1].key == key {
				set[0], set[1] = set[1], set[0]
				l.ids[at] = set[0].ids
				i = end
				continue
			}
		}
		l.ids[at] = elsewhere
		if end-i <= shortBytes {
			h := shortHash(shortKey(text, i, end))
			l.missed[missed&(batch-1)], l.sets[missed&(batch-1)] = uint8(at), h
			missed++
			read ^= c.set(h).lo(0)
		}
		i = end
	}
	l.n = missed
	return read
}

// lookShort looks for the words that are not in front.
func (c *Cache) lookShort(l *lookup, text string, ends []int32) {
	for m := range l.n {
		at := l.missed[m&(batch-1)] & (batch - 1)
		i, end := int(l.start[at]), int(ends[at])
		set := c.find(text, i, end)
		if set == nil {
			continue
		}
		switch set.count() {
		case 1:
			l.ids[at] = pairOf(set.id(0))
		case 2:
			l.ids[at] = twoIDs | pairOf(set.id(1))<<32 | pairOf(set.id(0))
		default:
			continue
		}
		if n := end - i; n <= frontBytes && i+8 <= len(text) {
			key := set.lo(0) | uint64(n)<<lengthAt
			front := &c.front[key*0x9E3779B97F4A7C15>>(64-frontBits)]
			front[1] = front[0]
			front[0] = frontWord{key, l.ids[at]}
		}
	}
}

// take appends the tokens of a batch of words.
func (c *Cache) take(dst []uint32, l *lookup, text string, ends []int32, learn func([]uint32, string) []uint32) []uint32 {
	dst = slices.Grow(dst, 2*batch)
	n, out := len(dst), dst[:cap(dst)]
	for at, end := range ends {
		ids := l.ids[at&(batch-1)]
		if ids == elsewhere {
			i := int(l.start[at&(batch-1)])
			var ok bool
			if dst, ok = c.Append(out[:n], text, i, int(end)); !ok {
				dst = learn(dst, text[i:end])
			}
			n = len(dst)
			dst = slices.Grow(dst, 2*batch)
			out = dst[:cap(dst)]
			continue
		}
		pair := (*[2]uint32)(out[n:])
		pair[0], pair[1] = uint32(ids), uint32(ids>>32)&(1<<31-1) // the second is overwritten if there is one token
		n += 1 + int(ids>>63)
	}
	return out[:n]
}
