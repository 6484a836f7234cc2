package trainer

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
