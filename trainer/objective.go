package trainer

import (
	"fmt"
	"math/rand/v2"

	"corpus"
)

// Objective makes one example out of a piece of the token stream. Its noise
// comes from r alone, so an example is a pure function of its tokens and r.
type Objective interface {
	// Raw is how many tokens of the stream an example reads, Stride how far the
	// next example begins behind it.
	Raw() int
	Stride() int
	// Shape is the columns of Input and of Decoder (0 = no decoder).
	Shape() (cols, decCols int)
	// Example writes one row from Raw tokens.
	Example(tokens []int32, r *rand.Rand, row Row)
}

// Row is one row of a batch.
type Row struct{ Input, Decoder, Labels []int32 }

// NewObjective makes the objective of a resolved spec for a vocabulary of vocab
// tokens. eval gives the form that validation uses: mlm masks 15 % there,
// whatever the training rate, so that losses compare across runs (ModernBERT's
// rule, yamls/main/flex-bert-rope-base.yaml).
func NewObjective(s Spec, special Special, vocab int, eval bool) (Objective, error) {
	switch s.Objective {
	case "mlm":
		rate := s.MaskRate
		if eval {
			rate = 0.15
		}
		return newMLM(s.SeqLen, rate, special, vocab)
	case "clm":
		return clm{s.SeqLen}, nil
	case "span":
		return newSpan(s.SeqLen, s.NoiseDensity, s.SpanLength, special)
	}
	return nil, corpus.Errorf(corpus.Usage, "unknown objective %q; want mlm, clm or span", s.Objective)
}

// clm predicts the next token of the packed stream (GPT-2; nanoGPT train.py).
// Documents are cut where a row ends, and go on in the next row.
type clm struct{ cols int }

func (o clm) Raw() int          { return o.cols + 1 }
func (o clm) Stride() int       { return o.cols }
func (o clm) Shape() (int, int) { return o.cols, 0 }
func (o clm) Example(tokens []int32, _ *rand.Rand, row Row) {
	copy(row.Input, tokens)
	copy(row.Labels, tokens[1:])
}

// mlm hides tokens of a packed row, framed by CLS and SEP, and predicts them.
// The count is fairseq's (mask_tokens_dataset.py): rate × candidates plus a
// uniform fraction, rounded down, and at least one (BERT); the hidden tokens are
// drawn without replacement; each becomes MASK (80 %), a random ordinary token
// (10 %) or stays (10 %), as in BERT (arXiv 1810.04805 §3.1). Reserved tokens are
// never chosen and never drawn.
type mlm struct {
	cols     int
	rate     float64
	special  Special
	vocab    int
	reserved []bool
}

func newMLM(cols int, rate float64, special Special, vocab int) (Objective, error) {
	if cols < 3 {
		return nil, corpus.Errorf(corpus.Usage, "mlm needs rows of at least 3 tokens, got %d", cols)
	}
	if !(rate > 0 && rate <= 1) {
		return nil, corpus.Errorf(corpus.Usage, "mask rate is %v, want more than 0 and at most 1", rate)
	}
	o := mlm{cols: cols, rate: rate, special: special, vocab: vocab, reserved: special.set(vocab)}
	for _, r := range o.reserved {
		if !r {
			return o, nil
		}
	}
	return nil, corpus.Errorf(corpus.BadConfig, "all %d tokens of the vocabulary are reserved", vocab)
}

func (o mlm) Raw() int          { return o.cols - 2 }
func (o mlm) Stride() int       { return o.cols - 2 }
func (o mlm) Shape() (int, int) { return o.cols, 0 }

func (o mlm) Example(tokens []int32, r *rand.Rand, row Row) {
	row.Input[0], row.Input[o.cols-1] = o.special.CLS, o.special.SEP
	copy(row.Input[1:], tokens)
	var candidates []int
	for i := range row.Labels {
		row.Labels[i] = Ignore
		if !o.reserved[row.Input[i]] {
			candidates = append(candidates, i)
		}
	}
	n := min(len(candidates), max(1, int(o.rate*float64(len(candidates))+r.Float64())))
	for k := range n { // the first n of a Fisher-Yates shuffle
		j := k + r.IntN(len(candidates)-k)
		candidates[k], candidates[j] = candidates[j], candidates[k]
		i := candidates[k]
		row.Labels[i] = row.Input[i]
		row.Input[i] = o.corrupt(row.Input[i], r)
	}
}

// corrupt is what the model sees in place of a chosen token.
func (o mlm) corrupt(id int32, r *rand.Rand) int32 {
	switch u := r.Float64(); {
	case u < 0.8:
		return o.special.Mask
	case u < 0.9:
		for {
			if id := int32(r.IntN(o.vocab)); !o.reserved[id] {
				return id
			}
		}
	}
	return id
}

// checkSentinels names the want of sentinels before training starts.
func checkSentinels(spans int, special Special) error {
	if spans > len(special.Sentinels) {
		return fmt.Errorf("rows of this length need %d sentinels, the vocabulary has %d", spans, len(special.Sentinels))
	}
	return nil
}
