package normal

// Nmt drops control characters and makes a space of what looks like one: the
// rules of SentencePiece's nmt_nfkc, as tokenizers 0.23 has them.
type Nmt struct{}

// Append implements Normalizer.
func (Nmt) Append(dst []byte, text string) []byte {
	start := 0
	for i, r := range text {
		to, ok := nmtRule(r)
		if !ok {
			continue
		}
		dst = append(dst, text[start:i]...)
		dst = append(dst, to...)
		start = i + len(string(r))
	}
	return append(dst, text[start:]...)
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
