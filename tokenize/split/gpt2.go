package split

// GPT2 cuts what GPT-2's pattern does (Radford et al. 2019; encoder.py of
// openai/gpt-2), which is also that of r50k_base and p50k_base:
//
//	's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
//
// Letters, numbers and white space are those of Unicode 16.0, in tables frozen
// here, so that ids do not change with the Go release.
type GPT2 struct{}

// Append appends the words of a text.
func (s GPT2) Append(dst []string, text string, _ bool) []string {
	return appendCuts(dst, s, text)
}

// End gives the end of the word that begins at text[i:]. It is the pattern by
// hand, since Go's regexp has no look-ahead; the tests compare it with the real
// package and with a backtracking engine.
func (GPT2) End(text string, i int) int {
	t := unicode16
	first, n := t.at(text, i)
	if first&letter != 0 {
		return t.letterEnd(text, i+n, letter)
	}
	if first == space {
		if text[i] == ' ' && i+1 < len(text) { // " ?" of the three run alternatives
			if second, m := t.at(text, i+1); second != space {
				return gpt2Run(text, i+1+m, second)
			}
		}
		return t.blankAt(text, i).lookahead(text, i)
	}
	if text[i] == '\'' {
		if n := contraction(text[i+1:]); n > 0 {
			return i + 1 + n
		}
	}
	return gpt2Run(text, i+n, first)
}

// gpt2Run gives the end of the run that goes on at text[i:] behind a rune of
// class first.
func gpt2Run(text string, i int, first class) int {
	switch {
	case first&letter != 0:
		return unicode16.letterEnd(text, i, letter)
	case first == number:
		return unicode16.runEnd(text, i, number)
	}
	return unicode16.runEnd(text, i, dark)
}
