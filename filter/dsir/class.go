package dsir

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// class is what a character is to WordPunctTokenizer's \w+|[^\w\s]+.
type class uint8

const (
	space class = iota // \s
	word               // \w
	punct
	upper class = 4 // beside the class: its lower case is another character
)

// classOf is the class of r as NLTK's engine has it since 3.10, the module regex:
// \w takes combining marks, and no number that is neither a digit nor a letter.
func classOf(r rune) class {
	switch {
	case unicode.IsLetter(r), unicode.IsMark(r), unicode.In(r, unicode.Nd, unicode.Nl, unicode.Pc, unicode.Other_Alphabetic, unicode.Join_Control):
		return word
	case unicode.Is(unicode.White_Space, r):
		return space
	}
	return punct
}

// table is classes by character.
type table [1 << 16]class

// classes is those of the Basic Multilingual Plane.
var classes = sync.OnceValue(func() *table {
	t := new(table)
	for r := range t {
		t[r] = classify(rune(r))
	}
	return t
})

func classify(r rune) class {
	c := classOf(r)
	if unicode.ToLower(r) != r {
		c |= upper
	}
	return c
}

// lower is r in lower case, and its class.
func (t *table) lower(r rune) (rune, class) {
	c := class(0)
	if uint32(r) < uint32(len(t)) {
		c = t[r]
	} else {
		c = classify(r)
	}
	if c&upper != 0 {
		r = unicode.ToLower(r)
	}
	return r, c &^ upper
}

// sigma is the lower case of the capital sigma at text[start:end]: ς at the end
// of a word and σ elsewhere (Unicode's Final_Sigma, as str.lower has it).
func sigma(text string, start, end int) rune {
	for start > 0 {
		r, width := utf8.DecodeLastRuneInString(text[:start])
		if start -= width; ignorable(r) {
			continue
		}
		if !cased(r) {
			return 'σ'
		}
		for _, r := range text[end:] {
			if !ignorable(r) {
				if cased(r) {
					return 'σ'
				}
				break
			}
		}
		return 'ς'
	}
	return 'σ'
}

// ignorable is Unicode's property Case_Ignorable: marks, modifiers and format
// characters, and the punctuation that stands inside words.
func ignorable(r rune) bool {
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk) ||
		strings.ContainsRune("'.:·\u0387\u055f\u05f4\u2018\u2019\u2024\u2027\ufe13\ufe52\ufe55\uff07\uff0e\uff1a", r)
}

// cased is Unicode's property Cased.
func cased(r rune) bool {
	return unicode.IsUpper(r) || unicode.IsLower(r) || unicode.IsTitle(r) || unicode.In(r, unicode.Other_Lowercase, unicode.Other_Uppercase)
}
