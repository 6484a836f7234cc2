package trainer

import (
	"cmp"
	"context"
	"slices"

	"corpus"
)

// openWindow is the window of a decoder that has no table of positions.
const openWindow = 512

// Likelihood sums the negative log-likelihood, in nats, of all tokens of texts
// under a decoder. Each text is read behind the end token, as in training, in
// windows of the model's positions that do not overlap: the first token of a window
// is predicted from the one before it alone. rows windows make a batch.
func Likelihood(ctx context.Context, m Model, c Config, texts [][]int32, rows int) (nats float64, tokens int64, err error) {
	if c.Stacks() != DecoderOnly {
		return 0, 0, corpus.Errorf(corpus.Usage, "a %s model has no likelihood of a text; a decoder has", c.Family)
	}
	all := windows(texts, int32(c.EOS), cmp.Or(c.MaxPositions, openWindow))
	for batch := range slices.Chunk(all, rows) {
		if ctx.Err() != nil {
			return 0, 0, context.Cause(ctx)
		}
		s, err := m.Eval(padded(batch, int32(c.EOS)))
		if err != nil {
			return 0, 0, err
		}
		nats += s.Loss * float64(s.Tokens)
		tokens += s.Tokens
	}
	return nats, tokens, nil
}

// windows cuts texts into stretches of at most n tokens, with the token before each.
// They come by length, so that those of a batch are about as long.
func windows(texts [][]int32, eos int32, n int) (all [][]int32) {
	for _, ids := range texts {
		ids = append([]int32{eos}, ids...)
		for ; len(ids) > 1; ids = ids[min(n, len(ids)-1):] {
			all = append(all, ids[:min(n+1, len(ids))])
		}
	}
	slices.SortStableFunc(all, func(a, b []int32) int { return len(a) - len(b) })
	return all
}

// padded is a batch of windows; what is behind the shorter ones is not predicted,
// and a decoder does not see it from before.
func padded(windows [][]int32, pad int32) Batch {
	cols := len(windows[len(windows)-1]) - 1
	b := Batch{Rows: len(windows), Cols: cols}
	for _, w := range windows {
		for i := range cols {
			id, label := pad, int32(Ignore)
			if i+1 < len(w) {
				id, label = w[i], w[i+1]
			}
			b.Input, b.Labels = append(b.Input, id), append(b.Labels, label)
		}
	}
	return b
}
