package recipe

import "corpus"

// document is a text under measurement, and what the steps share of it. It is
// reused from document to document.
type document struct {
	lang       *language
	split      *splitter
	tokens     tokens
	repetition repetition
	c4         c4
	grams      grams
	dclm       dclm
	pii        dolmaPII

	text    string // as the steps before have left it
	count   int    // its tokens
	clipped bool   // the text goes on behind what is measured
	edits   []corpus.Edit
}

// reset takes in a text; without a splitter it is not cut into tokens.
func (d *document) reset(text, lang string, s *splitter) {
	d.lang, d.split, d.edits = languageOf(lang), s, d.edits[:0]
	if s == nil {
		d.text = clipLines(clip(text, maxMeasured), maxTokens)
	} else {
		d.tokens.reset(text, s)
		d.text, d.count = d.tokens.text, len(d.tokens.spans)
	}
	d.clipped = len(d.text) < len(text)
}
