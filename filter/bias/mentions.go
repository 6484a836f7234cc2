package bias

import (
	"math"

	"corpus/internal/words"
)

// Attributes are one for each group: how often a text in English names it, as
// one word or two; null in other languages, whose words are not known here.
func Attributes() []string {
	var all []string
	for _, g := range Groups() {
		all = append(all, "identity."+g)
	}
	return all
}

// Mentions counts names of groups; each goroutine has its own.
type Mentions struct {
	spans  []words.Span
	counts []float64
}

// maxWords is how many words are looked at at a time: a text may be long, the
// memory is not.
const maxWords = 1 << 14

// Memory is what a Mentions holds at most, in bytes.
const Memory = maxWords*12*2 + 8*maxGroups

// Measure appends the values of Attributes.
func (m *Mentions) Measure(dst []float64, text, lang string) []float64 {
	l := groups()
	if lang != "en" {
		for range l.groups {
			dst = append(dst, math.NaN())
		}
		return dst
	}
	m.counts = append(m.counts[:0], make([]float64, len(l.groups))...)
	before := uint64(0)
	for at := 0; at < len(text); {
		m.spans, at = words.AppendN(m.spans[:0], text, at, maxWords)
		for _, s := range m.spans {
			if s.Symbol {
				before = 0
				continue
			}
			h := fold(text[s.Start:s.End])
			m.count(l, h)
			if before != 0 {
				m.count(l, pair(before, h))
			}
			before = h
		}
	}
	return append(dst, m.counts...)
}

func (m *Mentions) count(l *lexicon, hash uint64) {
	if g := l.words[hash]; g > 0 {
		m.counts[g-1]++
	}
}
