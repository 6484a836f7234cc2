package trainer

import (
	"math"
	"math/rand/v2"

	"corpus"
)

// span is T5's span corruption (arXiv 1910.10683 §3.1.4; t5/data/preprocessors.py
// random_spans_noise_mask and random_spans_helper): noise spans become one
// sentinel each in the input; the target is each sentinel followed by what it
// stands for. Sentinels go <extra_id_0>, <extra_id_1>, … from the left; both
// sides end with EOS; full rows have the same lengths, so that nothing of them is
// padded.
type span struct {
	room            int // tokens of a full row
	cols, decCols   int
	density, length float64
	special         Special
}

func newSpan(cols int, density, length float64, special Special) (Objective, error) {
	if !(density > 0 && density < 1) || !(length >= 1) {
		return nil, corpus.Errorf(corpus.Usage, "noise density is %v, want between 0 and 1; span length is %v, want at least 1", density, length)
	}
	if cols < 4 {
		return nil, corpus.Errorf(corpus.Usage, "span corruption needs rows of at least 4 tokens, got %d", cols)
	}
	room := spanRoom(cols, density, length)
	noise, spans := spanCounts(room, density, length)
	if spans > room-noise {
		return nil, corpus.Errorf(corpus.Usage, "noise density %v in spans of %v leaves %d tokens between %d spans", density, length, room-noise, spans)
	}
	if err := checkSentinels(spans, special); err != nil {
		return nil, corpus.Errorf(corpus.Usage, "span corruption: %w", err)
	}
	return span{room, room - noise + spans + 1, noise + spans + 1, density, length, special}, nil
}

// spanCounts is how many of n tokens are hidden, in how many spans. Halves round
// to even, as Python's and TensorFlow's round do.
func spanCounts(n int, density, length float64) (noise, spans int) {
	if n < 2 { // one token alone is not hidden
		return 0, 0
	}
	noise = int(math.RoundToEven(float64(n) * density))
	noise = min(max(noise, 1), n-1)
	return noise, max(1, int(math.RoundToEven(float64(noise)/length)))
}

// spanRoom is the largest number of tokens whose corrupted input, with one
// sentinel a span and EOS, fits cols: 568 for 512.
func spanRoom(cols int, density, length float64) int {
	for n := 2; ; n++ {
		if noise, spans := spanCounts(n+1, density, length); n+1-noise+spans+1 > cols {
			return n
		}
	}
}

func (o span) Room() int         { return o.room }
func (o span) Shape() (int, int) { return o.cols, o.decCols }

func (o span) Example(p Passage, r *rand.Rand, row Row) int {
	tokens := p.Tokens
	noise, spans := spanCounts(len(tokens), o.density, o.length)
	spans = min(spans, len(tokens)-noise) // of a short row
	in, out := row.Input[:0], row.Labels[:0]
	kept, hidden := segments(len(tokens)-noise, spans, r), segments(noise, spans, r)
	for i := range spans { // a row begins with kept tokens and ends with hidden ones
		in = append(append(in, tokens[:kept[i]]...), o.special.Sentinels[i])
		tokens = tokens[kept[i]:]
		out = append(append(out, o.special.Sentinels[i]), tokens[:hidden[i]]...)
		tokens = tokens[hidden[i]:]
	}
	in, out = append(append(in, tokens...), o.special.EOS), append(out, o.special.EOS)
	row.Decoder[0] = o.special.Pad // the decoder's start token, as in T5
	copy(row.Decoder[1:], out[:len(out)-1])
	set(row.Input[len(in):], o.special.Pad)
	set(row.Labels[len(out):], Ignore)
	set(row.Decoder[len(out):], o.special.Pad)
	return len(in)
}

// segments cuts n items into k random pieces, none empty: of the n-1 places
// between items, k-1 are drawn without replacement.
func segments(n, k int, r *rand.Rand) []int {
	if k == 0 {
		return nil
	}
	cut := make([]bool, n-1)
	for i := range k - 1 {
		cut[i] = true
	}
	r.Shuffle(len(cut), func(i, j int) { cut[i], cut[j] = cut[j], cut[i] })
	lengths := make([]int, 1, k)
	lengths[0] = 1
	for _, c := range cut {
		if c {
			lengths = append(lengths, 0)
		}
		lengths[len(lengths)-1]++
	}
	return lengths
}
