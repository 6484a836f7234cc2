package toxic

import (
	"cmp"
	"math"
	"slices"

	"corpus"
	"corpus/filter/linear"
)

// TrainOptions are what classifiers of toxicity look at and how they are trained:
// words and pairs of words, and 3 to 6 characters of a word.
func TrainOptions() linear.Options {
	return linear.Options{
		Kind: Kind, Tokenizer: cutEnglish, Seed: 1,
		Bits: 18, Words: 2, MinChars: 3, MaxChars: 6, MinCount: 3, Balanced: true,
		Epochs: 10, Rate: 0.1, L1: 0.1, L2: 10, Dropout: 0.2,
	}
}

// FileOptions say how labelled files are read. Zero fields have the value that
// their comment names.
type FileOptions struct {
	Text  string   // column or member of the text; "text"
	Label string   // and of the label; "label"
	Toxic []string // labels of toxic texts, all others are not; none = the usual ones, see isToxic
	Seed  uint64   // of training; 1
	Held  float64  // share of texts that the figures are measured on; 0.2
}

// Report is what TrainFiles read, and how a model that was trained without the
// texts held out tells those: area under the ROC curve, and at Limit the share of
// the toxic ones found and of the others flagged. NaN where one kind is missing.
type Report struct {
	Toxic, Other         int            // examples
	HeldToxic, HeldOther int            // of them held out
	Skipped              map[string]int // records that are no examples, by reason
	AUC, Recall, Wrong   float64
}

// TrainFiles trains a classifier on labelled files: JSONL or CSV with a header, by
// their ending, .gz after it or not. The model knows all examples; the figures are
// of one that did not see those held out (see HeldOut). Errors are of class
// BadConfig.
func TrainFiles(files []string, o FileOptions) (*linear.Model, Report, error) {
	o.Text, o.Label = cmp.Or(o.Text, "text"), cmp.Or(o.Label, "label")
	o.Seed, o.Held = cmp.Or(o.Seed, 1), cmp.Or(o.Held, 0.2)
	r := Report{Skipped: map[string]int{}, AUC: math.NaN(), Recall: math.NaN(), Wrong: math.NaN()}
	if !(o.Held > 0 && o.Held < 1) {
		return nil, r, corpus.Errorf(corpus.BadConfig, "a share of %v held out: want more than 0 and less than 1", o.Held)
	}
	all, err := o.read(files, r.Skipped)
	if err != nil {
		return nil, r, err
	}
	r.measure(all, o)
	m, err := o.train(all)
	return m, r, err
}

func (o FileOptions) train(examples []linear.Example) (*linear.Model, error) {
	options := TrainOptions()
	options.Seed = o.Seed
	m, err := linear.Train(slices.Values(examples), options)
	if err != nil {
		return nil, &corpus.Error{Class: corpus.BadConfig, What: "no model can be learnt from these texts", Offset: -1, Err: err}
	}
	return m, nil
}

// measure counts the examples and measures a model of those not held out; there
// is none when these are all of one kind.
func (r *Report) measure(all []linear.Example, o FileOptions) {
	var fit, held []linear.Example
	for _, e := range all {
		h := HeldOut(e.Text, o.Held)
		if h {
			held = append(held, e)
		} else {
			fit = append(fit, e)
		}
		r.count(e.Label, h)
	}
	m, err := o.train(fit)
	if err != nil {
		return
	}
	meter := NewMeter(m)
	var toxic, other []float64
	for _, e := range held {
		if p := meter.Measure(nil, e.Text, "en")[1]; e.Label {
			toxic = append(toxic, p)
		} else {
			other = append(other, p)
		}
	}
	r.AUC, r.Recall, r.Wrong = linear.AUC(toxic, other), above(toxic), above(other)
}

func (r *Report) count(toxic, held bool) {
	n, h := &r.Other, &r.HeldOther
	if toxic {
		n, h = &r.Toxic, &r.HeldToxic
	}
	*n++
	if held {
		*h++
	}
}

// above is the share of scores above Limit, NaN of none.
func above(scores []float64) float64 {
	n := 0
	for _, p := range scores {
		if p > Limit {
			n++
		}
	}
	return float64(n) / float64(len(scores))
}
