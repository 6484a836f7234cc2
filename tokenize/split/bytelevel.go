package split

import (
	"strings"
	"unicode/utf8"
)

// byteLevel is the pre-tokenizer ByteLevel, but for its characters in the place
// of bytes: see characters.
type byteLevel struct {
	space bool // a space is put before a text that begins with none
	cut   bool // by GPT-2's pattern
}

func (b byteLevel) Append(dst []string, text string, first bool) []string {
	return appendWords(dst, b, text, first)
}

func (b byteLevel) rewrite(text string, _ bool) string {
	if b.space && text != "" && text[0] != ' ' {
		return " " + text
	}
	return text
}

func (b byteLevel) spans(dst []span, text string) []span {
	switch {
	case b.cut:
		return cuts{Cutter: GPT2{}}.spans(dst, text)
	case text != "":
		dst = append(dst, span{0, len(text)})
	}
	return dst
}

// onCharacters is a stage behind ByteLevel: it sees a character for each byte
// (openai/gpt-2, encoder.py: bytes_to_unicode).
type onCharacters struct{ stage Splitter }

func (o onCharacters) Append(dst []string, text string, first bool) []string {
	n := len(dst)
	dst = o.stage.Append(dst, toCharacters(text), first)
	for i, word := range dst[n:] {
		dst[n+i] = toBytes(word)
	}
	return dst
}

// printable says whether a byte is its own character.
func printable(b rune) bool {
	return '!' <= b && b <= '~' || 0xA1 <= b && b <= 0xAC || 0xAE <= b && b <= 0xFF
}

// characterOf maps the bytes that are not printable to U+0100 and on.
var characterOf, byteOf = func() (of [256]rune, back [0x100 + 68]byte) {
	next := rune(0x100)
	for b := range of {
		of[b] = rune(b)
		if !printable(rune(b)) {
			of[b] = next
			next++
		}
		back[of[b]] = byte(b)
	}
	return of, back
}()

func toCharacters(text string) string {
	var b strings.Builder
	b.Grow(2 * len(text))
	for i := range len(text) {
		b.WriteRune(characterOf[text[i]])
	}
	return b.String()
}

func toBytes(word string) string {
	b := make([]byte, 0, utf8.RuneCountInString(word))
	for _, r := range word {
		b = append(b, byteOf[r])
	}
	return string(b)
}
