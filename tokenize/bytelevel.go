package tokenize

import (
	"slices"
	"unicode/utf8"
)

// byteLevel is GPT-2's one-to-one map between bytes and printable characters
// (bytes_to_unicode of openai/gpt-2's encoder.py), in which the tokens of a
// tokenizer.json are written.
type byteLevel struct {
	char [256]rune
	byte map[rune]byte
	// order has the bytes by ascending character: the order in which Hugging
	// Face's trainer numbers its alphabet.
	order [256]byte
}

var gpt2Bytes = newByteLevel()

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
		m.char[b], m.byte[c], m.order[b] = c, byte(b), byte(b)
	}
	slices.SortFunc(m.order[:], func(a, b byte) int { return int(m.char[a] - m.char[b]) })
	return m
}

// encode writes bytes as characters.
func (m *byteLevel) encode(token string) string {
	out := make([]byte, 0, 2*len(token))
	for i := range len(token) {
		out = utf8.AppendRune(out, m.char[token[i]])
	}
	return string(out)
}

// decode reads characters back as bytes; ok is false when one is not in the map.
func (m *byteLevel) decode(chars string) (token string, ok bool) {
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
