package recipe

import "corpus"

// document is a text under measurement, and what the steps share of it. It is
// reused from document to document.
type document struct {
	lang       *language
	tokens     tokens
	repetition repetition
	edits      []corpus.Edit
}

func (d *document) reset(text, lang string) {
	d.lang, d.edits = languageOf(lang), d.edits[:0]
	d.tokens.reset(text)
}
