//go:build torch

package torch

import (
	"slices"
	"testing"

	"corpus/trainer"
	"corpus/trainer/torch/shim"
)

// logits of every position that labels speak of.
func logits(t *testing.T, m *Model, b trainer.Batch) []float32 {
	t.Helper()
	return sampled(t, m, b, 1)
}

// A later token must not change earlier logits by a single bit.
func TestCausality(t *testing.T) {
	for _, name := range []string{"gpt2", "bloom", "t5-v1_0", "t5-v1_1", "bart"} {
		t.Run(name, func(t *testing.T) {
			g := readGolden(t, name)
			m := goldenModel(t, g)
			b := g.batch("1")
			row, cols, ids := 0, b.Cols, &b.Input
			if b.DecCols > 0 {
				cols, ids = b.DecCols, &b.Decoder
			}
			before := logits(t, m, b)
			for _, at := range []int{1, 64, cols - 1} {
				changed := slices.Clone(*ids)
				changed[row*cols+at] = (changed[row*cols+at]+17)%int32(g.Config.Vocab-3) + 3
				saved := *ids
				*ids = changed
				after := logits(t, m, b)
				*ids = saved
				n := (row*cols + at) * g.Config.Vocab
				if !slices.Equal(before[:n], after[:n]) {
					t.Errorf("token %d changes logits before it", at)
				}
				if slices.Equal(before[n:n+g.Config.Vocab], after[n:n+g.Config.Vocab]) {
					t.Errorf("token %d does not change its own logits", at)
				}
			}
		})
	}
}

// What padded positions hold must not reach the others.
func TestPaddingIsHidden(t *testing.T) {
	for _, name := range goldens {
		t.Run(name, func(t *testing.T) {
			g := readGolden(t, name)
			m := goldenModel(t, g)
			b := g.batch("1")
			want, err := m.Eval(b)
			if err != nil {
				t.Fatal(err)
			}
			for i := range b.Input {
				if b.Mask[i] == 0 {
					b.Input[i] = 5
				}
			}
			for i := range b.Decoder {
				if b.DecMask[i] == 0 {
					b.Decoder[i] = 5
				}
			}
			got, err := m.Eval(b)
			if err != nil {
				t.Fatal(err)
			}
			if got != want {
				t.Errorf("other padding gives %+v, want %+v", got, want)
			}
		})
	}
}

// Tokens fed to the cache, several and then one by one, give the logits of one
// pass over them all.
func TestCacheEqualsFullPass(t *testing.T) {
	for _, name := range []string{"gpt2", "bloom", "t5-v1_0", "t5-v1_1", "bart"} {
		t.Run(name, func(t *testing.T) {
			g := readGolden(t, name)
			m := goldenModel(t, g)
			b := g.batch("1")
			ids, cols := b.Input, b.Cols
			b.Mask = nil
			if b.DecCols > 0 {
				ids, cols, b.Mask, b.DecMask = b.Decoder, b.DecCols, ragged(g.Lengths), nil
			}
			full, vocab := logits(t, m, b), g.Config.Vocab
			ses, err := m.Begin(b)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = ses.Close() })
			for from, to := 0, 0; to < cols; from = to {
				to = from + 1
				if from == 0 || from == 50 {
					to = from + 31 // a prompt, and a second one on the way
				}
				got, err := ses.Next(columns(ids, b.Rows, cols, from, to))
				if err != nil {
					t.Fatal(err)
				}
				for r := range b.Rows {
					at := (r*cols + to - 1) * vocab
					within(t, got[r*vocab:(r+1)*vocab], full[at:at+vocab], to)
				}
			}
		})
	}
}

func columns(ids []int32, rows, cols, from, to int) []int32 {
	var out []int32
	for r := range rows {
		out = append(out, ids[r*cols+from:r*cols+to]...)
	}
	return out
}

func within(t *testing.T, got, want []float32, position int) {
	t.Helper()
	for i := range got {
		if d := got[i] - want[i]; !(d < 1e-4 && d > -1e-4) {
			t.Fatalf("position %d, token %d: %g, want %g", position, i, got[i], want[i])
		}
	}
}

func TestEncoderSession(t *testing.T) {
	g := readGolden(t, "roberta")
	m := goldenModel(t, g)
	b := g.batch("1")
	ses, err := m.Begin(b)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ses.Next(nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, logits(t, m, b)) {
		t.Error("the session's logits differ from those of the forward pass")
	}
	if _, err := ses.Next([]int32{5}); err == nil {
		t.Error("an encoder took further ids")
	}
	if err := ses.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := ses.Next(nil); err == nil {
		t.Error("a closed session gave logits")
	}
}

func TestSessionRefuses(t *testing.T) {
	c := tinyConfig("gpt2")
	m := newModel(t, c)
	ses, err := m.Begin(trainer.Batch{Rows: 2})
	if err != nil {
		t.Fatal(err)
	}
	for name, ids := range map[string][]int32{
		"no ids": {}, "half a row": {4, 5, 6}, "unknown id": {4, int32(c.Vocab)}, "too long": make([]int32, 2*(c.MaxPositions+1)),
	} {
		if _, err := ses.Next(ids); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := ses.Next(make([]int32, 2*c.MaxPositions)); err != nil {
		t.Errorf("as many positions as the model has: %v", err)
	}
	if _, err := m.Begin(trainer.Batch{}); err == nil {
		t.Error("a session of no rows began")
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := ses.Next([]int32{4, 5}); err == nil {
		t.Error("a session outlived its model")
	}
	if err := ses.Close(); err != nil {
		t.Error(err)
	}
}

// Sessions in between must not disturb training: no grad mode leaks, no seed.
func TestSessionLeavesTrainingAlone(t *testing.T) {
	run := func(between bool) []trainer.Tensor {
		c := tinyConfig("t5")
		m := newModel(t, c)
		for step := int64(1); step <= 3; step++ {
			if between {
				ses, err := m.Begin(cyclic(c, 1, 5, 0))
				if err != nil {
					t.Fatal(err)
				}
				if _, err := ses.Next([]int32{0, 4}); err != nil {
					t.Fatal(err)
				}
				if err := ses.Close(); err != nil {
					t.Fatal(err)
				}
			}
			mustStep(t, m, step)
		}
		return mustState(t, m)
	}
	equalStates(t, run(true), run(false))
	if shim.Version() == "" {
		t.Error("libtorch has no version")
	}
}
