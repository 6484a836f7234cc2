package normal

// Normalizer rewrites text. All types of this package that implement it are
// also written as JSON the way `tokenizers` writes them.
type Normalizer interface {
	// Append appends text, normalized, to dst.
	Append(dst []byte, text string) []byte
}

// keeper is a normalizer that can tell cheaply that nothing needs a change.
type keeper interface {
	// keeps reports whether Append would leave text as it is; it may say no
	// where it would.
	keeps(text string) bool
}

// String is text as n normalizes it; text itself or a part of it, without a
// copy, where n sees that no more is needed. A nil n changes nothing.
func String(n Normalizer, text string) string {
	if n == nil {
		return text
	}
	if s, ok := n.(Strip); ok {
		return s.cut(text)
	}
	if k, ok := n.(keeper); ok && k.keeps(text) {
		return text
	}
	return string(n.Append(make([]byte, 0, len(text)+len(text)/16), text))
}

// Sequence normalizes with one after the other.
type Sequence []Normalizer

// Append implements Normalizer.
func (s Sequence) Append(dst []byte, text string) []byte {
	if len(s) == 0 {
		return append(dst, text...)
	}
	last := len(s) - 1
	for _, n := range s[:last] {
		text = String(n, text)
	}
	return s[last].Append(dst, text)
}

func (s Sequence) keeps(text string) bool {
	for _, n := range s {
		if k, ok := n.(keeper); !ok || !k.keeps(text) {
			return false
		}
	}
	return true
}
