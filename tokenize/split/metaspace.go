package split

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// A scheme says before which texts Metaspace puts its mark.
type scheme uint8

const (
	schemeAlways scheme = iota
	schemeFirst         // only where the whole input begins
	schemeNever
)

// UnmarshalText reads a scheme by its name.
func (s *scheme) UnmarshalText(name []byte) error {
	switch string(name) {
	case "always":
		*s = schemeAlways
	case "first":
		*s = schemeFirst
	case "never":
		*s = schemeNever
	default:
		return fmt.Errorf("%q is no prepend_scheme", name)
	}
	return nil
}

// metaspace writes spaces as a mark (▁), puts one in front, and cuts before
// each, as SentencePiece sees text.
type metaspace struct {
	mark   string
	scheme scheme
	split  bool
}

func (m metaspace) Append(dst []string, text string, first bool) []string {
	text = m.rewrite(text, first)
	for i := 0; i < len(text); {
		end := m.end(text, i)
		dst = append(dst, text[i:end])
		i = end
	}
	return dst
}

func (m metaspace) rewrite(text string, first bool) string {
	marked := strings.HasPrefix(text, " ") || strings.HasPrefix(text, m.mark)
	if text == "" || marked || m.scheme == schemeNever || m.scheme == schemeFirst && !first {
		return strings.ReplaceAll(text, " ", m.mark)
	}
	return m.mark + strings.ReplaceAll(text, " ", m.mark)
}

func (m metaspace) spans(dst []span, text string) []span {
	for i := 0; i < len(text); {
		end := m.end(text, i)
		dst = append(dst, span{i, end})
		i = end
	}
	return dst
}

// end gives the end of the word that begins at text[i:]: where the next mark is.
func (m metaspace) end(text string, i int) int {
	if m.split {
		_, n := utf8.DecodeRuneInString(text[i:])
		if at := strings.Index(text[i+n:], m.mark); at >= 0 {
			return i + n + at
		}
	}
	return len(text)
}
