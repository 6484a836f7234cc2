package ingest

import (
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// mojibake says whether a text was UTF-8 that somebody read as windows-1252 or
// ISO 8859-1 and wrote as UTF-8 again: "cafÃ©", "itâ€™s". Such characters come in
// runs whose bytes in windows-1252 are one character of UTF-8; a text has been
// through it when it has three such runs and at least half of its characters
// beyond ASCII are in one. Genuine text has an "Ã" before a "©" by chance only.
func mojibake(s string) bool {
	runs, inRuns, wide := 0, 0, 0
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			i++
			continue
		}
		size, chars := doubled(s[i:])
		if chars > 1 {
			runs, inRuns = runs+1, inRuns+chars
		}
		wide += chars
		i += size
	}
	return runs >= 3 && 2*inRuns >= wide
}

// doubled is the length of the run that s begins with, in bytes and characters:
// of its first character alone when it begins with none.
func doubled(s string) (size, chars int) {
	r, size := utf8.DecodeRuneInString(s)
	lead, ok := latin(r)
	want := following(lead)
	if !ok || want == 0 {
		return size, 1
	}
	n := size
	for range want {
		r, width := utf8.DecodeRuneInString(s[n:])
		if b, ok := latin(r); !ok || b < 0x80 || b > 0xbf {
			return size, 1
		}
		n += width
	}
	return n, want + 1
}

// following is how many bytes follow the first of a character of UTF-8.
func following(lead byte) int {
	switch {
	case lead >= 0xc2 && lead <= 0xdf:
		return 1
	case lead >= 0xe0 && lead <= 0xef:
		return 2
	case lead >= 0xf0 && lead <= 0xf4:
		return 3
	}
	return 0
}

// latin is the byte of a character in windows-1252, or in ISO 8859-1 where
// windows-1252 has none.
func latin(r rune) (byte, bool) {
	if r < 0x100 {
		return byte(r), true
	}
	return charmap.Windows1252.EncodeRune(r)
}
