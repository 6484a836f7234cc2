package trainer

import (
	"math"
	"math/rand/v2"

	"corpus"
)

// denoise is BART's (arXiv 1910.13461 §2.2 and §5.1; fairseq
// fairseq/data/denoising_dataset.py): of each document the sentences are put in
// another order, then spans of its words, of a length from a Poisson distribution,
// become one mask each; a span of no word is a mask put in between. The decoder
// writes the row as it was. Both rows stand between BOS and EOS, and the decoder
// starts with EOS.
//
// Unlike fairseq, spans do not overlap, so that the share of hidden words is the one
// asked for: of n words rate × n plus a uniform fraction, rounded down. A last span
// is cut to that. A mask put in between wants a free column, which hidden words
// leave; one that finds none is left out.
type denoise struct {
	cols         int
	rate, length float64
	special      Special
	reserved     []bool
}

// maxSpan bounds the mean length of a hidden span, for the sampling.
const maxSpan = 100

func newDenoise(cols int, rate, length float64, special Special, vocab int) (Objective, error) {
	if !(rate > 0 && rate < 1) || !(length >= 1 && length <= maxSpan) {
		return nil, corpus.Errorf(corpus.Usage, "noise density is %v, want between 0 and 1; span length is %v, want 1 to %d", rate, length, maxSpan)
	}
	if cols < 4 {
		return nil, corpus.Errorf(corpus.Usage, "denoising needs rows of at least 4 tokens, got %d", cols)
	}
	return denoise{cols, rate, length, special, special.set(vocab)}, nil
}

func (o denoise) Room() int         { return o.cols - 2 }
func (o denoise) Shape() (int, int) { return o.cols, o.cols }

func (o denoise) Example(p Passage, r *rand.Rand, row Row) int {
	text := p.Tokens
	if n := len(text); text[n-1] == o.special.EOS { // the frame's does
		text = text[:n-1]
	}
	labels := append(append(append(row.Labels[:0], o.special.BOS), text...), o.special.EOS)
	row.Decoder[0] = o.special.EOS
	copy(row.Decoder[1:], labels[:len(labels)-1])
	set(row.Decoder[len(labels):], o.special.Pad)
	set(row.Labels[len(labels):], Ignore)

	in := append(row.Input[:0], o.special.BOS)
	for len(text) > 0 {
		n := 0
		for n < len(text) && !o.reserved[text[n]] {
			n++
		}
		in = o.corrupt(in, o.shuffled(text[:n], r), len(text)-n, r)
		if text = text[n:]; len(text) > 0 { // the end of a document stays
			in, text = append(in, text[0]), text[1:]
		}
	}
	in = append(in, o.special.EOS)
	set(row.Input[len(in):], o.special.Pad)
	return len(in)
}

// shuffled is a text with its sentences in random order.
func (o denoise) shuffled(text []int32, r *rand.Rand) []int32 {
	sentences := o.special.sentences(text)
	r.Shuffle(len(sentences), func(i, j int) { sentences[i], sentences[j] = sentences[j], sentences[i] })
	out := make([]int32, 0, len(text))
	for _, s := range sentences {
		out = append(out, s...)
	}
	return out
}

// corrupt appends a text with masks for spans of its words; more tokens of the row
// are behind it.
func (o denoise) corrupt(in, text []int32, more int, r *rand.Rand) []int32 {
	words := o.special.words(text)
	hidden := int(o.rate*float64(len(words)) + r.Float64())
	spans := spanLengths(hidden, o.length, r)
	left := len(text)
	for _, masked := range arranged(len(words)-hidden, len(spans), r) {
		n := 1
		if masked {
			n, spans = spans[0], spans[1:]
			// With what is left of the row, its end and this mask.
			if n > 0 || len(in)+1+left+more+1 <= o.cols {
				in = append(in, o.special.Mask)
			}
		}
		for _, w := range words[:n] {
			left -= len(w)
			if !masked {
				in = append(in, w...)
			}
		}
		words = words[n:]
	}
	return in
}

// spanLengths draws lengths until they sum to n; the last is cut to that, and they
// are put in random order so that it may be anywhere.
func spanLengths(n int, mean float64, r *rand.Rand) (lengths []int) {
	for n > 0 {
		k := min(poisson(mean, r), n)
		lengths = append(lengths, k)
		n -= k
	}
	r.Shuffle(len(lengths), func(i, j int) { lengths[i], lengths[j] = lengths[j], lengths[i] })
	return lengths
}

// poisson draws by Knuth's method ("The Art of Computer Programming" vol. 2,
// §3.4.1), which serves for small means.
func poisson(mean float64, r *rand.Rand) int {
	k, limit := 0, math.Exp(-mean)
	for p := r.Float64(); p > limit; p *= r.Float64() {
		k++
	}
	return k
}

// arranged puts k spans among n words that are kept, all ways being equally likely:
// true is a span.
func arranged(n, k int, r *rand.Rand) []bool {
	slots := make([]bool, n+k)
	for i := range k {
		slots[i] = true
	}
	r.Shuffle(len(slots), func(i, j int) { slots[i], slots[j] = slots[j], slots[i] })
	return slots
}
