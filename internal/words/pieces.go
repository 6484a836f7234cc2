package words

import (
	"iter"
	"strings"
)

// pieceBytes is where Pieces looks for white space to cut at.
const pieceBytes = 64 << 10

// Pieces cuts text behind white space, which no token spans, into pieces of some
// 64 kB: their tokens are those of the text, at a fraction of the memory.
func Pieces(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for len(text) > pieceBytes {
			at := strings.IndexAny(text[pieceBytes:], " \n")
			if at < 0 {
				break
			}
			end := pieceBytes + at + 1
			if !yield(text[:end]) {
				return
			}
			text = text[end:]
		}
		yield(text)
	}
}
