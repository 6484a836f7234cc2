package recipe

import (
	"unicode"
	"unicode/utf8"
)

// What Python's methods of str say of one character.

// isUpper is str.isupper.
func isUpper(r rune) bool {
	if r < utf8.RuneSelf {
		return 'A' <= r && r <= 'Z'
	}
	return unicode.IsUpper(r) || unicode.Is(unicode.Other_Uppercase, r)
}

// isDigit is str.isdigit: decimal digits, and those raised, lowered or circled.
func isDigit(r rune) bool {
	if r < utf8.RuneSelf {
		return '0' <= r && r <= '9'
	}
	return unicode.IsDigit(r) || unicode.Is(typographicDigits, r)
}

// isAlnum is str.isalnum.
func isAlnum(r rune) bool {
	if r < utf8.RuneSelf {
		return '0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z'
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r)
}

// typographicDigits are those of Numeric_Type Digit, which the unicode package
// does not know.
var typographicDigits = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0xb2, 0xb3, 1},
		{0xb9, 0xb9, 1},
		{0x1369, 0x1371, 1},
		{0x19da, 0x19da, 1},
		{0x2070, 0x2070, 1},
		{0x2074, 0x2079, 1},
		{0x2080, 0x2089, 1},
		{0x2460, 0x2468, 1},
		{0x2474, 0x247c, 1},
		{0x2488, 0x2490, 1},
		{0x24ea, 0x24ea, 1},
		{0x24f5, 0x24fd, 1},
		{0x24ff, 0x24ff, 1},
		{0x2776, 0x277e, 1},
		{0x2780, 0x2788, 1},
		{0x278a, 0x2792, 1},
	},
	R32: []unicode.Range32{
		{0x10a40, 0x10a43, 1},
		{0x10e60, 0x10e68, 1},
		{0x11052, 0x1105a, 1},
		{0x1f100, 0x1f10a, 1},
	},
	LatinOffset: 2,
}

// startsAlnum says whether the first character of s is a letter or a number.
func startsAlnum(s string) bool {
	if s != "" && s[0] < utf8.RuneSelf {
		return isAlnum(rune(s[0]))
	}
	r, _ := utf8.DecodeRuneInString(s)
	return isAlnum(r)
}

// nextField is the next word of str.split in text from byte at on; the end of the
// text when there is none.
func nextField(text string, at int) (start, end int) {
	start = at
	for start < len(text) {
		r, w := rune(text[start]), 1
		if r >= utf8.RuneSelf {
			r, w = utf8.DecodeRuneInString(text[start:])
		}
		if !isSpace(r) {
			break
		}
		start += w
	}
	return start, fieldEnd(text, start)
}

func fieldEnd(text string, at int) int {
	for at < len(text) {
		r, w := rune(text[at]), 1
		if r >= utf8.RuneSelf {
			r, w = utf8.DecodeRuneInString(text[at:])
		}
		if isSpace(r) {
			break
		}
		at += w
	}
	return at
}
