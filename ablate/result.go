package ablate

import "math"

// Score is how well a model predicts text.
type Score struct {
	Nats   float64 `json:"nats"`   // negative log-likelihood of all tokens
	Tokens int64   `json:"tokens"` // predicted
	Bytes  int64   `json:"bytes"`  // of the text
}

// BitsPerByte does not depend on the tokenizer, as perplexity does.
func (s Score) BitsPerByte() float64 { return s.Nats / math.Ln2 / float64(s.Bytes) }

// Arm is the models that learnt from one selection.
type Arm struct {
	Name   string  `json:"arm"`
	Docs   int64   `json:"docs"`   // selected
	Bytes  int64   `json:"bytes"`  // of them
	Tokens int64   `json:"tokens"` // of them, with an end each
	Epochs float64 `json:"epochs"` // tokens trained on / Tokens

	BitsPerByte []float64 `json:"bits_per_byte"` // by seed
	Mean        float64   `json:"mean"`
	// Against the baseline: Change is of the mean, as a share of the baseline's;
	// Changes are those of each seed; Lower is in how many seeds it is less.
	Change  float64   `json:"change"`
	Changes []float64 `json:"changes"`
	Lower   int       `json:"lower"`
}

// Compare fills in what follows from the bits per byte. Seeds are compared with
// themselves: the same seed gives the same first weights.
func Compare(arms []Arm, baseline int) {
	for i := range arms {
		arms[i].Mean = mean(arms[i].BitsPerByte)
	}
	base := arms[baseline]
	for i := range arms {
		a := &arms[i]
		a.Change, a.Changes, a.Lower = a.Mean/base.Mean-1, nil, 0
		for seed, bits := range a.BitsPerByte {
			a.Changes = append(a.Changes, bits/base.BitsPerByte[seed]-1)
			if bits < base.BitsPerByte[seed] {
				a.Lower++
			}
		}
	}
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}
