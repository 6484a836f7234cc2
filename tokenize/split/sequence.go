package split

// sequence is stages one within the words of the other.
type sequence []stage

func (q sequence) Append(dst []string, text string, first bool) []string {
	if len(q) == 0 {
		if text == "" {
			return dst
		}
		return append(dst, text)
	}
	if len(q) == 1 {
		return q[0].Append(dst, text, first)
	}
	text = q[0].rewrite(text, first)
	if c, ok := q[0].(cuts); ok {
		for i := 0; i < len(text); {
			end := c.End(text, i)
			dst = q[1:].Append(dst, text[i:end], first && i == 0)
			i = end
		}
		return dst
	}
	for _, w := range q[0].spans(nil, text) {
		dst = q[1:].Append(dst, text[w.start:w.end], first && w.start == 0)
	}
	return dst
}

// behindBytes is a sequence with a ByteLevel in it that is not the last stage.
type behindBytes struct{ before, behind sequence }

func (b behindBytes) Append(dst []string, text string, first bool) []string {
	characters := onCharacters{b.behind}
	for _, word := range b.before.Append(nil, text, first) {
		dst = characters.Append(dst, word, false)
	}
	return dst
}
