package words

import "unicode/utf8"

// Span is one token of a text: the bytes [Start, End).
type Span struct {
	Start, End int32
	Symbol     bool // punctuation or another symbol, not a word
}

// Append adds the tokens of text to dst in order and returns it. It allocates
// nothing but dst. Text is shorter than 2 GiB (corpus.MaxDocument is 32 MiB);
// a byte that is not UTF-8 is a symbol.
func Append(dst []Span, text string) []Span {
	dst, _ = AppendN(dst, text, 0, len(text))
	return dst
}

// AppendN is Append of at most n tokens from byte at on, which must be where a
// token may begin. It also returns the end of the last, or of the text.
func AppendN(dst []Span, text string, at, n int) (spans []Span, next int) {
	table := classes()
	i := at
	for i < len(text) && n > 0 {
		if c := text[i]; c < utf8.RuneSelf && table[c] == space {
			i++
			continue
		}
		r, class, w := table.at(text, i)
		end := i + w
		switch class {
		case space, format:
			i = end
			continue
		case spaceless:
			end = table.marks(text, end)
		case letter, digit:
			end = table.word(text, i)
		default:
			end = table.symbol(text, r, end)
		}
		dst = append(dst, Span{Start: int32(i), End: int32(end), Symbol: class == symbol || class == mark})
		i = end
		n--
	}
	return dst, i
}

// Spaceless says whether r is a letter or number of a script that writes no
// spaces between words.
func Spaceless(r rune) bool {
	return r >= firstSpaceless && classes().of(r) == spaceless
}

// word is the end of the word that begins at i.
func (t *classTable) word(text string, i int) int {
	last := symbol // class of the last letter or digit
	for {
		start := i
		for i < len(text) && text[i] < utf8.RuneSelf && t[text[i]]&inWord != 0 {
			i++
		}
		if i > start {
			last = t[text[i-1]]
		}
		if i == len(text) || text[i] == ' ' {
			return i
		}
		r, class, w := t.at(text, i)
		switch {
		case class&inWord != 0:
			last = class
		case class == mark:
		case t.joins(text, i+w, r, class, last):
		default:
			return i
		}
		i += w
	}
}

// joins says whether r, which follows a character of class last and ends at
// next, stands inside a word.
func (t *classTable) joins(text string, next int, r rune, class, last class) bool {
	if next >= len(text) {
		return false
	}
	_, after, _ := t.at(text, next)
	switch r {
	case '\'', '’', '·', '׳', '״':
		return last == letter && after == letter
	case '.', ',', '٫', '٬':
		return last == digit && after == digit
	case '_':
		return after&inWord != 0
	}
	return class == format && after&inWord != 0
}

// symbol is the end of a run of r that goes on at i, with the marks after it.
func (t *classTable) symbol(text string, r rune, i int) int {
	for i < len(text) {
		next, class, w := t.at(text, i)
		if next != r || class == mark {
			break
		}
		i += w
	}
	return t.marks(text, i)
}

// marks is the end of the combining marks that begin at i.
func (t *classTable) marks(text string, i int) int {
	for i < len(text) {
		_, class, w := t.at(text, i)
		if class != mark {
			break
		}
		i += w
	}
	return i
}
