package words

import (
	"sync"
	"unicode"
	"unicode/utf8"
)

// class is what a character is to the tokenizer.
type class uint8

const (
	symbol    class = 0
	letter    class = 1
	digit     class = 2
	spaceless class = 4
	mark      class = 8
	space     class = 16
	format    class = 32
	inWord          = letter | digit
)

// firstSpaceless is the first character of the first script without spaces,
// Thai.
const firstSpaceless = 0x0E00

// classTable is the class of every character of the Basic Multilingual Plane.
type classTable [1 << 16]class

var classes = sync.OnceValue(func() *classTable {
	t := new(classTable)
	for r := range t {
		t[r] = classify(rune(r))
	}
	return t
})

// of is the class of r.
func (t *classTable) of(r rune) class {
	if uint32(r) < uint32(len(t)) {
		return t[r]
	}
	return classify(r)
}

// at is the character of text at i, its class and its width in bytes.
func (t *classTable) at(text string, i int) (rune, class, int) {
	if c := text[i]; c < utf8.RuneSelf {
		return rune(c), t[c], 1
	}
	return t.wide(text, i)
}

// wide is at beyond ASCII. The three bytes of U+0800 to U+CFFF, where most scripts
// without spaces are, are put together here, which is faster.
func (t *classTable) wide(text string, i int) (rune, class, int) {
	if c := text[i]; 0xE0 <= c && c <= 0xEC && i+2 < len(text) {
		r := rune(c&0xF)<<12 | rune(text[i+1]&0x3F)<<6 | rune(text[i+2]&0x3F)
		if r >= 0x800 && text[i+1]&0xC0 == 0x80 && text[i+2]&0xC0 == 0x80 {
			return r, t[r], 3
		}
	}
	r, w := utf8.DecodeRuneInString(text[i:])
	return r, t.of(r), w
}

// classify looks r up in the Unicode tables.
func classify(r rune) class {
	switch {
	case unicode.IsSpace(r), unicode.Is(unicode.Z, r), unicode.Is(unicode.Cc, r):
		return space
	case unicode.Is(unicode.Cf, r):
		return format
	case unicode.IsMark(r):
		return mark
	case !unicode.IsLetter(r) && !unicode.IsNumber(r):
		return symbol
	case r >= firstSpaceless && withoutSpaces(r):
		return spaceless
	case unicode.IsLetter(r):
		return letter
	}
	return digit
}

// withoutSpaces says whether the script of r writes no spaces between words.
// The prolonged sound mark of Kana belongs to no single script in Unicode.
func withoutSpaces(r rune) bool {
	return r == 'ー' || r == 'ｰ' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana,
		unicode.Bopomofo, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
