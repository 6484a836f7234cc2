package trainer

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"corpus"
)

// Dataset is a token stream cut into examples of one objective, in an order and
// with noise that are pure functions of (seed, epoch, index): where training
// stands is one number.
type Dataset struct {
	tokens Tokens
	obj    Objective
	seed   uint64
	n      uint64 // examples of one epoch
	order  permutation
	epoch  uint64 // of order
}

// NewDataset cuts tokens into examples. name is used in errors.
func NewDataset(name string, tokens Tokens, obj Objective, seed uint64) (*Dataset, error) {
	n := (tokens.Len() - int64(obj.Raw()-obj.Stride())) / int64(obj.Stride())
	if n < 1 {
		return nil, corpus.Errorf(corpus.NoInput, "the %s set has %d tokens, one example needs %d; add data, or train on shorter rows",
			name, tokens.Len(), obj.Raw())
	}
	return &Dataset{tokens: tokens, obj: obj, seed: seed, n: uint64(n), order: newPermutation(uint64(n), seed, 0)}, nil
}

// Len is the number of examples of one epoch.
func (d *Dataset) Len() int64 { return int64(d.n) }

// Batch makes rows examples from place at on; places go on through the epochs,
// each in an order and with noise of its own. Not for concurrent use.
func (d *Dataset) Batch(at int64, rows int) (Batch, error) {
	cols, decCols := d.obj.Shape()
	b := Batch{Rows: rows, Cols: cols, DecCols: decCols, Input: make([]int32, rows*cols)}
	out := cols
	if decCols > 0 {
		out, b.Decoder = decCols, make([]int32, rows*decCols)
	}
	b.Labels = make([]int32, rows*out)
	raw := make([]int32, d.obj.Raw())
	for i := range rows {
		epoch, index := d.place(uint64(at) + uint64(i))
		if err := d.tokens.Read(raw, int64(index)*int64(d.obj.Stride())); err != nil {
			return Batch{}, fmt.Errorf("example %d: %w", index, err)
		}
		row := Row{Input: b.Input[i*cols:][:cols], Labels: b.Labels[i*out:][:out]}
		if decCols > 0 {
			row.Decoder = b.Decoder[i*decCols:][:decCols]
		}
		d.obj.Example(raw, stream(domainNoise, d.seed, epoch, index), row)
	}
	return b, nil
}

// place is the epoch of a place and the example that stands there.
func (d *Dataset) place(at uint64) (epoch, index uint64) {
	if epoch = at / d.n; epoch != d.epoch {
		d.order, d.epoch = newPermutation(d.n, d.seed, epoch), epoch
	}
	return epoch, d.order.at(at % d.n)
}

// NewValidation cuts the validation set of a resolved spec into examples.
// Order and noise come from fixed seeds, so that all evaluations of all runs
// see the same.
func NewValidation(s Spec, special Special, vocab int, tokens Tokens) (*Dataset, error) {
	obj, err := NewObjective(s, special, vocab, true)
	if err != nil {
		return nil, err
	}
	return NewDataset("validation", tokens, obj, domainValid)
}

// Unigram is the cross-entropy, in nats per predicted token, of the best guesser
// that ignores context: one that knows only how often each token is to be
// predicted in this set. A model whose loss is lower has learned from context.
func (d *Dataset) Unigram(ctx context.Context) (float64, error) {
	counts, total := map[int32]int64{}, int64(0)
	for at := range d.Len() {
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		b, err := d.Batch(at, 1)
		if err != nil {
			return 0, err
		}
		for _, id := range b.Labels {
			if id != Ignore {
				counts[id]++
				total++
			}
		}
	}
	return entropy(counts, total), nil
}

// entropy sums in the order of ids, so that the result has one value.
func entropy(counts map[int32]int64, total int64) float64 {
	var h float64
	for _, id := range slices.Sorted(maps.Keys(counts)) {
		p := float64(counts[id]) / float64(total)
		h -= p * math.Log(p)
	}
	return h
}
