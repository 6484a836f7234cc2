//go:build torch

package torch

import (
	"runtime"
	"strings"
	"syscall"
	"testing"

	"corpus/trainer"
	"corpus/trainer/torch/shim"
)

// BenchmarkStep reports tokens per second of one step; bench/torch_step.py runs
// the same steps in PyTorch.
func BenchmarkStep(b *testing.B) {
	for _, bench := range benchShapes() {
		b.Run(bench.family+"-"+bench.size+bench.every+bench.precision, func(b *testing.B) {
			c, err := trainer.Architecture(bench.family, bench.size)
			if err != nil {
				b.Fatal(err)
			}
			if bench.size != "base" {
				c.Vocab = 8192
			}
			if c.Pad < 0 {
				c.Pad = 0
			}
			if c.EOS >= c.Vocab {
				c.BOS, c.EOS = 1, 1
			}
			m := newModelWith(b, c, Options{Threads: runtime.GOMAXPROCS(0), Device: device, Precision: strings.TrimPrefix(bench.precision, "/")})
			batch := benchBatch(c, bench)
			for i := range int64(3) { // libraries load and choose their kernels
				if _, err := m.Step([]trainer.Batch{batch}, hyper(i+1)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			start := cpuSeconds(b)
			for i := int64(4); b.Loop(); i++ {
				if _, err := m.Step([]trainer.Batch{batch}, hyper(i)); err != nil {
					b.Fatal(err)
				}
			}
			tokens := bench.rows * (batch.Cols + batch.DecCols)
			b.ReportMetric(float64(tokens)*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
			b.ReportMetric(float64(tokens)*float64(b.N)/(cpuSeconds(b)-start), "tokens/cpu-s")
		})
	}
}

type benchShape struct {
	family, size string
	rows, cols   int
	every        string // "-all": an encoder predicts every token too
	precision    string // behind a slash
}

// benchShapes are small on a processor; on a GPU they fill it.
func benchShapes() (shapes []benchShape) {
	if device != "" && device != "cpu" {
		for _, p := range []string{"/float32", "/tf32", "/bf16"} {
			shapes = append(shapes, benchShape{"gpt2", "base", 32, 1024, "", p}, benchShape{"bert", "base", 64, 512, "", p}, benchShape{"t5", "base", 32, 512, "", p})
		}
		return shapes
	}
	for _, family := range trainer.Families() {
		small := benchShape{family, "small", 8, 256, "", ""}
		if (trainer.Config{Family: family}).Stacks() == trainer.EncoderDecoder {
			small.rows = 4
		}
		shapes = append(shapes, benchShape{family, "tiny", 16, 128, "", ""}, small)
		if small.every = "-all"; (trainer.Config{Family: family}).Stacks() == trainer.EncoderOnly {
			shapes = append(shapes, small)
		}
	}
	return shapes
}

// benchBatch predicts every token, or of an encoder every seventh; an
// encoder-decoder reads the columns and writes a quarter as many.
func benchBatch(c trainer.Config, bench benchShape) trainer.Batch {
	b := cyclic(c, bench.rows, bench.cols, 1)
	b.Mask = nil
	for i := range b.Labels {
		if b.Labels[i] = int32(3 + i*31%(c.Vocab-3)); c.Stacks() == trainer.EncoderOnly && bench.every == "" && i%7 > 0 {
			b.Labels[i] = trainer.Ignore
		}
	}
	if c.Stacks() == trainer.EncoderDecoder {
		n := bench.cols / 4
		b.DecCols, b.DecMask = n, nil
		b.Decoder, b.Labels = b.Decoder[:bench.rows*n], b.Labels[:bench.rows*n]
	}
	return b
}

// cpuSeconds is the processor time of the process so far.
func cpuSeconds(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// BenchmarkOperation is an operation on tensors of a few numbers with its gradient
// recorded, of which libtorch's own part is the same in PyTorch: bench/torch_ops.py.
func BenchmarkOperation(b *testing.B) {
	for name, do := range map[string]func(s *scope, x tensor) tensor{
		"add":       func(s *scope, x tensor) tensor { return s.add(x, x) },
		"view":      func(s *scope, x tensor) tensor { return s.view(x, 2, 8) },
		"transpose": func(s *scope, x tensor) tensor { return s.transpose(x, 0, 1) },
		"matmul":    func(s *scope, x tensor) tensor { return s.matmul(x, x) },
		"softmax":   func(s *scope, x tensor) tensor { return s.softmax(x) },
		"gelu":      func(s *scope, x tensor) tensor { return s.activate(x, "gelu") },
	} {
		b.Run(name, func(b *testing.B) {
			t := newThread()
			defer t.stop()
			err := t.do(func() error {
				s := newScope(-1)
				defer s.free()
				defer shim.SetGrad(shim.SetGrad(true))
				x := s.leaf(s.floats(filled(16, 1), 4, 4))
				for mark := s.enter(); b.Loop(); s.leave(mark, nil) {
					do(s, x)
				}
				return s.err
			})
			if err != nil {
				b.Fatal(err)
			}
		})
	}
}
