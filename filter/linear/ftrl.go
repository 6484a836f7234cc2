package linear

import "math"

// ftrl is FTRL-Proximal. Products are converted before they are added, so that
// no compiler fuses the two and every architecture rounds alike.
type ftrl struct {
	o    Options
	z, n []float64 // by bucket; the last is the bias, which no penalty holds back
	kept []uint32  // buckets of the example at hand
	w    []float64 // and their weights
}

// beta is β of FTRL: McMahan et al. find 1 good enough for all.
const beta = 1

func newFTRL(o Options) *ftrl {
	size := 1<<o.Bits + 1
	return &ftrl{o: o, z: make([]float64, size), n: make([]float64, size)}
}

// learn takes one step for one example.
func (f *ftrl) learn(e *example, epoch int) {
	f.drop(e, epoch)
	value := f.o.shape().value(e.n)
	bias := uint32(len(f.z) - 1)
	f.w = f.w[:0]
	sum := 0.0
	for _, b := range f.kept {
		w := f.weight(b)
		f.w = append(f.w, w)
		sum += w
	}
	wBias := f.weight(bias)
	p := logistic(wBias + float64(sum*value))
	g := (p - float64(class(e.label))) * e.weight
	for i, b := range f.kept {
		f.step(b, f.w[i], g*value)
	}
	f.step(bias, wBias, g)
}

// drop sets kept to the buckets of e but a share of them.
func (f *ftrl) drop(e *example, epoch int) {
	f.kept = f.kept[:0]
	limit := uint64(f.o.Dropout * (1 << 32))
	for i, b := range e.buckets {
		if limit == 0 || mix(e.key+uint64(epoch)*fnvPrime+uint64(i)<<32)>>32 >= limit {
			f.kept = append(f.kept, b)
		}
	}
}

// weight is the weight of bucket b, lazily of z and n.
func (f *ftrl) weight(b uint32) float64 {
	l1, l2 := f.o.L1, f.o.L2
	if int(b) == len(f.z)-1 {
		l1, l2 = 0, 0
	}
	z := f.z[b]
	if math.Abs(z) <= l1 {
		return 0
	}
	return -(z - math.Copysign(l1, z)) / ((beta+math.Sqrt(f.n[b]))/f.o.Rate + l2)
}

// step moves bucket b, whose weight is w, by gradient g.
func (f *ftrl) step(b uint32, w, g float64) {
	g2 := float64(g * g)
	sigma := (math.Sqrt(f.n[b]+g2) - math.Sqrt(f.n[b])) / f.o.Rate
	f.z[b] += g - float64(sigma*w)
	f.n[b] += g2
}

// model is the weights as they are now, in steps of the 32767th of the largest.
func (f *ftrl) model() *Model {
	size := len(f.z) - 1
	m := &Model{shape: f.o.shape(), kind: f.o.Kind, weights: make([]int16, size), bias: f.weight(uint32(size)), slope: 1}
	most := 0.0
	for b := range size {
		most = max(most, math.Abs(f.weight(uint32(b))))
	}
	if most == 0 {
		return m
	}
	m.unit = most / math.MaxInt16
	for b := range m.weights {
		m.weights[b] = int16(math.Round(f.weight(uint32(b)) / m.unit))
	}
	return m
}
