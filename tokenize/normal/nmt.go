package normal

import "unicode/utf8"

// Nmt drops control characters and makes a space of what looks like one: the
// rules of SentencePiece's nmt_nfkc, as tokenizers 0.23 has them.
type Nmt struct{}

// Append implements Normalizer.
func (Nmt) Append(dst []byte, text string) []byte {
	for {
		i, n, to := nmtNext(text)
		dst = append(dst, text[:i]...)
		if n == 0 {
			return dst
		}
		dst = append(dst, to...)
		text = text[i+n:]
	}
}

func (Nmt) keeps(text string) bool {
	_, n, _ := nmtNext(text)
	return n == 0
}

// nmtNext is where the first rune with a rule begins, its bytes, and what it
// becomes; without one, the end of text and 0 bytes.
func nmtNext(text string) (i, n int, to string) {
	for i < len(text) {
		switch c := text[i]; {
		case c >= ' ' && c < 0x7F:
			i++
			continue
		case c >= utf8.RuneSelf && c != 0xC2 && c != 0xE1 && c != 0xE2 && c != 0xEF:
			i++ // no rune with a rule begins so, nor does the middle of one
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		if to, ok := nmtRule(r); ok {
			return i, n, to
		}
		i += n
	}
	return i, 0, ""
}

// nmtRule is what a rune becomes, if there is a rule for it.
func nmtRule(r rune) (string, bool) {
	switch {
	case r >= 0x20 && r < 0x7F || r == 0:
		return "", false
	case r == '\t', r == '\n', r == '\f', r == '\r',
		r == 0x1680, r >= 0x200B && r <= 0x200F, r == 0x2028, r == 0x2029, r == 0x2581, r == 0xFEFF, r == 0xFFFD:
		return " ", true
	case r < 0x20, r == 0x7F, r == 0x8F, r == 0x9F:
		return "", true
	}
	return "", false
}

// Prepend puts a text before any that is not empty.
type Prepend struct {
	Text string `json:"prepend"`
}

// Append implements Normalizer.
func (p Prepend) Append(dst []byte, text string) []byte {
	if text != "" {
		dst = append(dst, p.Text...)
	}
	return append(dst, text...)
}

func (p Prepend) keeps(text string) bool { return text == "" || p.Text == "" }
