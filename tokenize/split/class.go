package split

import "unicode/utf8"

// A class is a set of bits, one for each kind of rune that the patterns tell
// apart; a rune has exactly one.
type class uint8

const (
	upper    class = 1 << iota // \p{Lu}, \p{Lt}
	lower                      // \p{Ll}
	caseless                   // \p{Lm}, \p{Lo}
	mark                       // \p{M}
	number                     // \p{N}
	space                      // \s, which is the property White_Space
	symbol                     // \p{P}, \p{S}
	other                      // what is left: \p{C} but for control characters that are white space

	letter = upper | lower | caseless
	dark   = mark | symbol | other // [^\s\p{L}\p{N}]
)

const (
	blockBits = 6 // what a last byte of UTF-8 holds
	blockMask = 1<<blockBits - 1
)

// A table gives the class of each rune in two steps: index[r>>blockBits] is
// where a block of classes begins, which many r share. So two bytes of UTF-8
// find the block of a rune of three.
type table struct {
	ascii  [256]class // no class from utf8.RuneSelf on
	index  [(utf8.MaxRune + 1) >> blockBits]uint16
	blocks []class
}

var unicode16 = newTable(categoryClass, spaceRange)

// spaceRange is the white space that is of category Cc.
var spaceRange = ranges{space, [][2]rune{{'\t', '\r'}, {0x85, 0x85}}}

// ranges give their runes a class.
type ranges struct {
	class  class
	ranges [][2]rune
}

// newTable makes a table of the frozen categories, but for runes of ranges.
func newTable(of func(category) class, except ...ranges) *table {
	flat := make([]class, utf8.MaxRune+1)
	for i, run := range categoryRuns {
		end := rune(len(flat))
		if i+1 < len(categoryRuns) {
			end = categoryRuns[i+1].start
		}
		fill(flat[run.start:end], of(run.category))
	}
	for _, e := range except {
		for _, r := range e.ranges {
			fill(flat[r[0]:r[1]+1], e.class)
		}
	}
	return pack(flat)
}

func fill(flat []class, cl class) {
	for i := range flat {
		flat[i] = cl
	}
}

func pack(flat []class) *table {
	t := new(table)
	copy(t.ascii[:utf8.RuneSelf], flat)
	seen := map[[1 << blockBits]class]uint16{}
	for i := range t.index {
		block := [1 << blockBits]class(flat[i<<blockBits:])
		if i > 0 && block == [1 << blockBits]class(flat[(i-1)<<blockBits:]) {
			t.index[i] = t.index[i-1]
			continue
		}
		at, ok := seen[block]
		if !ok {
			at = uint16(len(t.blocks)) // a test watches that it fits
			seen[block] = at
			t.blocks = append(t.blocks, block[:]...)
		}
		t.index[i] = at
	}
	return t
}

func categoryClass(cat category) class {
	switch {
	case cat == lu || cat == lt:
		return upper
	case cat == ll:
		return lower
	case cat <= lo:
		return caseless
	case cat <= me:
		return mark
	case cat <= no:
		return number
	case cat <= so:
		return symbol
	case cat <= zp:
		return space
	}
	return other
}

// of gives the class of a rune.
func (t *table) of(r rune) class {
	return t.blocks[int(t.index[r>>blockBits])+int(r&blockMask)]
}

// at gives the class and the length of the rune at text[i:], which must be
// valid UTF-8.
func (t *table) at(text string, i int) (class, int) {
	if c := text[i]; c < utf8.RuneSelf {
		return t.ascii[c], 1
	}
	return t.wide(text, i)
}

// wide is at for a rune of more than one byte.
func (t *table) wide(text string, i int) (class, int) {
	c, n := int(text[i]), 2
	var high int
	switch {
	case c < 0xE0:
		high = c & 0x1F
	case c < 0xF0:
		high, n = c&0xF<<6|int(text[i+1]&blockMask), 3
	default:
		high, n = c&7<<12|int(text[i+1]&blockMask)<<6|int(text[i+2]&blockMask), 4
	}
	return t.blocks[int(t.index[high])+int(text[i+n-1]&blockMask)], n
}
