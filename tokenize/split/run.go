package split

import (
	"math/bits"
	"unicode/utf8"
)

const (
	ones = 0x0101010101010101
	high = 0x80 * ones
)

// load takes eight bytes, the first one lowest; the compiler makes one load of it.
func load(s string, i int) uint64 {
	s = s[i : i+8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// outside marks, in the high bit of each of eight bytes, those that are not
// between low and top, which are ASCII.
func outside(x uint64, low, top uint64) uint64 {
	seven := x &^ high
	return (^(seven + (0x80-low)*ones) | (seven + (0x7F-top)*ones) | x) & high
}

// foldCase gives ASCII letters the bit of small ones.
const foldCase = 0x20 * ones

// letterEnd gives the end of the run of letters (of mask, which must have all
// of ASCII's) that goes on at text[i:].
func (t *table) letterEnd(text string, i int, mask class) int {
	for {
		for ; i+8 <= len(text); i += 8 {
			if m := outside(load(text, i)|foldCase, 'a', 'z'); m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				if text[i] < utf8.RuneSelf {
					return i
				}
				goto wide
			}
		}
		for i < len(text) && t.ascii[text[i]]&mask != 0 {
			i++
		}
		if i == len(text) || text[i] < utf8.RuneSelf {
			return i
		}
	wide:
		for {
			cl, n := t.wide(text, i)
			if cl&mask == 0 {
				return i
			}
			i += n
			if i == len(text) {
				return i
			}
			if text[i] < utf8.RuneSelf {
				break
			}
		}
	}
}

// runEnd gives the end of the run of classes of mask that goes on at text[i:].
func (t *table) runEnd(text string, i int, mask class) int {
	for i < len(text) {
		if c := text[i]; c < utf8.RuneSelf {
			if t.ascii[c]&mask == 0 {
				return i
			}
			i++
			continue
		}
		cl, n := t.wide(text, i)
		if cl&mask == 0 {
			return i
		}
		i += n
	}
	return i
}

// A blank is a run of white space.
type blank struct {
	end     int // of the run
	last    int // where its last rune begins
	newline int // the end of its last \r or \n, 0 if there is none
}

// blankAt reads the white space that begins at text[i:].
func (t *table) blankAt(text string, i int) blank {
	b := blank{end: i, last: i}
	for b.end < len(text) {
		c := text[b.end]
		if c == ' ' {
			b.last = b.end
			b.end++
			for b.end+8 <= len(text) && load(text, b.end) == ' '*ones {
				b.end += 8
				b.last = b.end - 1
			}
			continue
		}
		cl, n := t.at(text, b.end)
		if cl != space {
			break
		}
		b.last = b.end
		b.end += n
		if c == '\n' || c == '\r' {
			b.newline = b.end
		}
	}
	return b
}

// lookahead is `\s+(?!\S)|\s+`: all of the run at the end of the text, all but
// the last rune before a word, and one rune where there is no other.
func (b blank) lookahead(text string, i int) int {
	if b.end == len(text) || b.last == i {
		return b.end
	}
	return b.last
}

// bodyEnd gives the end of the run of body that goes on at text[i:].
func (t *table) bodyEnd(text string, i int) int {
	for ; i+8 <= len(text); i += 8 {
		if m := outside(load(text, i), 'a', 'z'); m != 0 {
			i += bits.TrailingZeros64(m) >> 3
			break
		}
	}
	return t.runEnd(text, i, body)
}
