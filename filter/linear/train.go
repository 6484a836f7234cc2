package linear

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
)

// Example is a text and whether it is of the class.
type Example struct {
	Text   string
	Label  bool
	Weight float64 // how often it counts; 0 means once
}

// Options say what a model looks at and how it is trained. Zero fields have the
// value that their comment names.
type Options struct {
	Kind      string    // what the model tells, at most 64 bytes; kept in the file
	Tokenizer Tokenizer // nil = Words. It is not kept: scorers must name it again

	Bits     int  // binary logarithm of the number of buckets, 8 to 22; 18
	Words    int  // longest n-gram of words, at most 8; 0 = none
	MinChars int  // shortest and
	MaxChars int  // longest n-gram of the characters of a word, at most 8; 0 = none
	Mean     bool // a feature counts 1/n of n, which makes the score one of style whatever the length; else 1/√n, n at least 32
	MinCount int  // buckets of fewer examples weigh nothing; 1

	Balanced bool    // both classes weigh the same, whatever their number
	Epochs   int     // passes over the examples; 10
	Rate     float64 // α of FTRL, the step of a feature seen once; 0.1
	L1, L2   float64 // λ₁ and λ₂ of FTRL; 0
	Dropout  float64 // share of an example's features left out, others each time: a feature learns to do without the others; 0
	Seed     uint64  // of the order of examples and of dropout
}

// Train fits a model to examples: logistic regression by FTRL-Proximal (McMahan
// et al. 2013, Ad Click Prediction, algorithm 1), calibrated (Platt 1999) on the
// tenth of the examples it is not fitted to. Both are chosen and ordered by a
// hash of seed and text, so that the order they come in does not matter; the
// result is a pure function of examples and options, computed by one goroutine.
func Train(examples iter.Seq[Example], o Options) (*Model, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	all, err := o.prepare(examples)
	if err != nil {
		return nil, err
	}
	fit, rest := split(all)
	f := newFTRL(o)
	for epoch := range o.Epochs {
		for i := range fit {
			f.learn(&fit[i], epoch)
		}
	}
	m := f.model()
	m.calibrate(rest)
	return m, nil
}

func (o Options) withDefaults() Options {
	o.Bits = cmp.Or(o.Bits, 18)
	o.Epochs = cmp.Or(o.Epochs, 10)
	o.Rate = cmp.Or(o.Rate, 0.1)
	if o.Tokenizer == nil {
		o.Tokenizer = Words
	}
	if o.MaxChars > 0 {
		o.MinChars = max(1, o.MinChars)
	}
	return o
}

func (o Options) shape() shape { return shape{o.Bits, o.Words, o.MinChars, o.MaxChars, o.Mean} }

func (s shape) check() error {
	switch {
	case s.bits < minBits || s.bits > maxBits:
		return fmt.Errorf("2^%d buckets: want 2^%d to 2^%d", s.bits, minBits, maxBits)
	case s.words < 0 || s.words > maxGram || s.minChar < 0 || s.maxChar < s.minChar || s.maxChar > maxGram:
		return fmt.Errorf("n-grams of %d words and of %d to %d characters: want at most %d", s.words, s.minChar, s.maxChar, maxGram)
	case s.words == 0 && s.maxChar == 0:
		return errors.New("no n-grams asked for")
	}
	return nil
}

func (o Options) check() error {
	switch {
	case len(o.Kind) > maxKind:
		return fmt.Errorf("a kind of %d bytes: want at most %d", len(o.Kind), maxKind)
	case o.Epochs < 1 || o.Epochs > maxEpochs:
		return fmt.Errorf("%d epochs: want 1 to %d", o.Epochs, maxEpochs)
	case o.MinCount < 0:
		return fmt.Errorf("features of %d examples", o.MinCount)
	case !(o.Rate > 0 && o.L1 >= 0 && o.L2 >= 0 && o.Dropout >= 0 && o.Dropout < 1):
		return fmt.Errorf("rate %v, L1 %v, L2 %v, dropout %v: want a rate above 0, none below 0, a dropout below 1", o.Rate, o.L1, o.L2, o.Dropout)
	}
	return o.shape().check()
}

// example is an Example as training reads it.
type example struct {
	key     uint64 // hash of seed and text: its place in the order
	label   bool
	weight  float64
	buckets []uint32
	n       int // features, as in features.n
}

// prepare reads the examples and puts them in order.
func (o Options) prepare(examples iter.Seq[Example]) ([]example, error) {
	var all []example
	cut, tokens, f, n := o.Tokenizer, Tokens{}, features{shape: o.shape()}, 0
	for e := range examples {
		weight := cmp.Or(e.Weight, 1)
		if !(weight > 0) || math.IsInf(weight, 0) {
			return nil, fmt.Errorf("example %d has weight %v", len(all)+1, e.Weight)
		}
		tokens.Reset()
		cut(&tokens, e.Text)
		f.read(&tokens, 0, min(tokens.Len(), maxExample))
		if n += len(f.buckets); n > maxFeatures {
			return nil, fmt.Errorf("more than %d n-grams in all examples: train on fewer", maxFeatures)
		}
		all = append(all, example{mix(o.Seed ^ hash(e.Text)), e.Label, weight, slices.Clone(f.buckets), f.n})
	}
	slices.SortFunc(all, func(a, b example) int {
		return cmp.Or(cmp.Compare(a.key, b.key), boolCompare(a.label, b.label), cmp.Compare(a.weight, b.weight))
	})
	o.prune(all)
	return all, o.balance(all)
}

// prune takes out the buckets of too few examples.
func (o Options) prune(all []example) {
	if o.MinCount <= 1 {
		return
	}
	count, last := make([]int32, 1<<o.Bits), make([]int32, 1<<o.Bits)
	for i, e := range all {
		for _, b := range e.buckets {
			if last[b] != int32(i+1) {
				last[b] = int32(i + 1)
				count[b]++
			}
		}
	}
	for i, e := range all {
		all[i].buckets = slices.DeleteFunc(e.buckets, func(b uint32) bool { return int(count[b]) < o.MinCount })
	}
}

func boolCompare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// balance scales the weights to a mean of 1, of each class when that is asked
// for. Both classes must be there.
func (o Options) balance(all []example) error {
	var sum [2]float64
	for _, e := range all {
		sum[class(e.label)] += e.weight
	}
	if sum[0] == 0 || sum[1] == 0 {
		return errors.New("the examples are all of one class")
	}
	n := float64(len(all))
	scale := [2]float64{n / (sum[0] + sum[1]), n / (sum[0] + sum[1])}
	if o.Balanced {
		scale = [2]float64{n / (2 * sum[0]), n / (2 * sum[1])}
	}
	for i := range all {
		all[i].weight *= scale[class(all[i].label)]
	}
	return nil
}

func class(label bool) int {
	if label {
		return 1
	}
	return 0
}

// split parts the examples for fitting from those for calibration; equal texts
// go together. Of fewer than 100 all are for both.
func split(all []example) (fit, rest []example) {
	if len(all) < 100 {
		return all, all
	}
	for _, e := range all {
		if mix(e.key)%10 == 0 {
			rest = append(rest, e)
		} else {
			fit = append(fit, e)
		}
	}
	return fit, rest
}
