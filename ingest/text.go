package ingest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean makes text valid UTF-8 with \n as line end and without control
// characters other than \n and \t, byte order marks and blank edges. replaced
// is the number of U+FFFD that stand for invalid bytes. It is idempotent.
func clean(s string) (text string, replaced int) {
	if !utf8.ValidString(s) {
		s, replaced = repair(s)
	}
	if changes(s) {
		s = normalise(s)
	}
	return trim(s), replaced
}

// repair replaces each run of invalid bytes by one U+FFFD.
func repair(s string) (string, int) {
	n, bad := 0, false
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		invalid := r == utf8.RuneError && size == 1
		if invalid && !bad {
			n++
		}
		bad = invalid
		i += size
	}
	return strings.ToValidUTF8(s, "\uFFFD"), n
}

// dropped are the characters that do not stay as they are: C0 and C1 controls,
// DEL, byte order marks, and the line separators.
func dropped(r rune) bool {
	return r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r == '\uFEFF' || r == '\u2028' || r == '\u2029'
}

// changes says whether valid UTF-8 holds what is dropped. Of other than ASCII
// that begins with one of three bytes.
func changes(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case ' ' <= c && c < 0x7f || c == '\n' || c == '\t':
		case c < 0x80:
			return true
		case c == 0xc2 || c == 0xe2 || c == 0xef:
			if r, _ := utf8.DecodeRuneInString(s[i:]); dropped(r) {
				return true
			}
		}
	}
	return false
}

func normalise(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r' || r == '\f' || r == '\v' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			return '\n'
		case dropped(r):
			return -1
		}
		return r
	}, s)
}

// trim takes blank lines from the front, keeping the indentation of the first
// line with text, and all white space from the end.
func trim(s string) string {
	s = strings.TrimRightFunc(s, unicode.IsSpace)
	for {
		line, rest, ok := strings.Cut(s, "\n")
		if !ok || strings.TrimSpace(line) != "" {
			return s
		}
		s = rest
	}
}

// short cuts s to at most n bytes at a character.
func short(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// oneLine is a title or detail: one line, single spaces, valid UTF-8.
// Of much more than n bytes only the beginning is looked at.
func oneLine(s string, n int) string {
	s, _ = clean(s[:min(len(s), 16*n)])
	return short(strings.Join(strings.Fields(s), " "), n)
}
