package decoding

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
)

// repair replaces each maximal ill-formed piece of text by one U+FFFD, as
// Rust's from_utf8_lossy does.
func repair(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	fixed, err := unicode.UTF8.NewDecoder().String(text)
	if err != nil {
		return strings.ToValidUTF8(text, "\uFFFD")
	}
	return fixed
}
