//go:build torch

package torch

import (
	"math"
	"slices"
	"testing"
	"unsafe"

	"corpus/trainer"
	"corpus/trainer/torch/shim"

	"github.com/sugarme/gotch/libtch"
)

const kindFloat64 = 7 // of c10/core/ScalarType.h

// onThread runs f with a scope of its own, as a model does.
func onThread(t *testing.T, f func(s *scope)) {
	t.Helper()
	number, err := parseDevice(device)
	if err != nil {
		t.Fatal(err)
	}
	th := newThread()
	defer th.stop()
	err = th.do(func() error {
		s := newScope(number)
		defer s.free()
		f(s)
		return s.err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func filled(n int, v float32) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = v
	}
	return x
}

func TestDropout(t *testing.T) {
	const n, p, key = 300_000, 0.1, 12345
	onThread(t, func(s *scope) {
		drop := func(threads int, key uint64) (out, grad []float32) {
			if err := shim.SetThreads(threads); err != nil {
				t.Fatal(err)
			}
			x := s.floats(filled(n, 2), n)
			libtch.AtgSetRequiresGrad(s.slot(), x, 1)
			s.took("requires_grad")
			out, grad = make([]float32, n), make([]float32, n)
			y := s.made("dropout", shim.Dropout(s.slot(), x, p, key))
			s.download(y, out)
			s.backward(s.matmul(y, s.floats(filled(n, 1), n)))
			libtch.AtgGrad(s.slot(), x)
			s.download(s.took("grad"), grad)
			return out, grad
		}
		out, grad := drop(1, key)
		kept := 0
		for i, v := range out {
			if v != 0 {
				kept++
			}
			if want := 2 * grad[i]; v != want || v != 0 && math.Abs(float64(v)-2/(1-p)) > 1e-6 {
				t.Fatalf("element %d: %g with gradient %g", i, v, grad[i])
			}
		}
		// Five standard deviations of a binomial.
		if off := math.Abs(float64(kept) - n*(1-p)); off > 5*math.Sqrt(n*p*(1-p)) {
			t.Errorf("%d of %d kept, want about %g", kept, n, n*(1-p))
		}
		if again, _ := drop(2, key); !slices.Equal(again, out) {
			t.Error("two threads drop others than one")
		}
		if other, _ := drop(2, key+1); slices.Equal(other, out) {
			t.Error("another key drops the same")
		}
	})
}

// What is no float32 on a CPU takes the way of GPUs. A gradient whose strides are
// other than those of x, as one that comes through a product, has the same mask.
func TestDropoutOfLibtorch(t *testing.T) {
	const rows, cols, p = 300, 200, 0.25
	onThread(t, func(s *scope) {
		ones := func(dims ...int64) tensor {
			data := make([]float64, rows*cols)
			for i := range data {
				data[i] = 1
			}
			return s.upload(unsafe.Pointer(unsafe.SliceData(data)), 8, kindFloat64, dims)
		}
		values := func(x tensor) []float64 {
			out := make([]float64, rows*cols)
			libtch.AtCopyData(x, unsafe.Pointer(unsafe.SliceData(out)), rows*cols, 8)
			s.fail("download", lastError())
			return out
		}
		drop := func(key uint64) (out, grad []float64) {
			x := ones(rows, cols)
			libtch.AtgSetRequiresGrad(s.slot(), x, 1)
			s.took("requires_grad")
			y := s.made("dropout", shim.Dropout(s.slot(), x, p, key))
			s.backward(s.matmul(s.matmul(s.transpose(y, 0, 1), ones(rows)), ones(cols)))
			libtch.AtgGrad(s.slot(), x)
			return values(y), values(s.took("grad"))
		}
		out, grad := drop(1)
		if !slices.Equal(out, grad) {
			t.Error("forward and backward drop different elements")
		}
		kept := 0
		for _, v := range out {
			if v != 0 {
				kept++
			}
			if v != 0 && math.Abs(v-1/(1-p)) > 1e-6 {
				t.Fatalf("1 becomes %g", v)
			}
		}
		if off := math.Abs(float64(kept) - rows*cols*(1-p)); off > 5*math.Sqrt(rows*cols*p*(1-p)) {
			t.Errorf("%d of %d kept, want about %g", kept, rows*cols, rows*cols*(1-p))
		}
		if again, _ := drop(1); !slices.Equal(again, out) {
			t.Error("the same key drops others")
		}
		if other, _ := drop(2); slices.Equal(other, out) {
			t.Error("another key drops the same")
		}
	})
}

// The loss that works in the memory of the logits equals log_softmax and a sum,
// over several chunks, and so does its gradient.
func TestCrossEntropy(t *testing.T) {
	const rows, vocab = 700, 3001 // over 2²⁰ logits
	data, target := make([]float32, rows*vocab), make([]int64, rows)
	for i := range data {
		data[i] = float32(formula("logits", i)%2000)/100 - 10
	}
	for i := range target {
		target[i] = int64(formula("target", i) % vocab)
	}
	want := 0.0
	for r := range rows {
		row, sum := data[r*vocab:(r+1)*vocab], 0.0
		for _, x := range row {
			sum += math.Exp(float64(x))
		}
		want += math.Log(sum) - float64(row[target[r]])
	}
	onThread(t, func(s *scope) {
		x := s.floats(data, rows, vocab)
		libtch.AtgSetRequiresGrad(s.slot(), x, 1)
		s.took("requires_grad")
		loss := s.crossEntropy(s.scale(x, 1), s.ints(target, rows))
		if got := s.item(loss); math.Abs(got-want) > 1e-5*want {
			t.Errorf("loss %g, want %g", got, want)
		}
		s.backward(s.scale(loss, 0.5))
		libtch.AtgGrad(s.slot(), x)
		grad := make([]float32, len(data))
		s.download(s.took("grad"), grad)
		for r := 0; r < rows; r += 99 {
			row, sum := data[r*vocab:(r+1)*vocab], 0.0
			for _, x := range row {
				sum += math.Exp(float64(x))
			}
			for j, x := range row {
				p := math.Exp(float64(x)) / sum
				if int64(j) == target[r] {
					p--
				}
				if got := float64(grad[r*vocab+j]); math.Abs(got-0.5*p) > 1e-6 {
					t.Fatalf("gradient of logit %d of row %d is %g, want %g", j, r, got, 0.5*p)
				}
			}
		}
	})
}

// The update in one pass and the one by ATen operations, which GPUs take, agree.
func TestPortableUpdate(t *testing.T) {
	for _, rms := range []bool{false, true} {
		var results [2][]trainer.Tensor
		for i, portable := range []bool{false, true} {
			m := newModel(t, tinyConfig("t5"))
			for step := int64(1); step <= 3; step++ {
				err := m.native(func(s *scope) error {
					var st trainer.Stats
					if err := m.gradients(s, []trainer.Batch{cyclic(m.cfg, 4, 24, 3)}, 9, 1, &st); err != nil {
						return err
					}
					err := shim.AdamW(m.w.params, m.w.m, m.w.v, m.w.decayed, shim.Update{
						LR: 1e-2, Beta1: 0.9, Beta2: 0.95, Eps: 1e-6, Decay: 0.1, Clip: 0.7, Step: step, RMSScaled: rms, Portable: portable,
					})
					if err != nil {
						return err
					}
					return shim.ZeroGrad(m.w.params)
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			results[i] = mustState(t, m)
		}
		for i, a := range results[0] {
			near(t, a.Name, results[1][i].Data, a.Data, 2e-5)
		}
	}
}

// Attention in one kernel gives transformers' logits and gradients too; it is
// what GPUs use. A libtorch without it throws.
func TestFusedAttention(t *testing.T) {
	if !shim.HasAttention() {
		g := readGolden(t, goldens[0])
		m := goldenModel(t, g)
		m.s.fused = true
		if _, err := m.Eval(g.batch("1")); err == nil {
			t.Error("attention that this libtorch lacks gave a result")
		}
		return
	}
	for _, name := range goldens {
		t.Run(name, func(t *testing.T) {
			g := readGolden(t, name)
			m := goldenModel(t, g)
			m.s.fused = true
			b := g.batch("1")
			got := sampled(t, m, b, g.Sample)
			forget(b, g.Sample, g.Config.Vocab, got, g.Logits) // padding that sees nothing: kernels give it what they like
			near(t, "logits", got, g.Logits, 1e-4)
			checkGradients(t, m, b, g.Gradients)

			b.Mask, b.DecMask = nil, nil // causal without a bias
			fused := logits(t, m, b)
			m.s.fused = false
			near(t, "logits of full rows", fused, logits(t, m, b), 1e-4)
		})
	}
}

// What libtorch throws comes back as an error, and the thread works on.
func TestNativeErrors(t *testing.T) {
	onThread(t, func(s *scope) {
		a, b := s.floats(filled(6, 1), 2, 3), s.floats(filled(8, 1), 2, 4)
		if s.matmul(a, b); s.err == nil {
			t.Error("matmul of 2×3 and 2×4 gave no error")
		}
		if s.add(a, a) != nil {
			t.Error("an operation ran after a failure")
		}
		t.Log(s.err)
		s.close()
		if s.device < 0 { // a GPU would be of no use to the process after it; models check their labels
			s.crossEntropy(s.floats(filled(6, 1), 2, 3), s.ints([]int64{0, 9}, 2))
			if s.err == nil {
				t.Error("a target outside the logits gave no error")
			}
			s.close()
		}
		s.floats(nil, 0)
		if s.err == nil {
			t.Error("an empty upload gave no error")
		}
		s.close()
		s.floats(filled(3, 1), 2, 2)
		if s.err == nil {
			t.Error("3 numbers of shape 2×2 gave no error")
		}
		s.close()
		got := make([]float32, 6)
		a = s.floats(filled(6, 1), 2, 3)
		s.download(s.add(a, a), got)
		if !slices.Equal(got, filled(6, 2)) {
			t.Errorf("after failures 1+1 is %v", got)
		}
	})
}

func TestPanicsCross(t *testing.T) {
	th := newThread()
	defer th.stop()
	defer func() {
		if recover() != "here" {
			t.Error("a panic on the thread did not reach the caller")
		}
	}()
	_ = th.do(func() error { panic("here") })
}
