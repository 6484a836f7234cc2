package trainer

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"corpus"
)

// Objective makes one example out of the tokens of a row. Its noise comes from r
// alone, so an example is a pure function of its tokens and r.
type Objective interface {
	// Room is how many tokens of documents a row has room for.
	Room() int
	// Shape is the columns of Input and of Decoder (0 = no decoder).
	Shape() (cols, decCols int)
	// Example writes a row, whole, from 1 to Room tokens: what is behind them is
	// padding that nothing is predicted of. It returns how many columns of Input the
	// model is to see; a decoder sees nothing behind a position anyway.
	Example(p Passage, r *rand.Rand, row Row) (seen int)
}

// Passage is the tokens of a row: documents, whole or in pieces, one behind the
// other.
type Passage struct {
	Tokens []int32
	Before []int32 // what stands before each; before a document's first the end token
	// Documents numbers the documents of the row, token by token; nil = not asked for.
	Documents []int32
}

// Row is one row of a batch.
type Row struct {
	Input, Decoder, Labels []int32
	Documents              []int32 // as in Batch; nil = not asked for
}

// set makes all of a stretch of a row one id or number.
func set(s []int32, v int32) {
	for i := range s {
		s[i] = v
	}
}

// NewObjective makes the objective of a resolved spec for a vocabulary of vocab
// tokens. eval gives the form that validation uses: mlm masks 15 % there,
// of single tokens, whatever it is in training, so that losses compare across runs (ModernBERT's
// rule, yamls/main/flex-bert-rope-base.yaml).
func NewObjective(s Spec, special Special, vocab int, eval bool) (Objective, error) {
	switch s.Objective {
	case "mlm":
		rate, whole := s.MaskRate, s.WholeWord
		if eval {
			rate, whole = 0.15, false
		}
		return newMLM(s.SeqLen, rate, whole, special, vocab)
	case "clm":
		return clm{s.SeqLen, max(0, special.Pad)}, nil
	case "span":
		return newSpan(s.SeqLen, s.NoiseDensity, s.SpanLength, special)
	case "denoise":
		return newDenoise(s.SeqLen, s.NoiseDensity, s.SpanLength, special, vocab)
	}
	return nil, corpus.Errorf(corpus.Usage, "unknown objective %q; want mlm, clm, span or denoise", s.Objective)
}

// clm predicts each token from those before it (GPT-2; nanoGPT train.py), the
// first of a document from the end token, behind which a text is generated. That
// end token is counted to the document that it is before.
type clm struct {
	cols int
	pad  int32
}

func (o clm) Room() int         { return o.cols }
func (o clm) Shape() (int, int) { return o.cols, 0 }
func (o clm) Example(p Passage, _ *rand.Rand, row Row) int {
	n := copy(row.Input, p.Before)
	copy(row.Labels, p.Tokens)
	set(row.Input[n:], o.pad)
	set(row.Labels[n:], Ignore)
	if row.Documents != nil {
		set(row.Documents[copy(row.Documents, p.Documents):], -1)
	}
	return o.cols
}

// mlm hides tokens of a row, framed by CLS and SEP, and predicts them.
// The count is fairseq's (mask_tokens_dataset.py): rate × candidates plus a
// uniform fraction, rounded down, and at least one (BERT); the hidden tokens are
// drawn without replacement; each becomes MASK (80 %), a random ordinary token
// (10 %) or stays (10 %), as in BERT (arXiv 1810.04805 §3.1). Reserved tokens are
// never chosen and never drawn.
//
// Of whole words, those are chosen in random order that the count has room for
// (google-research/bert create_pretraining_data.py), or else the shortest; what
// becomes of each token is drawn on its own.
type mlm struct {
	cols     int
	rate     float64
	whole    bool
	special  Special
	vocab    int
	reserved []bool
}

func newMLM(cols int, rate float64, whole bool, special Special, vocab int) (Objective, error) {
	if cols < 3 {
		return nil, corpus.Errorf(corpus.Usage, "mlm needs rows of at least 3 tokens, got %d", cols)
	}
	if !(rate > 0 && rate <= 1) {
		return nil, corpus.Errorf(corpus.Usage, "mask rate is %v, want more than 0 and at most 1", rate)
	}
	o := mlm{cols: cols, rate: rate, whole: whole, special: special, vocab: vocab, reserved: special.set(vocab)}
	for _, r := range o.reserved {
		if !r {
			return o, nil
		}
	}
	return nil, corpus.Errorf(corpus.BadConfig, "all %d tokens of the vocabulary are reserved", vocab)
}

func (o mlm) Room() int         { return o.cols - 2 }
func (o mlm) Shape() (int, int) { return o.cols, 0 }

func (o mlm) Example(p Passage, r *rand.Rand, row Row) int {
	end := len(p.Tokens) + 1
	row.Input[0], row.Input[end] = o.special.CLS, o.special.SEP
	copy(row.Input[1:], p.Tokens)
	set(row.Input[end+1:], max(0, o.special.Pad))
	set(row.Labels, Ignore)
	if row.Documents != nil { // the frame is of the documents beside it
		row.Documents[0], row.Documents[end] = p.Documents[0], p.Documents[end-2]
		copy(row.Documents[1:], p.Documents)
		set(row.Documents[end+1:], -1)
	}
	o.hide(row.Input[:end+1], row.Labels, r)
	return end + 1
}

// hide chooses what is predicted.
func (o mlm) hide(input, labels []int32, r *rand.Rand) {
	if o.whole {
		o.hideWords(input, labels, r)
		return
	}
	var candidates []int
	for i, id := range input {
		if !o.reserved[id] {
			candidates = append(candidates, i)
		}
	}
	n := min(len(candidates), max(1, int(o.rate*float64(len(candidates))+r.Float64())))
	for k := range n { // the first n of a Fisher-Yates shuffle
		j := k + r.IntN(len(candidates)-k)
		candidates[k], candidates[j] = candidates[j], candidates[k]
		i := candidates[k]
		labels[i] = input[i]
		input[i] = o.corrupt(input[i], r)
	}
}

// hideWords is hide of whole words.
func (o mlm) hideWords(input, labels []int32, r *rand.Rand) {
	words, total := o.words(input)
	if len(words) == 0 {
		return
	}
	r.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
	n, chosen := max(1, int(o.rate*float64(total)+r.Float64())), 0
	predict := func(w stretch) {
		for i := w.from; i < w.to; i++ {
			labels[i] = input[i]
			input[i] = o.corrupt(input[i], r)
		}
		chosen += w.to - w.from
	}
	for _, w := range words {
		if chosen+w.to-w.from <= n {
			predict(w)
		}
	}
	if chosen == 0 {
		predict(slices.MinFunc(words, func(a, b stretch) int { return (a.to - a.from) - (b.to - b.from) }))
	}
}

// stretch is where some tokens of a row stand.
type stretch struct{ from, to int }

// words are those of a row, and how many tokens they have. Reserved tokens are none.
func (o mlm) words(input []int32) (words []stretch, total int) {
	for i := 0; i < len(input); i++ {
		from := i
		for i < len(input) && !o.reserved[input[i]] {
			i++
		}
		total += i - from
		for _, w := range o.special.words(input[from:i]) {
			words = append(words, stretch{from, from + len(w)})
			from += len(w)
		}
	}
	return words, total
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
