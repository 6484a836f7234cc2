package spacy

import "corpus/internal/words"

// Sentences adds the sentences of text to dst in order, without white space
// around them, and returns it: those of spaCy's sentencizer, which ends one
// before the first token behind a closing character that is neither punctuation
// nor another. White space of more than a space is a token too.
func (t *Tokenizer) Sentences(dst []words.Span, text string) []words.Span {
	start, end, closed := 0, 0, false
	t.tokenize(text, func(tokens []token) {
		for _, tok := range tokens {
			switch stop := t.isStop(tok); {
			case stop:
				closed = true
			case closed && !t.isPunct(tok):
				dst = t.sentence(dst, start, end)
				start, closed = int(tok.start), false
			}
			end = int(tok.end)
		}
	})
	t.text = text
	return t.sentence(dst, start, end)
}

// sentence adds text[start:end], trimmed, if anything is left.
func (t *Tokenizer) sentence(dst []words.Span, start, end int) []words.Span {
	if start, end = t.trim(start, end); start < end {
		dst = append(dst, words.Span{Start: int32(start), End: int32(end)})
	}
	return dst
}

// isStop says whether a token is one closing character.
func (t *Tokenizer) isStop(tok token) bool {
	c, w := t.next(t.text, int(tok.start))
	return t.rules.stop.has(c) && int(tok.start)+w == int(tok.end)
}

// isPunct says whether a token is characters of Unicode's category P only.
func (t *Tokenizer) isPunct(tok token) bool {
	return t.only(&t.rules.punct, int(tok.start), int(tok.end))
}
