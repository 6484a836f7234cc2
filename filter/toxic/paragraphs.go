package toxic

import (
	"strings"

	"corpus"
)

// paragraph is the bytes [start, end) of a text, with the line ends behind it up
// to next.
type paragraph struct{ start, end, next int }

// paragraphEnd is what paragraphs of text end at: an empty line; in a text without
// empty lines, every line end.
func paragraphEnd(text string) string {
	if strings.Contains(text, "\n\n") {
		return "\n\n"
	}
	return "\n"
}

// paragraphAt is the paragraph of text that begins at byte at and ends with end.
func paragraphAt(text string, at int, end string) paragraph {
	i := strings.Index(text[at:], end)
	if i < 0 {
		return paragraph{at, len(text), len(text)}
	}
	p := paragraph{at, at + i, at + i + len(end)}
	for p.next < len(text) && text[p.next] == '\n' {
		p.next++
	}
	return p
}

// The rules that ask for edits.
const (
	ParagraphRule = "toxicity.paragraph"
	WordRule      = "toxicity.word"
)

// removed stands for a masked paragraph, mask for a masked word.
const (
	removed = "[removed]"
	mask    = "***"
)

// Paragraphs appends the edits, in order, that take the toxic paragraphs out of
// text: those of English that score above limit, those of other languages whose
// share of listed words is above ShareLimit. With masked they become "[removed]",
// else they go with the line ends behind them. Of more than maxParagraphs the last
// reaches to the end of the text.
func (m *Meter) Paragraphs(dst []corpus.Edit, text, lang string, limit float64, masked bool) []corpus.Edit {
	list := lexicons()[lang]
	if list == nil {
		return dst
	}
	found, ending := 0, paragraphEnd(text)
	for at := 0; at < len(text); {
		p := paragraphAt(text, at, ending)
		at = p.next
		if !m.toxic(list, text[p.start:p.end], lang, limit) {
			continue
		}
		if found++; found == maxParagraphs {
			p.end, p.next, at = len(text), len(text), len(text)
		}
		edit := corpus.Edit{Start: p.start, End: p.next, Rule: ParagraphRule}
		if masked {
			edit.End, edit.With = p.end, removed
		}
		dst = append(dst, edit)
	}
	return dst
}

// toxic says whether a paragraph is to go.
func (m *Meter) toxic(list *lexicon, text, lang string, limit float64) bool {
	m.tokens.Reset()
	list.spellings.cut(&m.tokens, text)
	if m.tokens.Len() == 0 {
		return false
	}
	if lang != "en" {
		return m.share(list, lang) > ShareLimit
	}
	blank(&m.tokens, text)
	return m.scorer.ScoreOf(&m.tokens, 0, m.tokens.Len()) > limit
}

// Words appends the edits, in order, that take the listed words of weight least
// (0 to 1) and more out of text; with masked they become "***".
func (m *Meter) Words(dst []corpus.Edit, text, lang string, least float64, masked bool) []corpus.Edit {
	list := lexicons()[lang]
	if list == nil {
		return dst
	}
	with := ""
	if masked {
		with = mask
	}
	m.tokens.Reset()
	list.spellings.cut(&m.tokens, text)
	list.each(&m.tokens, func(at int, p phrase) {
		if last := at + len(p.hashes) - 1; p.weight >= least {
			start, end := m.tokens.Spans[at].Start, m.tokens.Spans[last].End
			dst = append(dst, corpus.Edit{Start: int(start), End: int(end), With: with, Rule: WordRule})
		}
	})
	return dst
}
