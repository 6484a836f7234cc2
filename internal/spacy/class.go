package spacy

import (
	"slices"
	"unicode/utf8"
)

// classSet is a set of classes, of which a language has at most 256.
type classSet [4]uint64

func (s *classSet) has(c uint8) bool { return s[c>>6]>>(c&63)&1 != 0 }
func (s *classSet) add(c uint8)      { s[c>>6] |= 1 << (c & 63) }

func (s classSet) meets(o classSet) bool {
	return s[0]&o[0]|s[1]&o[1]|s[2]&o[2]|s[3]&o[3] != 0
}

func (s classSet) or(o classSet) classSet {
	return classSet{s[0] | o[0], s[1] | o[1], s[2] | o[2], s[3] | o[3]}
}

func (s classSet) without(o classSet) classSet {
	return classSet{s[0] &^ o[0], s[1] &^ o[1], s[2] &^ o[2], s[3] &^ o[3]}
}

// classes tells characters apart as far as the rules of a language do: two of
// one class are in the same sets.
type classes struct {
	bmp    [1 << 16]uint8
	astral []classSpan // beyond the basic plane, in order, without gaps
	sets   []classSet  // by the number of the set; of sets not asked for, empty
	width  []int       // code points of each class
}

type classSpan struct {
	hi    rune // the last character
	class uint8
}

// edge is where a set begins or ends.
type edge struct {
	at  rune
	set int
}

// newClasses is the classes that tell the sets used apart.
func newClasses(sets [][]span, used []int) *classes {
	var edges []edge
	for i, n := range used {
		for _, s := range sets[n] {
			edges = append(edges, edge{s.lo, i}, edge{s.hi + 1, i})
		}
	}
	slices.SortFunc(edges, func(a, b edge) int { return int(a.at - b.at) })
	c := &classes{sets: make([]classSet, len(sets))}
	in, known := make([]byte, len(used)), map[string]uint8{}
	for at := rune(0); at <= utf8.MaxRune; {
		for len(edges) > 0 && edges[0].at == at {
			in[edges[0].set] ^= 1
			edges = edges[1:]
		}
		end := rune(utf8.MaxRune + 1)
		if len(edges) > 0 {
			end = min(end, edges[0].at)
		}
		c.fill(at, end, c.class(in, used, known))
		at = end
	}
	return c
}

// class is the class of the characters in the sets that in marks.
func (c *classes) class(in []byte, used []int, known map[string]uint8) uint8 {
	if n, ok := known[string(in)]; ok {
		return n
	}
	if len(known) == 256 {
		panic("spacy: rules.gz: a language of more than 256 classes")
	}
	n := uint8(len(known))
	known[string(in)] = n
	c.width = append(c.width, 0)
	for i, on := range in {
		if on != 0 {
			c.sets[used[i]].add(n)
		}
	}
	return n
}

// fill gives the characters from lo to before hi a class.
func (c *classes) fill(lo, hi rune, class uint8) {
	c.width[class] += int(hi - lo)
	for r := lo; r < min(hi, 1<<16); r++ {
		c.bmp[r] = class
	}
	if hi > 1<<16 {
		c.astral = append(c.astral, classSpan{hi - 1, class})
	}
}

func (c *classes) of(r rune) uint8 {
	if uint32(r) < 1<<16 {
		return c.bmp[r]
	}
	i, _ := slices.BinarySearchFunc(c.astral, r, func(s classSpan, r rune) int { return int(s.hi - r) })
	return c.astral[i].class
}

// next is the class and the width in bytes of the character at i.
func (c *classes) next(text string, i int) (uint8, int) {
	if b := text[i]; b < utf8.RuneSelf {
		return c.bmp[b], 1
	}
	r, w := utf8.DecodeRuneInString(text[i:])
	return c.of(r), w
}

// last is the class and the width in bytes of the character that ends text.
func (c *classes) last(text string) (uint8, int) {
	if b := text[len(text)-1]; b < utf8.RuneSelf {
		return c.bmp[b], 1
	}
	r, w := utf8.DecodeLastRuneInString(text)
	return c.of(r), w
}
