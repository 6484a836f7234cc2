package split

import (
	"strings"
	"unicode/utf8"
)

// literal finds a string. An empty one is found before every rune and at the
// end, as an empty regular expression is.
type literal string

func (l literal) parts(dst []part, text string) []part {
	from := 0
	for i := 0; i <= len(text); {
		at := strings.Index(text[i:], string(l))
		if at < 0 {
			break
		}
		start := i + at
		end := start + len(l)
		dst = appendParts(dst, from, start, end)
		from, i = end, end
		if l == "" {
			_, n := utf8.DecodeRuneInString(text[i:])
			i += max(n, 1)
		}
	}
	return closeParts(dst, from, len(text))
}

// runes finds each rune of some classes.
type runes struct {
	table *table
	found class
}

func (r runes) parts(dst []part, text string) []part {
	from := 0
	for i := 0; i < len(text); {
		cl, n := r.table.at(text, i)
		if cl&r.found != 0 {
			dst = appendParts(dst, from, i, i+n)
			from = i + n
		}
		i += n
	}
	return closeParts(dst, from, len(text))
}

// all finds all words of a Cutter.
type all struct{ Cutter }

func (a all) parts(dst []part, text string) []part {
	for i := 0; i < len(text); {
		end := a.End(text, i)
		dst = append(dst, part{span{i, end}, true})
		i = end
	}
	return dst
}

func (BLOOM) parts(dst []part, text string) []part {
	for i := 0; i < len(text); {
		end, found := bloomNext(text, i)
		dst = append(dst, part{span{i, end}, found})
		i = end
	}
	return dst
}
