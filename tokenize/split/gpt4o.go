package split

// GPT4o cuts what the pattern of o200k_base does and its kin (Mistral's tekken
// has no contractions and single digits):
//
//	[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|
//	[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|
//	\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
type GPT4o struct {
	contractions bool
	longS        bool // contractions are case-insensitive, not both cases spelled out
	digits       int  // the longest run of numbers, 0 for no limit
	slash        bool // [\r\n/]*, not [\r\n]*
}

// O200K is the pattern of o200k_base and o200k_harmony (tiktoken 0.14.0).
func O200K() *GPT4o {
	return &GPT4o{contractions: true, longS: true, digits: 3, slash: true}
}

const (
	head = upper | caseless | mark // [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]
	body = lower | caseless | mark // [\p{Ll}\p{Lm}\p{Lo}\p{M}]
)

// Append appends the words of a text.
func (s *GPT4o) Append(dst []string, text string, _ bool) []string {
	return appendCuts(dst, s, text)
}

// End gives the end of the word that begins at text[i:].
func (s *GPT4o) End(text string, i int) int {
	t := unicode16
	first, n := t.at(text, i)
	if first&letter != 0 {
		end, _ := t.casedEnd(text, i)
		return s.suffix(text, end)
	}
	if first == number {
		return t.numberEnd(text, i+n, s.digits)
	}
	if c := text[i]; c != '\n' && c != '\r' {
		if end := s.prefixed(text, i, n, first); end > 0 {
			return s.suffix(text, end)
		}
		if c == ' ' && i+1 < len(text) {
			if second, m := t.at(text, i+1); second&dark != 0 {
				return t.darkEnd(text, i+1+m, dark, s.slash)
			}
		}
	}
	if first == space {
		return blankEnd(text, i, false)
	}
	return t.darkEnd(text, i+n, dark, s.slash)
}

// prefixed gives the end of a word of letters behind `[^\r\n\p{L}\p{N}]?`, a rune
// of n bytes, or 0. A mark may be that rune or the word's first: it is the first
// if nothing behind it may end a word of the first alternative.
func (s *GPT4o) prefixed(text string, i, n int, first class) int {
	end, small := unicode16.casedEnd(text, i+n)
	if first == mark && !small {
		return i + n
	}
	if end == i+n {
		return 0
	}
	return end
}

// casedEnd gives the end of the letters and marks that one word may have at
// text[i:], and whether they end as the first alternative asks: what comes of
// body last is where it ends, since all of body is given back to it.
func (t *table) casedEnd(text string, i int) (end int, small bool) {
	last := 0 // the end of the last rune that is of both head and body
	for i < len(text) {
		cl, n := t.at(text, i)
		if cl&head == 0 {
			if cl == lower {
				return t.bodyEnd(text, i+n), true
			}
			break
		}
		i += n
		if cl != upper {
			last = i
		}
	}
	if last > 0 {
		return last, true
	}
	return i, false
}

// suffix takes a contraction behind a word.
func (s *GPT4o) suffix(text string, i int) int {
	if s.contractions && i < len(text) && text[i] == '\'' {
		if n := contractionFold(text[i+1:], s.longS); n > 0 {
			return i + 1 + n
		}
	}
	return i
}
