package split

// A span is where a word is in a text.
type span struct{ start, end int }

// A stage is one step of a pre-tokenizer: it may change a text, and then finds
// the words in it.
type stage interface {
	Splitter
	rewrite(text string, first bool) string
	// spans appends where the words of a text are that rewrite has made: in
	// order, none empty, none in another.
	spans(dst []span, text string) []span
}

// verbatim is for stages that change nothing.
type verbatim struct{}

func (verbatim) rewrite(text string, _ bool) string { return text }

// appendWords is Append of a stage.
func appendWords(dst []string, s stage, text string, first bool) []string {
	text = s.rewrite(text, first)
	for _, w := range s.spans(nil, text) {
		dst = append(dst, text[w.start:w.end])
	}
	return dst
}

// cuts makes a stage of a Cutter.
type cuts struct {
	verbatim
	Cutter
}

func (c cuts) spans(dst []span, text string) []span {
	for i := 0; i < len(text); {
		end := c.End(text, i)
		dst = append(dst, span{i, end})
		i = end
	}
	return dst
}
