package bpe

import (
	"slices"
	"unicode/utf8"
)

// byteLevel is GPT-2's one-to-one map between bytes and printable characters
// (bytes_to_unicode of openai/gpt-2's encoder.py), in which the tokens of a
// tokenizer.json are written.
type byteLevel struct {
	Char [256]rune
	byte map[rune]byte
	// Order has the bytes by ascending character: the order in which Hugging
	// Face's trainer numbers its alphabet.
	Order [256]byte
}

// ByteLevel is that map. It is not to be changed.
var ByteLevel = newByteLevel()

// newByteLevel maps the bytes that Latin-1 prints to themselves and the other
// 68, in ascending order, to U+0100 and on.
func newByteLevel() *byteLevel {
	m := &byteLevel{byte: make(map[rune]byte, 256)}
	next := rune(0x100)
	for b := range rune(256) {
		c := b
		if b < '!' || b > '~' && b < 0xA1 || b == 0xAD {
			c, next = next, next+1
		}
		m.Char[b], m.byte[c], m.Order[b] = c, byte(b), byte(b)
	}
	slices.SortFunc(m.Order[:], func(a, b byte) int { return int(m.Char[a] - m.Char[b]) })
	return m
}

// Encode writes bytes as characters.
func (m *byteLevel) Encode(token string) string {
	out := make([]byte, 0, 2*len(token))
	for i := range len(token) {
		out = utf8.AppendRune(out, m.Char[token[i]])
	}
	return string(out)
}

// Decode reads characters back as bytes; ok is false when one is not in the map.
func (m *byteLevel) Decode(chars string) (token string, ok bool) {
	out := make([]byte, 0, len(chars))
	for _, c := range chars {
		b, ok := m.byte[c]
		if !ok {
			return "", false
		}
		out = append(out, b)
	}
	return string(out), true
}
