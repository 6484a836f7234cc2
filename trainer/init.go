package trainer

import "math"

// Init draws the initial weights of a model. Every tensor has a random stream of
// its own, from the seed and its name, so that a change of one layer leaves the
// others as they were.
func Init(c Config, seed uint64) []Tensor {
	list := Params(c)
	out := make([]Tensor, len(list))
	for i, p := range list {
		out[i] = Tensor{Name: p.Name, Shape: p.Shape, Data: p.values(seed)}
	}
	return out
}

func (p Param) values(seed uint64) []float32 {
	data := make([]float32, p.Size())
	if p.Init.Sinusoid {
		sinusoids(data, p.Shape[1], p.Init.Std)
		return data
	}
	r := stream(domainInit, seed, word(p.Name))
	for i := range data {
		v := p.Init.Mean
		if p.Init.Std > 0 {
			v += p.Init.Std * r.NormFloat64()
		}
		data[i] = float32(v)
	}
	return data
}

// sinusoids fills a table of positions, width numbers each: sine and cosine in
// turn, of wave lengths from 2π to 20,000π.
func sinusoids(table []float32, width int, rms float64) {
	for i := range table {
		position, k := i/width, i%width
		angle := float64(position) / math.Pow(10_000, float64(k/2*2)/float64(width))
		wave := math.Sin(angle)
		if k%2 == 1 {
			wave = math.Cos(angle)
		}
		table[i] = float32(math.Sqrt2 * rms * wave)
	}
}
