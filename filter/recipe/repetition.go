package recipe

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zeebo/xxh3"
)

// The orders of n-grams whose repetition is measured (Gopher, table A1).
const (
	firstTop, lastTop = 2, 4
	firstDup, lastDup = 5, 10
)

// repetitionColumns are the attributes of Gopher's repetition rules, computed as
// datatrove v0.10 does in gopher_repetition_filter.py.
var repetitionColumns = func() []string {
	names := []string{
		"repetition.dup_paragraphs",      // share of paragraphs that repeat an earlier one
		"repetition.dup_paragraph_chars", // their characters a character of the text
		"repetition.dup_lines",
		"repetition.dup_line_chars",
	}
	for n := firstTop; n <= lastTop; n++ {
		names = append(names, fmt.Sprintf("repetition.top_%d_gram", n)) // characters of the most frequent n-gram
	}
	for n := firstDup; n <= lastDup; n++ {
		names = append(names, fmt.Sprintf("repetition.dup_%d_gram", n)) // characters in repeated n-grams
	}
	return names
}()

// repetitionStep is GopherRepetitionFilter with its defaults.
func repetitionStep() step {
	rules := []Rule{
		{Name: "repetition.dup_paragraphs", Limit: 0.3},
		{Name: "repetition.dup_paragraph_chars", Limit: 0.2},
		{Name: "repetition.dup_lines", Limit: 0.3},
		{Name: "repetition.dup_line_chars", Limit: 0.2},
		{Name: "repetition.top_2_gram", Limit: 0.20},
		{Name: "repetition.top_3_gram", Limit: 0.18},
		{Name: "repetition.top_4_gram", Limit: 0.16},
		{Name: "repetition.dup_5_gram", Limit: 0.15},
		{Name: "repetition.dup_6_gram", Limit: 0.14},
		{Name: "repetition.dup_7_gram", Limit: 0.13},
		{Name: "repetition.dup_8_gram", Limit: 0.12},
		{Name: "repetition.dup_9_gram", Limit: 0.11},
		{Name: "repetition.dup_10_gram", Limit: 0.10},
	}
	for i := range rules {
		rules[i].Attribute = rules[i].Name
	}
	return step{repetitionColumns, byLanguage(rules), func(dst []float64, d *document) []float64 {
		return d.repetition.measure(dst, &d.tokens)
	}}
}

// repetition measures how often a text says the same. It is reused from
// document to document.
type repetition struct {
	seen  counter
	grams []uint64 // hash of the n-gram that begins at each token
}

// measure appends the values of repetitionColumns.
func (m *repetition) measure(dst []float64, t *tokens) []float64 {
	dst = m.pieces(dst, t, "\n\n", strings.TrimFunc(t.text, unicode.IsSpace))
	dst = m.pieces(dst, t, "\n", t.text)
	for n := firstTop; n <= lastTop; n++ {
		dst = append(dst, ratio(float64(m.top(t, n)), float64(t.runes)))
	}
	m.grams = append(m.grams[:0], t.exact...)
	for n := 2; n <= lastDup; n++ {
		m.grow(t, n)
		if n >= firstDup {
			dst = append(dst, ratio(float64(m.dup(t, n)), float64(t.runes)))
		}
	}
	return dst
}

// pieces appends the share of the pieces of text that repeat an earlier one,
// and of their characters. Pieces are separated by sep and all line breaks that
// follow it.
func (m *repetition) pieces(dst []float64, t *tokens, sep, text string) []float64 {
	m.seen.reset(strings.Count(text, sep) + 1)
	pieces, dups, chars := 0, 0, 0
	for more := true; more; {
		var piece string
		piece, text, more = strings.Cut(text, sep)
		text = strings.TrimLeft(text, "\n")
		pieces++
		if m.seen.add(xxh3.HashString(piece)) > 1 {
			dups++
			chars += utf8.RuneCountInString(piece)
		}
	}
	return append(dst, ratio(float64(dups), float64(pieces)), ratio(float64(chars), float64(t.runes)))
}

// top is the characters that the most frequent n-gram covers, spaces between
// its words included; of equally frequent ones the first that occurs counts.
func (m *repetition) top(t *tokens, n int) int {
	m.seen.reset(len(t.exact))
	best := uint32(0)
	key := func(i int) uint64 {
		h := uint64(0)
		for _, w := range t.exact[i : i+n] {
			h = mix(h + w)
		}
		return h
	}
	for i := range max(0, len(t.exact)-n+1) {
		if c := m.seen.add(key(i)); c > best {
			best = c
		}
	}
	if best == 0 {
		return 0
	}
	at := 0
	for m.seen.count(key(at)) != best {
		at++
	}
	return int(best) * t.width(at, n)
}

// width is the characters of n tokens from i with the spaces between them;
// scripts without spaces have none.
func (t *tokens) width(i, n int) int {
	w := 0
	for j := i; j < i+n; j++ {
		w += int(t.length[j])
		if j > i && !t.tight[j] && !t.tight[j-1] {
			w++
		}
	}
	return w
}

// grow makes the n-grams of grams from those of order n-1.
func (m *repetition) grow(t *tokens, n int) {
	m.grams = m.grams[:max(0, len(t.exact)-n+1)]
	for i := range m.grams {
		m.grams[i] = polyJoin(m.grams[i], t.exact[i+n-1], t.shift[i+n-1])
	}
}

// dup is the characters in n-grams that occurred before. A repeated n-gram is
// skipped as a whole, the first copy is not counted.
func (m *repetition) dup(t *tokens, n int) int {
	m.seen.reset(len(m.grams))
	chars := 0
	for i := 0; i < len(m.grams); {
		if m.seen.add(m.grams[i]) == 1 {
			i++
			continue
		}
		for j := i; j < i+n; j++ {
			chars += int(t.length[j])
		}
		i += n
	}
	return chars
}
