package substring

import "unicode/utf8"

// Span is text[Start:End].
type Span struct{ Start, End int }

// Spans are the stretches of text that windows of so many bytes cover, which
// begin at ranges of offsets in it, in order. Their ends are brought inwards to
// whole characters, and those that are then shorter than a window are left out.
func Spans(text string, ranges []Span, bytes int) []Span {
	var out []Span
	for i := 0; i < len(ranges); {
		s := Span{ranges[i].Start, ranges[i].End - 1 + bytes}
		for i++; i < len(ranges) && ranges[i].Start <= s.End; i++ {
			s.End = max(s.End, ranges[i].End-1+bytes)
		}
		if s = s.inwards(text); s.End-s.Start >= bytes {
			out = append(out, s)
		}
	}
	return out
}

// inwards is the whole characters of s.
func (s Span) inwards(text string) Span {
	for s.Start < s.End && !utf8.RuneStart(text[s.Start]) {
		s.Start++
	}
	for s.Start < s.End && s.End < len(text) && !utf8.RuneStart(text[s.End]) {
		s.End--
	}
	return s
}
