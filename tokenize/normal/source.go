package normal

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// source is unicode.txt, read.
type source struct {
	flags            []uint32
	lower, nfd, nfkd map[rune]string
	pairs            map[[2]rune]rune
}

func newSource(text string) *source {
	s := &source{
		flags: make([]uint32, utf8.MaxRune+1), pairs: map[[2]rune]rune{},
		lower: map[rune]string{}, nfd: map[rune]string{}, nfkd: map[rune]string{},
	}
	for line := range strings.Lines(text) {
		name, cells, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			continue // the heading
		}
		for cell := range strings.SplitSeq(cells, " ") {
			s.cell(name, cell)
		}
	}
	s.derive()
	return s
}

// cell takes in one "FIRST..LAST" or "RUNE=RUNE,RUNE" of a line.
func (s *source) cell(name, cell string) {
	if from, to, ok := strings.Cut(cell, "="); ok {
		s.mapping(name, hex(from), to)
		return
	}
	first, last, ok := strings.Cut(cell, "..")
	if !ok {
		last = first
	}
	bits := bitsOf(name)
	for r := hex(first); r <= hex(last); r++ {
		s.flags[r] |= bits
	}
}

func (s *source) mapping(name string, from rune, cells string) {
	var to []rune
	for cell := range strings.SplitSeq(cells, ",") {
		to = append(to, hex(cell))
	}
	switch name {
	case "lower":
		s.lower[from] = string(to)
	case "canonical":
		s.nfd[from], s.nfkd[from] = string(to), string(to)
	case "compatibility":
		s.nfkd[from] = string(to)
	case "compose":
		s.pairs[[2]rune{to[0], to[1]}] = from
	default:
		panic("normal: unicode.txt has a line " + name)
	}
}

func hex(cell string) rune {
	n, err := strconv.ParseUint(cell, 16, 32)
	if err != nil || n > utf8.MaxRune {
		panic("normal: unicode.txt has a rune " + cell)
	}
	return rune(n)
}

func bitsOf(name string) uint32 {
	kind, value, _ := strings.Cut(name, " ")
	switch kind {
	case "class":
		n, err := strconv.ParseUint(value, 10, 8)
		if err == nil {
			return uint32(n)
		}
	case "cluster":
		for i, n := range clusterNames {
			if n == value {
				return uint32(i) << clusterShift
			}
		}
	default:
		if bit, ok := map[string]uint32{"space": space, "other": drop, "nonspacing": nonspacing, "mark": mark}[name]; ok {
			return bit
		}
	}
	panic(fmt.Sprintf("normal: unicode.txt has a line %q", name))
}

// derive sets the flags that follow from what was read.
func (s *source) derive() {
	composed := map[rune]bool{}
	for pair, r := range s.pairs {
		s.flags[pair[1]] |= joins | joinsCompat
		composed[r] = true
	}
	s.hangul()
	for r := range s.lower {
		s.flags[r] |= upper
	}
	for r, to := range s.nfd {
		s.flags[r] |= canonical | s.leading(to, leads, joins)
		if !composed[r] {
			s.flags[r] |= changesC
		}
	}
	for r, to := range s.nfkd {
		s.flags[r] |= compat | s.leading(to, leadsCompat, joinsCompat)
		if !composed[r] || to != s.nfd[r] {
			s.flags[r] |= changesKC
		}
	}
	for r := range s.flags {
		if s.flags[r]&classMask != 0 && s.nfd[rune(r)] == "" {
			s.flags[r] |= leads | leadsCompat
		}
	}
	s.forBERT()
	s.singles()
}

// leading is the flags of a rune by the first rune of its decomposition.
func (s *source) leading(to string, lead, join uint32) (flags uint32) {
	r, _ := utf8.DecodeRuneInString(to)
	if s.flags[r]&classMask != 0 {
		flags |= lead
	}
	if s.flags[r]&joins != 0 {
		flags |= join
	}
	return flags
}

func (s *source) hangul() {
	for r := rune(syllables); r < syllables+syllableCount; r++ {
		s.flags[r] |= canonical | compat
		if (r-syllables)%trails == 0 {
			s.flags[r] |= clusterLV << clusterShift
		} else {
			s.flags[r] |= clusterLVT << clusterShift
		}
	}
	for r := rune(vowelBase); r < vowelBase+vowels; r++ {
		s.flags[r] |= joins | joinsCompat
	}
	for r := rune(trailBase + 1); r < trailBase+trails; r++ {
		s.flags[r] |= joins | joinsCompat
	}
}
