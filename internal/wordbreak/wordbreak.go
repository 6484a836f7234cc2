// Package wordbreak cuts text at the word boundaries of Unicode (UAX #29), of
// which every character is in some word: white space and marks are words too.
// The properties are those of Unicode 16.0.
package wordbreak

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// class is a value of the property Word_Break.
type class uint8

const (
	other class = iota
	cr
	lf
	newline
	extend
	zwj
	format
	regional
	katakana
	hebrew
	letter
	singleQuote
	doubleQuote
	midNumLet
	midLetter
	midNum
	numeric
	extendNumLet
	space

	pictographic class = 0x80 // is added to another
)

var names = map[string]class{
	"Other": other, "CR": cr, "LF": lf, "Newline": newline, "Extend": extend, "ZWJ": zwj, "Format": format,
	"Regional_Indicator": regional, "Katakana": katakana, "Hebrew_Letter": hebrew, "ALetter": letter,
	"Single_Quote": singleQuote, "Double_Quote": doubleQuote, "MidNumLet": midNumLet, "MidLetter": midLetter,
	"MidNum": midNum, "Numeric": numeric, "ExtendNumLet": extendNumLet, "WSegSpace": space,
}

// classes.txt is written by testdata/scripts/wordbreak_tables.py.
//
//go:embed classes.txt
var ranges string

const block = 256

// table is the classes of all characters in blocks, of which equal ones are
// stored once.
type table struct {
	ascii   [utf8.RuneSelf]class
	letters [256]bool // by the first byte: those of ASCII
	index   [(utf8.MaxRune + 1) / block]uint8
	blocks  [][block]class
}

var classes = sync.OnceValue(func() *table {
	all := make([]class, utf8.MaxRune+1)
	for line := range strings.Lines(ranges) {
		f := strings.Fields(line)
		lo, _ := strconv.ParseUint(f[0], 16, 32)
		hi, _ := strconv.ParseUint(f[1], 16, 32)
		name, pict := strings.CutSuffix(f[2], "+")
		c, ok := names[name]
		if !ok {
			panic(fmt.Sprintf("wordbreak: there is no class %q", name))
		}
		if pict {
			c |= pictographic
		}
		for r := lo; r <= hi; r++ {
			all[r] = c
		}
	}
	t, seen := new(table), map[[block]class]uint8{}
	copy(t.ascii[:], all)
	for i, c := range t.ascii {
		t.letters[i] = c == letter
	}
	for i := range t.index {
		b := [block]class(all[i*block:])
		at, ok := seen[b]
		if !ok {
			at = uint8(len(t.blocks))
			seen[b], t.blocks = at, append(t.blocks, b)
		}
		t.index[i] = at
	}
	return t
})

// of is the class of the first character of s, which is not empty, and its bytes.
func (t *table) of(s string) (class, int) {
	if c := s[0]; c < utf8.RuneSelf {
		return t.ascii[c], 1
	}
	r, w := utf8.DecodeRuneInString(s)
	return t.blocks[t.index[r/block]][r%block], w
}

// Cutter finds words.
type Cutter struct{ t *table }

// New is a cutter, which several goroutines may use.
func New() Cutter { return Cutter{classes()} }

// Next is the length in bytes of the word that s begins with, 0 of an empty s.
func (c Cutter) Next(s string) int {
	if s == "" {
		return 0
	}
	last, i := c.t.of(s) // the class of the last character
	base := last         // and of the last that is no mark on another (WB4)
	paired := false
	for i < len(s) {
		for last == letter && c.t.letters[s[i]] { // most of most texts
			if i++; i == len(s) {
				return i
			}
		}
		next, w := c.t.of(s[i:])
		switch {
		case last == cr && next == lf: // WB3
		case breaks(last) || breaks(next): // WB3a, WB3b
			return i
		case last == zwj && next&pictographic != 0: // WB3c
		case last == space && next == space: // WB3d
		case mark(next): // WB4
			last, i = next, i+w
			continue
		case base == regional && next == regional && !paired: // WB15, WB16
			paired = true
		default:
			if to, ok := c.across(base&^pictographic, next, s[i+w:]); ok {
				i += w + to
				next, w = c.t.of(s[i:])
			} else if !joined(base&^pictographic, next&^pictographic) {
				return i
			}
		}
		base, last, i = next, next, i+w
	}
	return i
}

func breaks(c class) bool { return c == cr || c == lf || c == newline }

func mark(c class) bool { return c == extend || c == format || c == zwj }

// joined says whether there is no boundary between two classes, whatever follows:
// WB5, WB7a, WB8 to WB10, WB13 to WB13b.
func joined(a, b class) bool {
	switch a {
	case letter, hebrew:
		return b == letter || b == hebrew || b == numeric || b == extendNumLet || a == hebrew && b == singleQuote
	case numeric:
		return b == numeric || b == letter || b == hebrew || b == extendNumLet
	case katakana:
		return b == katakana || b == extendNumLet
	case extendNumLet:
		return b == letter || b == hebrew || b == numeric || b == katakana || b == extendNumLet
	}
	return false
}

// across is where in rest, the text behind the punctuation mid, the character
// stands that mid joins to one of class a: WB6, WB7, WB7b, WB7c, WB11, WB12.
func (c Cutter) across(a, mid class, rest string) (int, bool) {
	inWord := (a == letter || a == hebrew) && (mid == midLetter || mid == midNumLet || mid == singleQuote)
	inQuote := a == hebrew && mid == doubleQuote
	inNumber := a == numeric && (mid == midNum || mid == midNumLet || mid == singleQuote)
	if !inWord && !inQuote && !inNumber {
		return 0, false
	}
	for i := 0; i < len(rest); {
		b, w := c.t.of(rest[i:])
		if !mark(b) {
			b &^= pictographic
			return i, inWord && (b == letter || b == hebrew) || inQuote && b == hebrew || inNumber && b == numeric
		}
		i += w
	}
	return 0, false
}
