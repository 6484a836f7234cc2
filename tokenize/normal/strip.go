package normal

import (
	"strings"
	"unicode/utf8"
)

// Strip takes white space from the ends of text.
type Strip struct {
	Left  bool `json:"strip_left"`
	Right bool `json:"strip_right"`
}

// Append implements Normalizer.
func (s Strip) Append(dst []byte, text string) []byte { return append(dst, s.cut(text)...) }

func (s Strip) keeps(text string) bool { return len(s.cut(text)) == len(text) }

func (s Strip) cut(text string) string {
	t := tables()
	white := func(r rune) bool { return t.of(r)&space != 0 }
	if s.Left {
		text = strings.TrimLeftFunc(text, white)
	}
	if s.Right {
		text = strings.TrimRightFunc(text, white)
	}
	return text
}

// StripAccents drops every combining mark of Unicode 9.0. It takes nothing from
// a rune that holds its accent: NFD comes before it.
type StripAccents struct{}

// Append implements Normalizer.
func (StripAccents) Append(dst []byte, text string) []byte {
	t := tables()
	for len(text) > 0 {
		n := t.plain(text, mark)
		dst = append(dst, text[:n]...)
		text = text[n:]
		for len(text) > 0 {
			r, size := utf8.DecodeRuneInString(text)
			if t.of(r)&mark == 0 {
				break
			}
			text = text[size:]
		}
	}
	return dst
}

func (StripAccents) keeps(text string) bool { return tables().plain(text, mark) == len(text) }
