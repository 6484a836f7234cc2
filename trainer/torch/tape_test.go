//go:build torch

package torch

import (
	"math"
	"testing"

	"corpus/trainer"
)

// TestGradientsAreThose: activations that are made again, logits a few at a time, and
// a loss that is scaled give the gradients of the plain way, with the same dropout.
func TestGradientsAreThose(t *testing.T) {
	for _, family := range families {
		c := tinyConfig(family)
		plain := newModel(t, c)
		want := updated(t, plain, 0)
		for name, of := range map[string]struct {
			rows      int
			recompute bool
			scale     float64
			same      bool // to the last bit
		}{
			"made again":      {1 << 20, true, 0, false},
			"seven at a time": {7, false, 0, false},
			"both":            {7, true, 0, false},
			"scaled":          {1 << 20, false, 1024, true},
			"scaled, and all": {5, true, 65536, false},
		} {
			m := newModel(t, c)
			m.lossRows, m.recompute = of.rows, of.recompute
			got := updated(t, m, of.scale)
			if math.Abs(got.loss-want.loss) > 1e-6*want.loss || math.Abs(got.norm-want.norm) > 1e-5*want.norm {
				t.Errorf("%s, %s: loss %v and norm %v, want %v and %v", family, name, got.loss, got.norm, want.loss, want.norm)
			}
			if of.same {
				equalStates(t, got.state, want.state)
			}
			for i, w := range want.state {
				most, off := 0.0, 0.0
				for k, v := range w.Data {
					most, off = max(most, math.Abs(float64(v))), max(off, math.Abs(float64(v-got.state[i].Data[k])))
				}
				if off > 1e-5*most+1e-9 {
					t.Errorf("%s, %s: %s differs by %g of %g", family, name, w.Name, off, most)
				}
			}
			if len(m.s.owned) != 0 || len(m.s.tape) != 0 {
				t.Errorf("%s, %s: %d tensors are left", family, name, len(m.s.owned))
			}
		}
	}
}

// update is what a step made.
type update struct {
	loss, norm float64
	state      []trainer.Tensor // the first moments: a tenth of the gradients
}

func updated(t *testing.T, m *Model, scale float64) update {
	t.Helper()
	h := hyper(1)
	h.LossScale, h.Clip = scale, 0.5
	st, err := m.Step([]trainer.Batch{cyclic(m.cfg, 4, 24, 1), cyclic(m.cfg, 3, 16, 9)}, h)
	if err != nil {
		t.Fatal(err)
	}
	all := mustState(t, m)
	return update{st.Loss, st.Norm, all[len(all)/3 : 2*len(all)/3]}
}

// TestAccumulation: the rows of a batch give the same gradients all at once and in
// micro-batches of which one has less to predict.
func TestAccumulation(t *testing.T) {
	for _, family := range families {
		c := tinyConfig(family)
		c.Dropout, c.AttnDropout, c.ActDropout = 0, 0, 0
		whole := cyclic(c, 6, 24, 1)
		whole.Labels[3], whole.Labels[7] = trainer.Ignore, trainer.Ignore
		var states [2][]trainer.Tensor
		for i, micro := range [][]trainer.Batch{{whole}, {rows(whole, 0, 1), rows(whole, 1, 4), rows(whole, 4, 6)}} {
			m := newModel(t, c)
			if _, err := m.Step(micro, hyper(1)); err != nil {
				t.Fatal(err)
			}
			all := mustState(t, m)
			states[i] = all[len(all)/3 : 2*len(all)/3]
		}
		for i, w := range states[0] {
			most, off := 0.0, 0.0
			for k, v := range w.Data {
				most, off = max(most, math.Abs(float64(v))), max(off, math.Abs(float64(v-states[1][i].Data[k])))
			}
			if off > 1e-5*most+1e-9 {
				t.Errorf("%s: %s differs by %g of %g", family, w.Name, off, most)
			}
		}
	}
}

// rows are some rows of a batch.
func rows(b trainer.Batch, from, to int) trainer.Batch {
	n := to - from
	some := trainer.Batch{
		Rows: n, Cols: b.Cols, DecCols: b.DecCols, Input: b.Input[from*b.Cols:][:n*b.Cols], Mask: b.Mask[from*b.Cols:][:n*b.Cols],
		Labels: b.Labels[from*b.Cols:][:n*b.Cols], // as many columns in both stacks
	}
	if b.DecCols > 0 {
		some.Decoder, some.DecMask = b.Decoder[from*b.DecCols:][:n*b.DecCols], b.DecMask[from*b.DecCols:][:n*b.DecCols]
	}
	return some
}

// TestEvalInPieces: a loss of many pieces is that of the whole.
func TestEvalInPieces(t *testing.T) {
	m := newModel(t, tinyConfig("gpt2"))
	b := cyclic(m.cfg, 4, 24, 1)
	want, err := m.Eval(b)
	if err != nil {
		t.Fatal(err)
	}
	m.lossRows = 10
	got, err := m.Eval(b)
	if err != nil || got.Tokens != want.Tokens || math.Abs(got.Loss-want.Loss) > 1e-6 {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
}
