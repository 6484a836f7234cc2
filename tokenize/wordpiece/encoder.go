package wordpiece

import (
	"unicode/utf8"

	"corpus/tokenize/trie"
)

// Encoder encodes pieces with one model.
type Encoder struct{ model *Model }

// NewEncoder makes an encoder; it holds no memory of its own.
func (m *Model) NewEncoder() *Encoder { return &Encoder{m} }

// Append appends the ids of a piece, which is valid UTF-8, to dst: those of its
// tokens, or one unknown token. An empty piece has none.
func (e *Encoder) Append(dst []uint32, piece string) []uint32 {
	m := e.model
	if len(piece) > m.config.MaxChars && utf8.RuneCountInString(piece) > m.config.MaxChars {
		return append(dst, m.unk)
	}
	before := len(dst)
	t := m.start
	for rest := piece; rest != ""; t = m.rest {
		id, n := longest(t, rest)
		if n == 0 {
			return append(dst[:before], m.unk)
		}
		dst, rest = append(dst, id), rest[n:]
	}
	return dst
}

// longest finds the longest key that begins text, n bytes of it, n 0 for none.
// Keys and text are whole characters, so that it ends with one. What it walks
// beyond that key is walked again by the next: of real words one byte in ten to
// thirty, so that failure links (Song et al. 2020) would save less than they cost.
func longest(t *trie.Trie, text string) (id uint32, n int) {
	node := t.Root()
	for i := range len(text) {
		if node = t.Child(node, text[i]); node == 0 {
			break
		}
		if node.Ends() {
			id, n = node.Value(), i+1
		}
	}
	return id, n
}
