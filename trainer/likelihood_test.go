package trainer

import (
	"context"
	"math"
	"testing"

	"corpus"
)

// Every token of every text is predicted once, from the one before it, wherever
// windows and batches end; the fake model looks no further back, so the sum is that
// over pairs.
func TestLikelihood(t *testing.T) {
	job := smallJob(t, "clm", 1)
	m := model(job).(*bigram)
	if err := m.Load(Init(m.cfg, 3)); err != nil {
		t.Fatal(err)
	}
	for i := range m.w[m.e] {
		m.w[m.e][i] *= 30 // away from the flat start
	}
	texts := [][]int32{{3, 4, 5, 6, 7, 8, 9, 10, 11}, {}, {12}, {3, 3, 3, 3, 3}, {5, 6, 7, 8}}
	want, count := 0.0, int64(0)
	for _, text := range texts {
		before := int32(job.Config.EOS)
		for _, id := range text {
			loss, n := m.pass(Batch{Rows: 1, Cols: 1, Input: []int32{before}, Labels: []int32{id}}, func() float64 { return 1 }, nil)
			want, count, before = want+loss, count+n, id
		}
	}
	for _, positions := range []int{0, 1, 2, 4, 5, 100} {
		for _, rows := range []int{1, 3, 100} {
			c := job.Config
			c.MaxPositions = positions
			nats, tokens, err := Likelihood(context.Background(), m, c, texts, rows)
			if err != nil || tokens != count || math.Abs(nats-want) > 1e-9*want {
				t.Errorf("windows of %d, %d a batch: %v nats of %d tokens, want %v of %d (%v)", positions, rows, nats, tokens, want, count, err)
			}
		}
	}
	if _, _, err := Likelihood(context.Background(), m, Config{Family: "bert"}, texts, 1); corpus.ClassOf(err) != corpus.Usage {
		t.Error(err)
	}
}
