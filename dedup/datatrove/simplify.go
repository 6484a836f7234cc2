package datatrove

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// punctuation is what of datatrove's PUNCTUATION is beyond ASCII and the control
// characters, all of which are in it but tab and newline.
const punctuation = "\u2014\u201d\uff05\uff11\u3008\u3001\u2501\u3010\u300c\u300d\uff0c\u3011\uff1b\u201c\u300a\u201e\u2019\u2236\u00b4\uff0e\uff08\u2013\uff1f\uff01\uff1a\uff5e\u00ab\u3009\u300b\uff09\u3002\u2026\u25ba\u00bb"

// separators may stand once between the digits of a number.
const separators = ".,\u060c\u066b\u2396\u2397\u2398"

// simplifier makes simplify_text of texts. It reuses its memory.
type simplifier struct {
	out    []byte
	beyond []byte // a run of characters beyond ASCII, in lower case
	marks  []byte // the same decomposed
}

// simplify is simplify_text of a piece of text that no number and no word crosses
// the ends of; blanks may stand at its ends. It is valid until the next call.
func (s *simplifier) simplify(text string) []byte {
	s.out = s.out[:0]
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case 'a' <= c && c <= 'z':
			s.out = append(s.out, c)
		case 'A' <= c && c <= 'Z':
			s.out = append(s.out, c|0x20)
		case '0' <= c && c <= '9':
			i = numberEnd(text, i)
			s.out = append(s.out, '0')
			continue
		case c >= utf8.RuneSelf:
			i = s.foreign(text, i)
			continue
		default:
			s.blank()
		}
		i++
	}
	return s.out
}

func (s *simplifier) blank() {
	if n := len(s.out); n > 0 && s.out[n-1] != ' ' {
		s.out = append(s.out, ' ')
	}
}

// foreign takes in the run of characters beyond ASCII that begins at i, and is its
// end: nothing before or behind it changes how it is decomposed.
func (s *simplifier) foreign(text string, i int) int {
	s.beyond = s.beyond[:0]
	for i < len(text) && text[i] >= utf8.RuneSelf {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case unicode.Is(unicode.Nd, r):
			i = numberEnd(text, i)
			s.beyond = append(s.beyond, '0')
			continue
		case r < 0xa0 || unicode.IsSpace(r) || strings.ContainsRune(punctuation, r):
			s.beyond = append(s.beyond, ' ')
		default:
			s.beyond = appendLower(s.beyond, text, i, r, n)
		}
		i += n
	}
	s.marks = norm.NFD.Append(s.marks[:0], s.beyond...)
	for at := 0; at < len(s.marks); {
		r, n := utf8.DecodeRune(s.marks[at:])
		switch {
		case r == ' ':
			s.blank()
		case r < utf8.RuneSelf || !unicode.Is(unicode.Mn, r):
			s.out = append(s.out, s.marks[at:at+n]...)
		}
		at += n
	}
	return i
}

// numberEnd is the end of the number that begins at i: digits of any script, and
// perhaps a separator and more of them.
func numberEnd(text string, i int) int {
	end := digitsEnd(text, i)
	r, n := utf8.DecodeRuneInString(text[end:])
	if n == 0 || !strings.ContainsRune(separators, r) {
		return end
	}
	if more := digitsEnd(text, end+n); more > end+n {
		return more
	}
	return end
}

func digitsEnd(text string, i int) int {
	for i < len(text) {
		r, n := utf8.DecodeRuneInString(text[i:])
		if !unicode.Is(unicode.Nd, r) {
			break
		}
		i += n
	}
	return i
}

// appendLower appends str.lower() of the character r at text[i:i+n].
func appendLower(dst []byte, text string, i int, r rune, n int) []byte {
	switch r {
	case 'İ':
		return append(dst, "i\u0307"...)
	case 'Σ':
		if final(text[:i], text[i+n:]) {
			return append(dst, "ς"...)
		}
	}
	return utf8.AppendRune(dst, unicode.ToLower(r))
}

// final says whether a sigma between before and behind ends a word (Unicode's
// Final_Sigma): a letter with case comes before it, none behind it.
func final(before, behind string) bool {
	for len(before) > 0 {
		r, n := utf8.DecodeLastRuneInString(before)
		before = before[:len(before)-n]
		if !ignorable(r) {
			return cased(r) && !beginsCased(behind)
		}
	}
	return false
}

func beginsCased(text string) bool {
	for _, r := range text {
		if !ignorable(r) {
			return cased(r)
		}
	}
	return false
}

// ignorable is Unicode's property Case_Ignorable: marks, modifiers and format
// characters, and the punctuation that stands inside words.
func ignorable(r rune) bool {
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk) ||
		strings.ContainsRune("'.:·\u0387\u055f\u05f4\u2018\u2019\u2024\u2027\ufe13\ufe52\ufe55\uff07\uff0e\uff1a", r)
}

// cased is Unicode's property Cased.
func cased(r rune) bool {
	return unicode.In(r, unicode.Lu, unicode.Ll, unicode.Lt, unicode.Other_Lowercase, unicode.Other_Uppercase)
}
