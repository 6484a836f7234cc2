package normal

import "unicode/utf8"

// Lowercase maps each rune alone to its full lower case of Unicode 17.0, as
// Rust's char::to_lowercase: U+0130 becomes two runes, and a final sigma is as
// any other.
type Lowercase struct{}

// Append implements Normalizer.
func (Lowercase) Append(dst []byte, text string) []byte {
	t := tables()
	for len(text) > 0 {
		if n := ascii(text); n > 0 {
			dst = appendLower(dst, text[:n])
			text = text[n:]
			continue
		}
		n := t.plain(text, upper)
		dst = append(dst, text[:n]...)
		text = text[n:]
		if len(text) > 0 && text[0] >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(text)
			dst = append(dst, t.lower[t.record(r)]...)
			text = text[size:]
		}
	}
	return dst
}

func (Lowercase) keeps(text string) bool { return tables().plain(text, upper) == len(text) }

// appendLower appends ASCII in lower case.
func appendLower(dst []byte, text string) []byte {
	start := len(dst)
	dst = append(dst, text...)
	for i, c := range dst[start:] {
		if c-'A' < 26 {
			dst[start+i] = c + 'a' - 'A'
		}
	}
	return dst
}
