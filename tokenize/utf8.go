package tokenize

import (
	"strings"
	"unicode/utf8"
)

// repairUTF8 replaces each maximal ill-formed piece of text by one U+FFFD. Text
// that is valid already comes back as it is, without a copy.
func repairUTF8(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	b.Grow(len(text) + len(text)/8)
	for len(text) > 0 {
		r, n := utf8.DecodeRuneInString(text)
		if r == utf8.RuneError && n == 1 {
			n = illFormed(text)
		}
		b.WriteRune(r)
		text = text[n:]
	}
	return b.String()
}

// illFormed gives the length of the maximal ill-formed piece at the start of
// text: the longest beginning of a well-formed sequence, or else one byte
// (Unicode 16.0, table 3-7 and definition D93b).
func illFormed(text string) int {
	lo, hi, need := byte(0x80), byte(0xBF), 0
	switch c := text[0]; {
	case c >= 0xC2 && c <= 0xDF:
		need = 1
	case c >= 0xE0 && c <= 0xEF:
		need = 2
		switch c {
		case 0xE0:
			lo = 0xA0
		case 0xED:
			hi = 0x9F
		}
	case c >= 0xF0 && c <= 0xF4:
		need = 3
		switch c {
		case 0xF0:
			lo = 0x90
		case 0xF4:
			hi = 0x8F
		}
	}
	n := 1
	for n <= need && n < len(text) && text[n] >= lo && text[n] <= hi {
		lo, hi = 0x80, 0xBF
		n++
	}
	return n
}
