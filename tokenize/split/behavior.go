package split

import "fmt"

// A part of a text is found by a pattern, or lies between what is found.
type part struct {
	span
	found bool
}

// A pattern cuts a text into parts that cover it.
type pattern interface {
	parts(dst []part, text string) []part
}

// A behavior says what becomes of what a pattern finds: Hugging Face's
// SplitDelimiterBehavior.
type behavior uint8

const (
	isolated behavior = iota
	removed
	mergedWithPrevious
	mergedWithNext
	contiguous
)

var behaviors = [...]string{"Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"}

// UnmarshalText reads a behavior by its name.
func (b *behavior) UnmarshalText(name []byte) error {
	for i, n := range behaviors {
		if n == string(name) {
			*b = behavior(i)
			return nil
		}
	}
	return fmt.Errorf("%q is no behavior", name)
}

// words appends the words that come of parts: in the merging ones, what is
// found joins its neighbour unless the one before (in that direction) was found
// too, as in NormalizedString::split.
func (b behavior) words(dst []span, parts []part) []span {
	n := len(dst)
	switch b {
	case mergedWithNext:
		dst = mergeNext(dst, parts)
	default:
		previous := false
		for _, p := range parts {
			join := len(dst) > n && (b == mergedWithPrevious && p.found && !previous || b == contiguous && p.found == previous)
			switch {
			case join:
				dst[len(dst)-1].end = p.end
			case b != removed || !p.found:
				dst = append(dst, p.span)
			}
			previous = p.found
		}
	}
	return dropEmpty(dst, n)
}

func mergeNext(dst []span, parts []part) []span {
	n, previous := len(dst), false
	for i := len(parts) - 1; i >= 0; i-- {
		p := parts[i]
		if p.found && !previous && len(dst) > n {
			dst[len(dst)-1].start = p.start
		} else {
			dst = append(dst, p.span)
		}
		previous = p.found
	}
	for i, j := n, len(dst)-1; i < j; i, j = i+1, j-1 {
		dst[i], dst[j] = dst[j], dst[i]
	}
	return dst
}

func dropEmpty(spans []span, from int) []span {
	kept := spans[:from]
	for _, s := range spans[from:] {
		if s.start < s.end {
			kept = append(kept, s)
		}
	}
	return kept
}

// delimited is the pre-tokenizer Split, and others that are made of it.
type delimited struct {
	verbatim
	pattern  pattern
	behavior behavior
	invert   bool // what is found is between, and the other way round
}

func (d delimited) Append(dst []string, text string, first bool) []string {
	return appendWords(dst, d, text, first)
}

func (d delimited) spans(dst []span, text string) []span {
	parts := d.pattern.parts(nil, text)
	if d.invert {
		for i := range parts {
			parts[i].found = !parts[i].found
		}
	}
	return d.behavior.words(dst, parts)
}

// appendParts appends what is found between start and end of a text, behind
// what lies between it and the part before.
func appendParts(dst []part, from, start, end int) []part {
	if from < start {
		dst = append(dst, part{span{from, start}, false})
	}
	return append(dst, part{span{start, end}, true})
}

// closeParts appends what lies between the last find and the end.
func closeParts(dst []part, from, end int) []part {
	if from < end {
		dst = append(dst, part{span{from, end}, false})
	}
	return dst
}
