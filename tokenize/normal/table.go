package normal

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// unicode.txt is written by testdata/scripts/normal_tables.py.
//
//go:embed unicode.txt
var unicodeText string

// What is known of a rune, a bit each, above its combining class.
const (
	classMask = 0xFF // canonical combining class

	leads       = 1 << 8  // its canonical decomposition begins with a mark that is reordered
	leadsCompat = 1 << 9  // its compatibility decomposition does
	joins       = 1 << 10 // the canonical decomposition begins with what may compose with a rune before it
	joinsCompat = 1 << 11 // the compatibility decomposition does
	canonical   = 1 << 12 // has a canonical decomposition, Hangul syllables included
	compat      = 1 << 13 // has a compatibility decomposition, the canonical ones included
	changesC    = 1 << 14 // NFC rewrites it wherever it stands
	changesKC   = 1 << 15 // NFKC does
	upper       = 1 << 16 // has another lower case
	space       = 1 << 17 // White_Space
	spacing     = 1 << 18 // White_Space other than U+0020
	drop        = 1 << 19 // BERT drops it: Cc, Cf and Co except \t, \n and \r; U+FFFD
	nonspacing  = 1 << 20 // Mn for BERT
	mark        = 1 << 21 // M
	han         = 1 << 22 // a Chinese character for BERT
	single      = 1 << 23 // a grapheme cluster ends between two such runes

	clusterShift = 24 // its cluster class is above
)

// table is what is known of all runes. Runes of which the same is known share
// a record.
type table struct {
	page     [(utf8.MaxRune + 1) / pageSize]uint16
	records  []uint16 // by page and rune, the number of its record
	flags    []uint32 // by record, as the three that follow
	lower    []string
	nfd      []string
	nfkd     []string
	pairs    map[[2]rune]rune // what two runes compose to, without Hangul
	stripped []string         // the canonical decomposition without marks, for BERT
	folded   []string         // and in lower case
	bert     [2][2][utf8.RuneSelf]byte
}

const pageSize = 128

var tables = sync.OnceValue(func() *table { return newSource(unicodeText).table() })

func (t *table) record(r rune) uint16 {
	return t.records[int(t.page[uint32(r)/pageSize])*pageSize+int(uint32(r)%pageSize)]
}

func (t *table) of(r rune) uint32 { return t.flags[t.record(r)] }

// plain is the length of the longest beginning of text with no rune that has a
// flag of mask.
func (t *table) plain(text string, mask uint32) int {
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			if t.of(rune(text[i]))&mask != 0 {
				return i
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		if t.of(r)&mask != 0 {
			return i
		}
		i += n
	}
	return len(text)
}

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

// table shares pages and records.
func (s *source) table() *table {
	t := &table{pairs: s.pairs}
	type record struct {
		flags            uint32
		lower, nfd, nfkd string
	}
	known := map[record]uint16{}
	pages := map[[pageSize]uint16]uint16{}
	plain := map[[pageSize]uint32]uint16{} // pages by flags alone, where no rune maps to others
	for p := range t.page {
		flags := [pageSize]uint32(s.flags[p*pageSize:])
		if at, ok := plain[flags]; ok {
			t.page[p] = at
			continue
		}
		var page [pageSize]uint16
		maps := false
		for i, f := range flags {
			r := rune(p*pageSize + i)
			rec := record{f, s.lower[r], s.nfd[r], s.nfkd[r]}
			maps = maps || rec.lower != "" || rec.nfkd != ""
			n, ok := known[rec]
			if !ok {
				n = uint16(len(known))
				known[rec] = n
				t.flags, t.lower = append(t.flags, f), append(t.lower, rec.lower)
				t.nfd, t.nfkd = append(t.nfd, rec.nfd), append(t.nfkd, rec.nfkd)
			}
			page[i] = n
		}
		at, ok := pages[page]
		if !ok {
			at = uint16(len(pages))
			pages[page] = at
			t.records = append(t.records, page[:]...)
		}
		t.page[p] = at
		if !maps {
			plain[flags] = at
		}
	}
	t.bertASCII()
	t.bertLetters()
	return t
}
