package langid

import (
	"unicode"
	"unicode/utf8"
)

// sample is the letters of windows spread evenly over text, in lower case, each
// run of other characters made one space. A short text is taken whole. It is a
// pure function of the text.
func sample(text string) string {
	out := make([]byte, 0, windows*(windowBytes+8))
	if len(text) <= windows*windowBytes {
		return string(letters(out, text, len(text)))
	}
	for i := range windows {
		from, to := len(text)/windows*i, len(text)/windows*(i+1)
		if i > 0 { // the first window begins at a word as it is
			from = wordStart(text, from, to)
		}
		out = append(letters(out, text[from:min(to, from+windowScan)], windowBytes), ' ')
	}
	return string(out)
}

// letters appends up to n bytes of the letters of text, whole characters only.
func letters(out []byte, text string, n int) []byte {
	gap := false
	for _, r := range text {
		if !letter(r) {
			gap = true
			continue
		}
		r = unicode.ToLower(r)
		if n -= utf8.RuneLen(r); n < 0 {
			break
		}
		if gap && len(out) > 0 {
			out = append(out, ' ')
		}
		out, gap = utf8.AppendRune(out, r), false
	}
	return out
}

// letter says whether r counts, a mark on a letter too; most are of ASCII.
func letter(r rune) bool {
	if r < 0x80 {
		return 'a' <= r|0x20 && r|0x20 <= 'z'
	}
	return unicode.IsLetter(r) || unicode.IsMark(r)
}

// wordStart is the first place after a space in text[from:to], or the first
// whole character when there is no space near.
func wordStart(text string, from, to int) int {
	for from < to && !utf8.RuneStart(text[from]) {
		from++
	}
	for i, r := range text[from:min(to, from+windowBytes)] {
		if unicode.IsSpace(r) {
			return from + i + utf8.RuneLen(r)
		}
	}
	return from
}
