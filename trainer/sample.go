package trainer

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"corpus"
)

// Sampling says how the next token is chosen from the logits. The zero value is
// greedy: the most likely token, the smaller id of equals.
type Sampling struct {
	Temperature float64 // divides the logits; 0 = greedy
	TopK        int     // only the k most likely tokens; 0 = all
	TopP        float64 // only the most likely tokens that together reach p; 0 = all
	Seed        uint64
}

func (s Sampling) validate() error {
	if !(s.Temperature >= 0 && s.Temperature <= 1e3) || s.TopK < 0 || !(s.TopP >= 0 && s.TopP <= 1) {
		return corpus.Errorf(corpus.Usage, "temperature %v, top-k %d, top-p %v: want 0 or more, 0 or more, and 0 to 1", s.Temperature, s.TopK, s.TopP)
	}
	return nil
}

// Candidate is a token and its probability.
type Candidate struct {
	ID int32
	P  float64
}

// choose draws a token. top-k cuts before top-p, and both before the draw (the
// nucleus of Holtzman et al., arXiv 1904.09751, keeps the token that crosses p).
func (s Sampling) choose(logits []float32, r *rand.Rand) int32 {
	if s.Temperature == 0 {
		return top(logits, 1, 1)[0].ID
	}
	k := len(logits)
	if s.TopK > 0 {
		k = min(k, s.TopK)
	}
	list := top(logits, k, s.Temperature)
	total := 0.0
	for i, c := range list {
		if total += c.P; s.TopP > 0 && total >= s.TopP {
			list = list[:i+1]
			break
		}
	}
	u := r.Float64() * total
	for _, c := range list {
		if u -= c.P; u < 0 {
			return c.ID
		}
	}
	return list[len(list)-1].ID
}

// top is the k most likely tokens with their softmax over those k, most likely
// first.
func top(logits []float32, k int, temperature float64) []Candidate {
	list := make([]Candidate, len(logits))
	for i, x := range logits {
		list[i] = Candidate{int32(i), float64(x)}
	}
	slices.SortFunc(list, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.P, a.P), cmp.Compare(a.ID, b.ID))
	})
	list = list[:k]
	sum, most := 0.0, list[0].P
	for i := range list {
		list[i].P = math.Exp((list[i].P - most) / temperature)
		sum += list[i].P
	}
	for i := range list {
		list[i].P /= sum
	}
	return list
}
