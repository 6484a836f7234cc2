//go:build torch

package torch

import (
	"strings"
	"time"

	"corpus/trainer/torch/shim"
)

// gpuPeaks are dense operations a second by the data sheets of NVIDIA: in float32,
// TF32, and 16 bits with sums in float32.
var gpuPeaks = []struct {
	name                string
	float32, tf32, half float64
}{
	{"H200", 67e12, 495e12, 989e12},
	{"H100 PCIe", 51e12, 378e12, 756e12},
	{"H100", 67e12, 495e12, 989e12},
	{"A100", 19.5e12, 156e12, 312e12},
	{"L40S", 91.6e12, 183e12, 362e12},
	{"L4", 30.3e12, 60e12, 121e12},
	{"A10", 31.2e12, 62.5e12, 125e12},
	{"T4", 8.1e12, 8.1e12, 65e12},
	{"V100", 15.7e12, 15.7e12, 125e12},
}

// Peak is how many operations a second a device can do: what the data sheet of a
// known GPU says, else what a product of square matrices comes to, which takes a
// fraction of a second. 0 = not known.
func Peak(o Options) float64 {
	name := DeviceName(o.Device)
	for _, g := range gpuPeaks {
		if strings.Contains(name, g.name) {
			return map[string]float64{"": g.float32, "float32": g.float32, "tf32": g.tf32, "bf16": g.half, "fp16": g.half}[o.Precision]
		}
	}
	device, err := parseDevice(o.Device)
	if err != nil || device >= 0 {
		return 0
	}
	best := 0.0
	t := newThread()
	defer t.stop()
	_ = t.do(func() error { // a failure leaves it unknown
		if o.Threads > 0 {
			if err := shim.SetThreads(o.Threads); err != nil {
				return err
			}
		}
		s := newScope(-1)
		defer s.free()
		defer shim.SetGrad(shim.SetGrad(false))
		s.half = types16[o.Precision]
		for range 5 {
			best = max(best, product(s))
		}
		return s.err
	})
	return best
}

// product is the operations a second of one product of matrices.
func product(s *scope) float64 {
	const n = 1024
	a, b := s.zeros(n, n), s.zeros(n, n)
	began := time.Now()
	s.cast(func() tensor { return s.matmul(a, b) })
	took := time.Since(began).Seconds()
	s.leave(0, nil)
	return 2 * n * n * n / took
}
