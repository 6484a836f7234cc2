package split

import "unicode/utf8"

// GPT2 cuts what GPT-2's pattern does (Radford et al. 2019; encoder.py of
// openai/gpt-2):
//
//	's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
//
// Letters, numbers and white space are those of Unicode 16.0, in tables frozen
// here, so that ids do not change with the Go release.
type GPT2 struct{}

// Append appends the words of a text.
func (s GPT2) Append(dst []string, text string, _ bool) []string {
	for i := 0; i < len(text); {
		end := s.End(text, i)
		dst = append(dst, text[i:end])
		i = end
	}
	return dst
}

// End gives the end of the word that starts at text[i:]. The text must be
// valid UTF-8 and i < len(text). It is the pattern by hand, since Go's
// regexp has no look-ahead; the tests compare it with a backtracking engine.
func (GPT2) End(text string, i int) int {
	t := unicode16
	c := text[i]
	if c == '\'' {
		if n := contraction(text[i+1:]); n > 0 {
			return i + 1 + n
		}
	}
	first, n := t.at(text, i)
	if first != space {
		return t.runEnd(text, i+n, first)
	}
	if c == ' ' && i+1 < len(text) { // " ?" of the three run alternatives
		if second, m := t.at(text, i+1); second != space {
			return t.runEnd(text, i+1+m, second)
		}
	}
	return t.spaceEnd(text, i+n, n)
}

// runEnd gives the end of the run of one class that goes on at text[i:].
func (t *classes) runEnd(text string, i int, cl class) int {
	for i < len(text) {
		if c := text[i]; c < utf8.RuneSelf {
			if t.ascii[c] != cl {
				return i
			}
			i++
			continue
		}
		got, n := t.at(text, i)
		if got != cl {
			return i
		}
		i += n
	}
	return i
}

// spaceEnd gives the end of a run of white space whose first rune, n bytes
// long, ends at i. `\s+(?!\S)` gives back the last rune of the run unless the
// text ends there; `\s+` takes a single one.
func (t *classes) spaceEnd(text string, i, n int) int {
	last, runes := n, 1
	for i < len(text) {
		cl, m := t.at(text, i)
		if cl != space {
			break
		}
		i, last, runes = i+m, m, runes+1
	}
	if i == len(text) || runes == 1 {
		return i
	}
	return i - last
}

// contraction gives the length of s, t, re, ve, m, ll or d at the start of
// rest, which follows an apostrophe, or 0.
func contraction(rest string) int {
	if rest == "" {
		return 0
	}
	switch rest[0] {
	case 's', 't', 'm', 'd':
		return 1
	case 'r', 'v':
		if len(rest) > 1 && rest[1] == 'e' {
			return 2
		}
	case 'l':
		if len(rest) > 1 && rest[1] == 'l' {
			return 2
		}
	}
	return 0
}
