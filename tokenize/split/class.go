package split

import "unicode/utf8"

// A class is what the splitting pattern tells apart in a rune.
type class uint8

const (
	other  class = iota // [^\s\p{L}\p{N}]
	letter              // \p{L}
	number              // \p{N}
	space               // \s, which is the property White_Space
)

const blockBits = 7

// classes is a two-stage table: index[r>>blockBits] names a block, which has
// one class a rune.
type classes struct {
	ascii  [utf8.RuneSelf]class
	index  [(utf8.MaxRune + 1) >> blockBits]uint8
	blocks [][1 << blockBits]class
}

var unicode16 = newClasses()

func newClasses() *classes {
	flat := make([]class, utf8.MaxRune+1)
	for cl, ranges := range map[class][][2]rune{letter: letters, number: numbers, space: spaces} {
		for _, r := range ranges {
			for c := r[0]; c <= r[1]; c++ {
				flat[c] = cl
			}
		}
	}
	t := new(classes)
	copy(t.ascii[:], flat)
	seen := map[[1 << blockBits]class]uint8{}
	for i := range t.index {
		block := [1 << blockBits]class(flat[i<<blockBits:])
		id, ok := seen[block]
		if !ok {
			id = uint8(len(t.blocks)) // 16.0 has 149 different blocks; a test watches it
			seen[block] = id
			t.blocks = append(t.blocks, block)
		}
		t.index[i] = id
	}
	return t
}

// of gives the class of a rune.
func (t *classes) of(r rune) class {
	return t.blocks[t.index[r>>blockBits]][r&(1<<blockBits-1)]
}

// at gives the class and the length of the rune at text[i:], which must be
// valid UTF-8.
func (t *classes) at(text string, i int) (class, int) {
	if c := text[i]; c < utf8.RuneSelf {
		return t.ascii[c], 1
	}
	r, n := utf8.DecodeRuneInString(text[i:])
	return t.of(r), n
}
