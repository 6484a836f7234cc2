//go:build torch

package torch

import (
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"corpus/trainer"
)

// tinyConfig is a model of a family that a test trains in a second.
func tinyConfig(family string) trainer.Config {
	c := trainer.Config{
		Family: family, Vocab: 61, Hidden: 32, Layers: 2, Heads: 4, HeadDim: 8, FFN: 64,
		MaxPositions: 64, Activation: "gelu_new", Tied: true, Dropout: 0.1, AttnDropout: 0.1,
		NormEps: 1e-5, InitRange: 0.02, Pad: 0, BOS: 1, EOS: 2, DecStart: 0,
	}
	switch family {
	case "roberta":
		c.Activation, c.TypeVocab = "gelu", 1
	case "bert":
		c.Activation, c.TypeVocab, c.NormEps = "gelu", 2, 1e-12
	case "bloom":
		c.FFN, c.MaxPositions = 128, 0
	case "bart":
		c.DecLayers, c.Activation, c.ActDropout, c.DecStart = 2, "gelu", 0.1, 2
	case "t5":
		c.DecLayers, c.RelBuckets, c.RelDistance, c.MaxPositions = 2, 32, 128, 0
		c.Gated, c.Tied, c.NormEps, c.InitRange = true, false, 1e-6, 1
	}
	return c
}

// device is where the models of these tests run; CORPUS_DEVICE=cuda tests a GPU.
var device = os.Getenv("CORPUS_DEVICE")

// newModel has one thread: on models this small a second only waits for the first.
func newModel(t testing.TB, c trainer.Config) *Model {
	t.Helper()
	return newModelOn(t, c, 1)
}

func newModelOn(t testing.TB, c trainer.Config, threads int) *Model {
	t.Helper()
	return newModelWith(t, c, Options{Threads: threads, Device: device})
}

func newModelWith(t testing.TB, c trainer.Config, opts Options) *Model {
	t.Helper()
	m, err := New(c, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	if err := m.Load(trainer.Init(c, 7)); err != nil {
		t.Fatal(err)
	}
	return m.(*Model)
}

// cyclic is a batch whose every next token follows from the one before; its
// last column is padding.
func cyclic(c trainer.Config, rows, cols, start int) trainer.Batch {
	b := trainer.Batch{Rows: rows, Cols: cols, Mask: make([]uint8, rows*cols)}
	for i := range rows * cols {
		id := 3 + (start+7*(i/cols)+i%cols)%(c.Vocab-3)
		label := 3 + (id-2)%(c.Vocab-3)
		b.Mask[i] = 1
		if i%cols == cols-1 {
			id, label, b.Mask[i] = c.Pad, trainer.Ignore, 0
		}
		b.Input, b.Labels = append(b.Input, int32(id)), append(b.Labels, int32(label))
	}
	if c.Stacks() == trainer.EncoderDecoder {
		b.DecCols, b.Decoder, b.DecMask = cols, slices.Clone(b.Input), slices.Clone(b.Mask)
	}
	return b
}

func hyper(step int64) trainer.Hyper {
	return trainer.Hyper{Step: step, Seed: uint64(step) * 1000, LR: 3e-3, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.01, Clip: 1}
}

var families = []string{"bert", "roberta", "gpt2", "bloom", "t5", "bart"}

func TestStepLearns(t *testing.T) {
	for _, family := range families {
		t.Run(family, func(t *testing.T) {
			c := tinyConfig(family)
			m := newModel(t, c)
			first, last := 0.0, 0.0
			for step := int64(1); step <= 120; step++ {
				st, err := m.Step([]trainer.Batch{cyclic(c, 4, 24, int(step)), cyclic(c, 3, 16, int(step)+5)}, hyper(step))
				if err != nil {
					t.Fatal(err)
				}
				if step == 1 {
					first = st.Loss
				}
				last = st.Loss
			}
			t.Logf("loss %.3f → %.3f", first, last)
			if math.Abs(first-math.Log(float64(c.Vocab))) > 1 || last > 0.5 {
				t.Errorf("loss went from %.3f to %.3f, want from about %.1f to below 0.5", first, last, math.Log(float64(c.Vocab)))
			}
		})
	}
}

func mustStep(t *testing.T, m *Model, step int64) trainer.Stats {
	t.Helper()
	return mustStepScaled(t, m, step, 0)
}

func mustStepScaled(t *testing.T, m *Model, step int64, scale float64) trainer.Stats {
	t.Helper()
	c, h := m.cfg, hyper(step)
	h.LossScale = scale
	st, err := m.Step([]trainer.Batch{cyclic(c, 4, 24, int(step)), cyclic(c, 3, 16, int(step)+5)}, h)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func mustState(t *testing.T, m *Model) []trainer.Tensor {
	t.Helper()
	state, err := m.State()
	if err != nil {
		t.Fatal(err)
	}
	return state
}

func equalStates(t *testing.T, a, b []trainer.Tensor) {
	t.Helper()
	for i := range a {
		if a[i].Name != b[i].Name || !slices.Equal(a[i].Data, b[i].Data) {
			t.Fatalf("%s differs", a[i].Name)
		}
	}
}

// A model loaded from another's state goes on bit for bit, dropout included.
func TestResumeIsExact(t *testing.T) {
	for _, family := range families {
		t.Run(family, func(t *testing.T) {
			m := newModelOn(t, tinyConfig(family), 2)
			var saved []trainer.Tensor
			var losses []trainer.Stats
			for step := int64(1); step <= 8; step++ {
				if step == 5 {
					saved = mustState(t, m)
				}
				losses = append(losses, mustStep(t, m, step))
			}
			again := newModelOn(t, m.cfg, 2)
			if err := again.Load(saved); err != nil {
				t.Fatal(err)
			}
			for step := int64(5); step <= 8; step++ {
				if st := mustStep(t, again, step); st != losses[step-1] {
					t.Fatalf("step %d gives %+v, want %+v", step, st, losses[step-1])
				}
			}
			equalStates(t, mustState(t, again), mustState(t, m))
		})
	}
}

// Dropout is there, depends on the seed, and is off in evaluation.
func TestDropoutFollowsSeed(t *testing.T) {
	for _, family := range families {
		t.Run(family, func(t *testing.T) {
			loss := func(seed uint64, p float64) float64 {
				c := tinyConfig(family)
				c.Dropout, c.AttnDropout = p, p
				if c.Family == "bart" {
					c.ActDropout = p
				}
				m := newModel(t, c)
				h := hyper(1)
				h.Seed = seed
				st, err := m.Step([]trainer.Batch{cyclic(c, 4, 24, 1)}, h)
				if err != nil {
					t.Fatal(err)
				}
				return st.Loss
			}
			if a, b := loss(1, 0.3), loss(1, 0.3); a != b {
				t.Errorf("one seed gives losses %v and %v", a, b)
			}
			if a, b := loss(1, 0.3), loss(2, 0.3); a == b {
				t.Errorf("two seeds give one loss %v", a)
			}
			m := newModel(t, tinyConfig(family))
			st, err := m.Eval(cyclic(m.cfg, 4, 24, 1))
			if want := loss(1, 0); err != nil || math.Abs(st.Loss-want) > 1e-6 {
				t.Errorf("evaluation gives %v (%v), want the loss without dropout %v", st.Loss, err, want)
			}
		})
	}
}

func TestSkippedStepChangesNothing(t *testing.T) {
	m := newModel(t, tinyConfig("gpt2"))
	mustStep(t, m, 1)
	before := mustState(t, m)
	b := cyclic(m.cfg, 4, 24, 1)
	skip := func(what string, b trainer.Batch, change func(*trainer.Hyper)) {
		h := hyper(2)
		change(&h)
		st, err := m.Step([]trainer.Batch{b}, h)
		if err != nil || !st.Skipped {
			t.Errorf("%s: %+v, %v; want a skipped step", what, st, err)
		}
		equalStates(t, mustState(t, m), before)
	}
	skip("loss above its limit", b, func(h *trainer.Hyper) { h.MaxLoss = 1e-3 })
	skip("norm above its limit", b, func(h *trainer.Hyper) { h.MaxNorm = 1e-6 })
	nothing := b
	nothing.Labels = make([]int32, len(b.Labels))
	for i := range nothing.Labels {
		nothing.Labels[i] = trainer.Ignore
	}
	skip("nothing to predict", nothing, func(*trainer.Hyper) {})

	bad := mustState(t, m)
	bad[0].Data[100] = float32(math.NaN())
	if err := m.Load(bad); err != nil {
		t.Fatal(err)
	}
	st, err := m.Step([]trainer.Batch{cyclic(m.cfg, 4, 60, 0)}, hyper(2))
	if err != nil || !st.Skipped || !math.IsNaN(st.Loss) {
		t.Errorf("a weight that is no number: %+v, %v; want a skipped step with a loss that is none", st, err)
	}
	if err := m.Load(before); err != nil {
		t.Fatal(err)
	}
	if st := mustStep(t, m, 2); st.Skipped {
		t.Errorf("after skipped steps: %+v", st)
	}
}

// bf16 and fp16 come near float32, learn, and go on from a saved state bit for bit,
// also where activations are made again; a libtorch that is too old says so.
func TestBF16(t *testing.T) { testHalf(t, "bf16", 0) }
func TestFP16(t *testing.T) { testHalf(t, "fp16", 1024) }

func testHalf(t *testing.T, precision string, scale float64) {
	opts := Options{Threads: 2, Device: device, Precision: precision, Recompute: scale > 0}
	if m, err := New(tinyConfig("bert"), opts); err != nil {
		if !strings.Contains(err.Error(), precision+" needs libtorch 2.4 or newer") {
			t.Error(err)
		}
		return
	} else if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		t.Run(family, func(t *testing.T) {
			exact, m := newModel(t, tinyConfig(family)), newModelWith(t, tinyConfig(family), opts)
			b := cyclic(m.cfg, 4, 24, 1)
			want, err := exact.Eval(b)
			if err != nil {
				t.Fatal(err)
			}
			got, err := m.Eval(b)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(got.Loss-want.Loss) > 0.01*want.Loss {
				t.Errorf("loss %g, in float32 %g; want it within 1 %%", got.Loss, want.Loss)
			}
			var saved []trainer.Tensor
			for step := int64(1); step <= 120; step++ {
				if step == 119 {
					saved = mustState(t, m)
				}
				got = mustStepScaled(t, m, step, scale)
				if want = mustStep(t, exact, step); step == 1 && math.Abs(got.Norm-want.Norm) > 0.05*want.Norm {
					t.Errorf("gradient norm %g, in float32 %g", got.Norm, want.Norm)
				}
			}
			if got.Loss == want.Loss {
				t.Errorf("the loss is %g after 120 steps, as in float32", got.Loss)
			}
			if got.Loss > 0.5 {
				t.Errorf("the loss is %g after 120 steps", got.Loss)
			}
			again := newModelWith(t, m.cfg, opts)
			if err := again.Load(saved); err != nil {
				t.Fatal(err)
			}
			mustStepScaled(t, again, 119, scale)
			if st := mustStepScaled(t, again, 120, scale); st != got {
				t.Errorf("again step 120 gives %+v, want %+v", st, got)
			}
			equalStates(t, mustState(t, again), mustState(t, m))
		})
	}
}

func TestLoadRefuses(t *testing.T) {
	m := newModel(t, tinyConfig("bert"))
	whole := mustState(t, m)
	n := len(whole) / 3
	change := func(i int, f func(*trainer.Tensor)) []trainer.Tensor {
		s := slices.Clone(whole)
		f(&s[i])
		return s
	}
	for name, state := range map[string][]trainer.Tensor{
		"nothing":            nil,
		"a missing weight":   whole[1:n],
		"a missing moment":   whole[:2*n],
		"an unknown name":    append(slices.Clone(whole[:n]), trainer.Tensor{Name: "adam", Shape: []int{1}, Data: []float32{1}}),
		"a name given twice": append(slices.Clone(whole), whole[3]),
		"another shape":      change(0, func(t *trainer.Tensor) { t.Shape = []int{1, 2} }),
		"too little data":    change(2*n+1, func(t *trainer.Tensor) { t.Data = t.Data[1:] }),
		"a foreign weight":   change(3, func(t *trainer.Tensor) { t.Name = "lm_head.weight" }),
	} {
		err := m.Load(state)
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		t.Logf("%s: %v", name, err)
	}
	equalStates(t, mustState(t, m), whole)
	mustStep(t, m, 1)
	if err := m.Load(whole[:n]); err != nil {
		t.Fatal(err)
	}
	equalStates(t, mustState(t, m), whole) // moments not given are zero again
}

func TestBadBatches(t *testing.T) {
	for _, family := range families {
		c := tinyConfig(family)
		m := newModel(t, c)
		good := func() trainer.Batch { return cyclic(c, 2, 8, 1) }
		for name, change := range map[string]func(*trainer.Batch){
			"no rows":         func(b *trainer.Batch) { b.Rows = 0 },
			"short input":     func(b *trainer.Batch) { b.Input = b.Input[1:] },
			"short mask":      func(b *trainer.Batch) { b.Mask = b.Mask[1:] },
			"short labels":    func(b *trainer.Batch) { b.Labels = b.Labels[1:] },
			"unknown id":      func(b *trainer.Batch) { b.Input[3] = int32(c.Vocab) },
			"negative id":     func(b *trainer.Batch) { b.Input[3] = -1 },
			"unknown label":   func(b *trainer.Batch) { b.Labels[3] = int32(c.Vocab) },
			"documents":       func(b *trainer.Batch) { b.Documents = make([]int32, 9) },
			"label minus one": func(b *trainer.Batch) { b.Labels[3] = -1 },
		} {
			b := good()
			change(&b)
			if _, err := m.Eval(b); err == nil {
				t.Errorf("%s, %s: no error from Eval", family, name)
			}
			if _, err := m.Step([]trainer.Batch{good(), b}, hyper(1)); err == nil {
				t.Errorf("%s, %s: no error from Step", family, name)
			}
		}
		if _, err := m.Eval(good()); err != nil {
			t.Errorf("%s: after bad batches: %v", family, err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	c := tinyConfig("gpt2")
	if _, err := New(c, Options{Device: "tpu"}); err == nil {
		t.Error("an unknown device was taken")
	}
	if _, err := New(c, Options{Device: "cuda:63"}); err == nil {
		t.Error("a GPU that is not there was taken")
	}
	for _, precision := range []string{"fp8", "tf32"} {
		if _, err := New(c, Options{Precision: precision}); err == nil {
			t.Errorf("a processor took the precision %s", precision)
		}
	}
	c.Heads = 0
	if _, err := New(c, Options{}); err == nil {
		t.Error("a model without heads was made")
	}
}

func TestClosedModel(t *testing.T) {
	m := newModel(t, tinyConfig("bert"))
	for range 2 {
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := m.State(); err == nil {
		t.Error("a closed model gave its state")
	}
}

// Two threads share the products and sums of a model of real width; a second
// run still has the same bits.
func TestThreadsRepeat(t *testing.T) {
	for _, family := range families {
		t.Run(family, func(t *testing.T) {
			c, err := trainer.Architecture(family, "tiny")
			if err != nil {
				t.Fatal(err)
			}
			c.Vocab, c.Pad, c.BOS, c.EOS = 2048, 0, 1, 1
			var states [2][]trainer.Tensor
			for i := range states {
				m := newModelOn(t, c, 2)
				for step := int64(1); step <= 2; step++ {
					if _, err := m.Step([]trainer.Batch{cyclic(c, 8, 96, int(step))}, hyper(step)); err != nil {
						t.Fatal(err)
					}
				}
				states[i] = mustState(t, m)
			}
			equalStates(t, states[0], states[1])
		})
	}
}
