package toxic

import (
	"strings"
	"unicode/utf8"

	"corpus/filter/linear"
)

// spellings are the words of a list by the hash of what they are written like
// once disguise has been taken off: the word itself, and the word with letters
// starred out.
type spellings map[uint64]string

// add takes in an entry that is one word of three and more ASCII letters. The
// stars of a word of four and more stand for one of its inner letters, or for
// all of them: f*ck, fu*k, f**k.
func (s spellings) add(word string) {
	for i := range len(word) {
		if c := word[i]; c < 'a' || c > 'z' {
			return
		}
	}
	if len(word) < 3 || len(word) > maxDisguise {
		return
	}
	s[linear.HashOf(word)] = word
	if len(word) < 4 {
		return
	}
	last := len(word) - 1
	s.star(word[:1]+strings.Repeat("*", last-1)+word[last:], word)
	for i := 1; i < last; i++ {
		s.star(word[:i]+"*"+word[i+1:], word)
	}
}

// star takes in a starred spelling; the first word that has it keeps it.
func (s spellings) star(spelling, word string) {
	if h := linear.HashOf(spelling); s[h] == "" {
		s[h] = word
	}
}

// plain is the listed word that text, a run of letters, digits and signs without
// spaces, is a disguise of, or "": signs and digits stand for the letters they
// look like, * and # for any. Digits alone are believed only beside a letter that
// hexadecimal numbers do not have.
func (s spellings) plain(text string, buf *[maxDisguise]byte) string {
	for _, one := range []byte{'i', 'l'} {
		n, ok := undisguise(text, one, buf)
		if !ok {
			return ""
		}
		if word := s[linear.HashOf(buf[:n])]; word != "" {
			return word
		}
	}
	return ""
}

// undisguise writes text as letters and stars to buf; 1, ! and | become one. It
// fails where text is no disguise at all.
func undisguise(text string, one byte, buf *[maxDisguise]byte) (n int, ok bool) {
	letters, beyondHex, signs, digits := 0, 0, 0, 0
	for i, r := range text {
		if n == maxDisguise {
			return 0, false
		}
		c, kind := looksLike(r)
		switch kind {
		case noLetter:
			return 0, false
		case aLetter:
			letters++
			if c > 'f' {
				beyondHex++
			}
		case aSign:
			signs++
		case aDigit:
			digits++
		}
		if c == '1' {
			c = one
		}
		if c == '*' && (i == 0 || i+utf8.RuneLen(r) == len(text)) {
			return 0, false
		}
		buf[n] = c
		n++
	}
	return n, letters > 0 && (signs > 0 || digits > 0 && beyondHex > 0)
}

// What a character is in a disguised word.
const (
	noLetter = iota
	aLetter
	aDigit
	aSign
)

// looksLike is the lower-case letter that r is or stands for, '*' for any and
// '1' for i or l.
func looksLike(r rune) (c byte, kind int) {
	switch {
	case 'a' <= r && r <= 'z':
		return byte(r), aLetter
	case 'A' <= r && r <= 'Z':
		return byte(r) + 'a' - 'A', aLetter
	}
	switch r {
	case '0':
		return 'o', aDigit
	case '1':
		return '1', aDigit
	case '3':
		return 'e', aDigit
	case '4':
		return 'a', aDigit
	case '5':
		return 's', aDigit
	case '7':
		return 't', aDigit
	case '8':
		return 'b', aDigit
	case '@':
		return 'a', aSign
	case '$':
		return 's', aSign
	case '!', '|':
		return '1', aSign
	case '€':
		return 'e', aSign
	case '*', '#':
		return '*', aSign
	}
	return 0, noLetter
}
