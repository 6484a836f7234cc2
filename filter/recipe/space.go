package recipe

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// isSpace is Python's str.isspace of one character.
func isSpace(r rune) bool {
	if r < utf8.RuneSelf {
		return r == ' ' || '\t' <= r && r <= '\r' || 0x1c <= r && r <= 0x1f
	}
	return unicode.IsSpace(r)
}

// trimSpace is Python's str.strip.
func trimSpace(s string) string { return strings.TrimFunc(s, isSpace) }

// trimSpan is the same of text[start:end].
func trimSpan(text string, start, end int) (int, int) {
	s := strings.TrimLeftFunc(text[start:end], isSpace)
	start = end - len(s)
	return start, start + len(strings.TrimRightFunc(s, isSpace))
}

// breakBytes are those with which a line break of Python's str.splitlines begins.
var breakBytes = func() (t [256]bool) {
	for _, s := range []string{"\n", "\v", "\f", "\r", "\x1c", "\x1d", "\x1e", "\u0085", "\u2028"} {
		t[s[0]] = true
	}
	return t
}()

// lineEnd is where the line ends that begins at byte i of text, and where the
// next begins. A last line break opens no line.
func lineEnd(text string, i int) (end, next int) {
	for ; i < len(text); i++ {
		if !breakBytes[text[i]] {
			continue
		}
		switch r, w := utf8.DecodeRuneInString(text[i:]); {
		case r == '\r' && strings.HasPrefix(text[i+1:], "\n"):
			return i, i + 2
		case r < utf8.RuneSelf || r == 0x85 || r == 0x2028 || r == 0x2029:
			return i, i + w
		}
	}
	return i, i
}

// fields is how many words str.split makes of s, counted up to most.
func fields(s string, most int) int {
	n, in := 0, false
	for _, r := range s {
		if space := isSpace(r); space == in {
			if in = !space; in {
				if n++; n == most {
					break
				}
			}
		}
	}
	return n
}

// longField says whether a word of s has more than n characters.
func longField(s string, n int) bool {
	if len(s) <= n {
		return false
	}
	run := 0
	for _, r := range s {
		if run++; isSpace(r) {
			run = 0
		}
		if run > n {
			return true
		}
	}
	return false
}
