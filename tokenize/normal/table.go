package normal

import (
	_ "embed"
	"slices"
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

// table shares pages and records.
func (s *source) table() *table {
	p := packing{table: &table{pairs: s.pairs}, records: map[record]uint16{}, pages: map[[pageSize]uint16]uint16{}}
	same := map[[pageSize]uint32]uint16{} // pages by flags alone, where no rune maps to others
	for i := range p.page {
		flags := [pageSize]uint32(s.flags[i*pageSize:])
		at, ok := same[flags]
		if !ok {
			at = p.add(s, i)
			if !slices.ContainsFunc(flags[:], func(f uint32) bool { return f&(upper|compat) != 0 }) {
				same[flags] = at
			}
		}
		p.page[i] = at
	}
	p.bertASCII()
	p.bertLetters()
	return p.table
}

// record is what is known of a rune.
type record struct {
	flags            uint32
	lower, nfd, nfkd string
}

// packing is a table in the making.
type packing struct {
	*table
	records map[record]uint16
	pages   map[[pageSize]uint16]uint16
}

// add takes in a page, unless the table has its like, and says which it is.
func (p *packing) add(s *source, n int) uint16 {
	var page [pageSize]uint16
	for i := range page {
		r := rune(n*pageSize + i)
		page[i] = p.number(record{s.flags[r], s.lower[r], s.nfd[r], s.nfkd[r]})
	}
	at, ok := p.pages[page]
	if !ok {
		at = uint16(len(p.pages))
		p.pages[page] = at
		p.table.records = append(p.table.records, page[:]...)
	}
	return at
}

func (p *packing) number(rec record) uint16 {
	n, ok := p.records[rec]
	if !ok {
		n = uint16(len(p.records))
		p.records[rec] = n
		p.flags, p.lower = append(p.flags, rec.flags), append(p.lower, rec.lower)
		p.nfd, p.nfkd = append(p.nfd, rec.nfd), append(p.nfkd, rec.nfkd)
	}
	return n
}
