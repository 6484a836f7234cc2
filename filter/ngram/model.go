package ngram

import (
	"math"
	"math/bits"
)

// Model is a trained model. It may be used by many goroutines at once, each with
// a Scorer of its own.
type Model struct {
	tables  [Order + 1]table
	unknown float64 // log-probability of a word that is not in it
}

// table is the n-grams of one length by key: open addressing, at most two thirds
// full. A key is never 0, which marks an empty slot.
type table struct{ slots []slot }

type slot struct {
	key  uint64
	logp float32 // log-probability of the last token after the others, nats
	back float32 // log of the weight that is left for tokens not seen after the n-gram
}

const slotBytes = 16

func newTable(grams []gram, p []float64, after []following) table {
	size := 1 << bits.Len(uint(len(grams)*3/2))
	t := table{make([]slot, size)}
	for i, g := range grams {
		s := t.at(max(g.key, 1))
		*s = slot{key: max(g.key, 1), logp: float32(math.Log(p[i]))}
		if a := after[i]; a.sum > 0 {
			s.back = float32(math.Log(a.off / a.sum))
		}
	}
	return t
}

// at is where key is, or where it belongs.
func (t table) at(key uint64) *slot {
	mask := uint64(len(t.slots) - 1)
	i := key & mask
	for t.slots[i].key != 0 && t.slots[i].key != key {
		i = (i + 1) & mask
	}
	return &t.slots[i]
}

// Bytes is the memory of the model.
func (m *Model) Bytes() (n int64) {
	for _, t := range m.tables {
		n += int64(len(t.slots)) * slotBytes
	}
	return n
}

// Scorer scores texts; each goroutine has its own.
type Scorer struct {
	reader reader
}

// Score is the log-probability of text in nats and the number of its tokens, the
// end of the text among them.
func (s *Scorer) Score(m *Model, text string) (logp float64, tokens int) {
	h := history{back: [Order]float64{1: float64(m.tables[1].at(begin).back)}, last: [Order]uint64{begin}}
	s.reader.each(text, func(token uint64) {
		logp += h.next(m, token)
		tokens++
	})
	return logp, tokens
}

// history is what counts of the text so far.
type history struct {
	last [Order]uint64  // tokens, the latest first; 0: none
	back [Order]float64 // back of the n-gram that ends with the latest, by length
}

// next is the log-probability of a token: that of the longest n-gram that is known,
// and the weights left of the contexts that were longer.
func (h *history) next(m *Model, token uint64) float64 {
	logp, known := m.unknown, 0
	var back [Order]float64
	key := token
	for n := 1; n <= Order; n++ {
		if n > 1 {
			if h.last[n-2] == 0 {
				break
			}
			key = longer(key, h.last[n-2])
		}
		s := m.tables[n].at(max(key, 1))
		if s.key == 0 {
			break
		}
		if logp, known = float64(s.logp), n; n < Order {
			back[n] = float64(s.back)
		}
	}
	for n := max(known, 1); n < Order; n++ {
		logp += h.back[n]
	}
	copy(h.last[1:], h.last[:])
	h.last[0], h.back = token, back
	return logp
}
