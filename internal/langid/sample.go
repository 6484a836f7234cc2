package langid

import (
	"unicode"
	"unicode/utf8"
)

// look is how much of a text is looked at: a text up to windows times bytes is
// taken whole, of a longer one so many windows spread evenly, each of so many
// bytes of letters.
type look struct {
	windows, bytes int
	scan           int // how far a window searches for letters, in bytes
}

// take gives the windows of a text to do, in order. It is a pure function of the
// text.
func (k look) take(text string, do func(window string, n int)) {
	if k.whole(text) {
		do(text, len(text))
		return
	}
	for i := range k.windows {
		from, to := len(text)/k.windows*i, len(text)/k.windows*(i+1)
		if i > 0 { // the first window begins at a word as it is
			from = wordStart(text, from, to)
		}
		do(text[from:min(to, from+k.scan)], k.bytes)
	}
}

func (k look) whole(text string) bool { return len(text) <= k.windows*k.bytes }

// wordStart is the first place after a space in text[from:to], or the first
// whole character when there is no space near.
func wordStart(text string, from, to int) int {
	for from < to && !utf8.RuneStart(text[from]) {
		from++
	}
	for i, r := range text[from:min(to, from+maxSpace)] {
		if unicode.IsSpace(r) {
			return from + i + utf8.RuneLen(r)
		}
	}
	return from
}
