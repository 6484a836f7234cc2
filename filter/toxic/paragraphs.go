package toxic

import (
	"strings"

	"corpus"
)

// paragraph is the bytes [start, end) of a text, with the line ends behind it up
// to next.
type paragraph struct{ start, end, next int }

// appendParagraphs cuts text into paragraphs. They end at an empty line; in a
// text without empty lines, at every line end.
func appendParagraphs(dst []paragraph, text string) []paragraph {
	end := "\n\n"
	if !strings.Contains(text, end) {
		end = "\n"
	}
	for at := 0; at < len(text); {
		p := paragraph{start: at, end: len(text), next: len(text)}
		if i := strings.Index(text[at:], end); i >= 0 {
			p.end = at + i
			p.next = p.end + len(end)
			for p.next < len(text) && text[p.next] == '\n' {
				p.next++
			}
		}
		dst = append(dst, p)
		at = p.next
	}
	return dst
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
// else they go with the line ends behind them.
func (m *Meter) Paragraphs(dst []corpus.Edit, text, lang string, limit float64, masked bool) []corpus.Edit {
	list := lexicons()[lang]
	if list == nil {
		return dst
	}
	m.paragraphs = appendParagraphs(m.paragraphs[:0], text)
	for _, p := range m.paragraphs {
		if !m.toxic(list, text[p.start:p.end], lang, limit) {
			continue
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
