package recipe

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/zeebo/xxh3"
)

// The orders of n-grams whose repetition is measured (Gopher, table A1).
const (
	firstTop, lastTop = 2, 4
	firstDup, lastDup = 5, 10
)

// repetitionColumns are the attributes of Gopher's repetition rules, computed as
// datatrove does in gopher_repetition_filter.py.
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
	live  []int32  // tokens at which the n-grams begin that may occur more than once, in order
	grams []uint64 // hash of the n-gram that begins at a token of live
	again []bool   // the n-gram that begins at a token of live occurs more than once
}

// measure appends the values of repetitionColumns.
func (m *repetition) measure(dst []float64, t *tokens) []float64 {
	dst = m.pieces(dst, t, "\n\n", trimSpace(t.text))
	dst = m.pieces(dst, t, "\n", t.text)
	m.begin(len(t.exact))
	for n := firstTop; n <= lastTop; n++ {
		dst = append(dst, ratio(float64(m.top(t, n)), float64(t.runes)))
	}
	m.sift(t)
	for n := firstDup; n <= lastDup; n++ {
		dst = append(dst, ratio(float64(m.dup(t, n)), float64(t.runes)))
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
		if m.seen.add(xxh3.HashString(piece), 0).count > 1 {
			dups++
			chars += utf8.RuneCountInString(piece)
		}
	}
	return append(dst, ratio(float64(dups), float64(pieces)), ratio(float64(chars), float64(t.runes)))
}

// begin makes room for n tokens.
func (m *repetition) begin(n int) {
	m.live, m.grams, m.again = m.live[:0], resize(m.grams, n), resize(m.again, n)
}

// resize is s with length n and any content.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n+n/4)[:n]
	}
	return s[:n]
}

// count counts the n-grams of live and says which of them occur more than once.
// It gives the count of the most frequent and where that begins; of equally
// frequent ones the first counts.
func (m *repetition) count() (best uint32, at int32) {
	m.seen.reset(len(m.live))
	for _, i := range m.live {
		s := m.seen.add(m.grams[i], i)
		m.again[i] = s.count > 1
		if s.count == 2 {
			m.again[s.first] = true
		}
		if s.count > best || s.count == best && s.first < at {
			best, at = s.count, s.first
		}
	}
	return best, at
}

// top is the characters that the most frequent n-gram covers, spaces between its
// words included. Live are the (n-1)-grams: an n-gram that occurs more than once
// begins and ends with such that do.
func (m *repetition) top(t *tokens, n int) int {
	if len(t.exact) < n {
		return 0
	}
	if n == firstTop {
		for i := range len(t.exact) - 1 {
			m.live, m.grams[i] = append(m.live, int32(i)), pair(t.exact[i], t.exact[i+1])
		}
	} else {
		out := m.live[:0]
		for k, i := range m.live {
			if m.again[i] && k+1 < len(m.live) && m.live[k+1] == i+1 && m.again[i+1] {
				m.grams[i] = pair(m.grams[i], t.exact[int(i)+n-1])
				out = append(out, i)
			}
		}
		m.live = out
	}
	best, at := m.count()
	if best <= 1 {
		best, at = 1, 0
	}
	return int(best) * t.width(int(at), n)
}

// pair is a hash of two in order.
func pair(a, b uint64) uint64 { return mix(a*3 + b) }

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

// window is the bytes by which sift tells n-grams that may occur more than once.
const window = 16

// sift makes the tokens live at which an n-gram of dup may begin that occurs more
// than once: those where the text begins as it does at another token, whichever
// tokens either is cut into, and those of short n-grams.
func (m *repetition) sift(t *tokens) {
	n := max(0, len(t.exact)-firstDup+1)
	m.seen.reset(n)
	m.live = m.live[:0]
	for i := range int32(n) {
		gram := t.joined(int(i), firstDup)
		m.again[i] = len(gram) < window
		text := t.bytes[int(t.ends[i+firstDup-1])-len(gram):]
		if len(text) < window {
			continue
		}
		s := m.seen.add(pair(binary.LittleEndian.Uint64(text), binary.LittleEndian.Uint64(text[8:])), i)
		m.again[i] = m.again[i] || s.count > 1
		if s.count == 2 {
			m.again[s.first] = true
		}
	}
	for i := range int32(n) {
		if m.again[i] {
			m.live = append(m.live, i)
		}
	}
}

// dup is the characters in n-grams that occurred before, as strings without the
// spaces between words. A repeated n-gram is skipped as a whole, the first copy is
// not counted.
func (m *repetition) dup(t *tokens, n int) int {
	for len(m.live) > 0 && int(m.live[len(m.live)-1])+n > len(t.exact) {
		m.live = m.live[:len(m.live)-1]
	}
	for _, i := range m.live {
		m.grams[i] = xxh3.Hash(t.joined(int(i), n))
	}
	if best, _ := m.count(); best <= 1 {
		return 0
	}
	m.seen.reset(len(m.live))
	chars, next := 0, int32(0)
	for _, i := range m.live {
		if i < next || !m.again[i] || m.seen.add(m.grams[i], i).count == 1 {
			continue
		}
		for j := i; j < i+int32(n); j++ {
			chars += int(t.length[j])
		}
		next = i + int32(n)
	}
	return chars
}
