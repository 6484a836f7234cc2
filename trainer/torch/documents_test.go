//go:build torch

package torch

import (
	"math"
	"slices"
	"testing"

	"corpus/trainer"
)

// several is two rows of documents of 5, 7 and 3 tokens, and one of padding.
func several(c trainer.Config) trainer.Batch {
	b := trainer.Batch{Rows: 2, Cols: 16}
	for row := range 2 {
		for doc, n := range []int{5, 7, 3} {
			for i := range n {
				b.Input = append(b.Input, int32(3+(11*row+5*doc+3*i)%(c.Vocab-3)))
				b.Documents = append(b.Documents, int32(doc))
			}
		}
		b.Input, b.Documents = append(b.Input, int32(c.Pad)), append(b.Documents, -1)
	}
	for i := range b.Input {
		label := int32(trainer.Ignore)
		if b.Documents[i] >= 0 {
			label = b.Input[(i+1)%len(b.Input)]
		}
		b.Labels, b.Mask = append(b.Labels, label), append(b.Mask, 1)
		if b.Documents[i] < 0 {
			b.Mask[i] = 0
		}
	}
	return b
}

// TestDocumentsAreApart: a token of one document, or of padding, changes no bit of
// the logits of the others of its row, and does change those of its own.
func TestDocumentsAreApart(t *testing.T) {
	for _, family := range []string{"bert", "roberta", "gpt2", "bloom"} {
		c := tinyConfig(family)
		m := newModel(t, c)
		before := logits(t, m, several(c))
		for _, at := range []int{0, 4, 5, 11, 12, 15, 16} {
			b := several(c)
			b.Input[at] = (b.Input[at]+17)%int32(c.Vocab-3) + 3
			after := logits(t, m, b)
			for i := range b.Input {
				one, other := before[i*c.Vocab:][:c.Vocab], after[i*c.Vocab:][:c.Vocab]
				own := i/16 == at/16 && b.Documents[i] == b.Documents[at]
				if !own && !slices.Equal(one, other) {
					t.Errorf("%s: token %d changes logits %d of another document", family, at, i)
				}
				if i == at && slices.Equal(one, other) {
					t.Errorf("%s: token %d does not change its own logits", family, at)
				}
			}
		}
	}
}

// TestPackedAsAlone: packed, a document has the logits that it has in a row of its
// own, in which nothing is masked and positions count from 0.
func TestPackedAsAlone(t *testing.T) {
	for _, family := range []string{"bert", "roberta", "gpt2", "bloom"} {
		c := tinyConfig(family)
		m := newModel(t, c)
		b := several(c)
		all := logits(t, m, b)
		for at := 0; at < len(b.Input); {
			end := at + 1
			for end < len(b.Input) && b.Documents[end] == b.Documents[at] {
				end++
			}
			alone := trainer.Batch{Rows: 1, Cols: end - at, Input: b.Input[at:end], Labels: b.Labels[at:end]}
			for i, want := range logits(t, m, alone) {
				if got := all[at*c.Vocab+i]; math.Abs(float64(got-want)) > 2e-5 {
					t.Fatalf("%s: logit %d of the document at %d is %v, alone %v", family, i, at, got, want)
				}
			}
			at = end
		}
	}
}

// TestPackedTrains: documents kept apart are learnt, with dropout and gradients that
// are numbers.
func TestPackedTrains(t *testing.T) {
	for _, family := range []string{"bert", "roberta", "gpt2", "bloom"} {
		c := tinyConfig(family)
		m := newModel(t, c)
		first, last := 0.0, 0.0
		for step := int64(1); step <= 30; step++ {
			st, err := m.Step([]trainer.Batch{several(c)}, hyper(step))
			if err != nil || st.Skipped || math.IsNaN(st.Norm) {
				t.Fatal(st, err)
			}
			if last = st.Loss; step == 1 {
				first = st.Loss
			}
		}
		if last > first-1 {
			t.Errorf("%s: loss %v to %v", family, first, last)
		}
	}
}
