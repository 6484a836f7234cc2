package split

// GPT4 cuts what the pattern of cl100k_base does and its kin, which differ in
// the parts named by the fields (Llama 3, Qwen 2 to 3.5, GLM 4, and others):
//
//	(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
type GPT4 struct {
	longS   bool  // contractions are case-insensitive, not both cases spelled out
	letters class // of the second alternative: with or without marks
	digits  int   // the longest run of numbers, 0 for no limit
	dark    class // of the fourth alternative
	slash   bool  // [\r\n/]* at its end
	tail    bool  // \s++$ comes first: white space at the end of the text is one word
}

// CL100K is the pattern of cl100k_base as tiktoken 0.14.0 has it:
//
//	'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s
func CL100K() *GPT4 {
	return &GPT4{longS: true, letters: letter, digits: 3, dark: dark, tail: true}
}

// Append appends the words of a text.
func (s *GPT4) Append(dst []string, text string, _ bool) []string {
	return appendCuts(dst, s, text)
}

// End gives the end of the word that begins at text[i:].
func (s *GPT4) End(text string, i int) int {
	t := unicode16
	first, n := t.at(text, i)
	if first&s.letters != 0 {
		return t.letterEnd(text, i+n, s.letters)
	}
	if first == number {
		return t.numberEnd(text, i+n, s.digits)
	}
	c := text[i]
	if c == '\'' {
		if n := contractionFold(text[i+1:], s.longS); n > 0 {
			return i + 1 + n
		}
	}
	if c == '\n' || c == '\r' || i+n == len(text) {
		return s.rest(text, i, n, first)
	}
	second, m := t.at(text, i+n)
	if second&s.letters != 0 { // behind [^\r\n\p{L}\p{N}]?
		return t.letterEnd(text, i+n+m, s.letters)
	}
	if c == ' ' && second&s.dark != 0 {
		return unicode16.darkEnd(text, i+n+m, s.dark, s.slash)
	}
	return s.rest(text, i, n, first)
}

// rest is the last alternatives, for a first rune of n bytes.
func (s *GPT4) rest(text string, i, n int, first class) int {
	if first&s.dark != 0 {
		return unicode16.darkEnd(text, i+n, s.dark, s.slash)
	}
	return blankEnd(text, i, s.tail)
}

// blankEnd is `\s*[\r\n]+|\s+(?!\S)|\s+`, with tail behind `\s++$`.
func blankEnd(text string, i int, tail bool) int {
	b := unicode16.blankAt(text, i)
	if b.newline > 0 && (!tail || b.end < len(text)) {
		return b.newline
	}
	return b.lookahead(text, i)
}

// darkEnd gives the end of `[^\s\p{L}\p{N}]*[\r\n]*` or `…[\r\n/]*` at text[i:].
func (t *table) darkEnd(text string, i int, mask class, slash bool) int {
	i = t.runEnd(text, i, mask)
	for i < len(text) && (text[i] == '\n' || text[i] == '\r' || slash && text[i] == '/') {
		i++
	}
	return i
}

// numberEnd gives the end of the run of numbers that goes on at text[i:] behind
// a first one, of at most limit runes in all where limit is not 0.
func (t *table) numberEnd(text string, i, limit int) int {
	for runes := 1; i < len(text) && runes != limit; runes++ {
		cl, n := t.at(text, i)
		if cl != number {
			break
		}
		i += n
	}
	return i
}
