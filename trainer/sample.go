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
	k := len(logits)
	if s.Temperature == 0 {
		k = 1
	} else if s.TopK > 0 {
		k = min(k, s.TopK)
	}
	var list []Candidate
	if k == len(logits) && s.TopP == 0 {
		list = candidates(logits) // in any order
	} else {
		list = likeliest(logits, k, nil)
	}
	if k == 1 {
		return list[0].ID
	}
	softmax(list, s.Temperature)
	return draw(nucleus(list, s.TopP), r)
}

// nucleus is the shortest beginning of a list that reaches p; 0 = all of it.
func nucleus(list []Candidate, p float64) []Candidate {
	total := 0.0
	for i, c := range list {
		if total += c.P; p > 0 && total >= p {
			return list[:i+1]
		}
	}
	return list
}

func draw(list []Candidate, r *rand.Rand) int32 {
	total := 0.0
	for _, c := range list {
		total += c.P
	}
	u := r.Float64() * total
	for _, c := range list {
		if u -= c.P; u < 0 {
			return c.ID
		}
	}
	return list[len(list)-1].ID
}

// candidates are all tokens, in order, with their logits for P.
func candidates(logits []float32) []Candidate {
	list := make([]Candidate, len(logits))
	for i, x := range logits {
		list[i] = Candidate{int32(i), float64(x)}
	}
	return list
}

// likeliest are the k tokens of the largest logits (for P), largest first, of
// equals the smaller id. skip, unless nil, marks tokens to leave out. It sorts
// them all only when k is a good part of them.
func likeliest(logits []float32, k int, skip []bool) []Candidate {
	order := func(a, b Candidate) int { return cmp.Or(cmp.Compare(b.P, a.P), cmp.Compare(a.ID, b.ID)) }
	if skip == nil && 8*k >= len(logits) {
		list := candidates(logits)
		slices.SortFunc(list, order)
		return list[:min(k, len(list))]
	}
	var list []Candidate
	for i, x := range logits {
		c := Candidate{int32(i), float64(x)}
		if skip != nil && skip[i] || len(list) == k && order(list[k-1], c) < 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(list, c, order)
		list = slices.Insert(list, at, c)
		list = list[:min(k, len(list))]
	}
	return list
}

// softmax turns logits into probabilities over the list.
func softmax(list []Candidate, temperature float64) {
	most, sum := math.Inf(-1), 0.0
	for _, c := range list {
		most = max(most, c.P)
	}
	for i := range list {
		list[i].P = math.Exp((list[i].P - most) / temperature)
		sum += list[i].P
	}
	for i := range list {
		list[i].P /= sum
	}
}
