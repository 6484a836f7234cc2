package trainer

import (
	"math"

	"corpus"
)

// Schedule is the learning rate over the steps of a run: a linear rise to Peak
// over Warmup steps, then the decay of its Kind.
type Schedule struct {
	Kind   string  // "cosine", "linear", "constant", "inverse-sqrt"
	Peak   float64 // reached at step Warmup
	Floor  float64 // cosine and linear end here, at step Steps
	Warmup int64
	Steps  int64
}

// At is the rate of a step, from 1.
//
// cosine: SGDR without restarts (arXiv 1608.03983), as in nanoGPT train.py
// get_lr; linear: BERT optimization.py; inverse-sqrt: "Attention Is All You
// Need" §5.3 in fairseq's form, Peak × sqrt(Warmup / step).
func (s Schedule) At(step int64) float64 {
	if step < s.Warmup {
		return s.Peak * float64(step) / float64(s.Warmup)
	}
	done := 1.0
	if s.Steps > s.Warmup {
		done = min(1, float64(step-s.Warmup)/float64(s.Steps-s.Warmup))
	}
	switch s.Kind {
	case "cosine":
		return s.Floor + (s.Peak-s.Floor)*(1+math.Cos(math.Pi*done))/2
	case "linear":
		return s.Peak + (s.Floor-s.Peak)*done
	case "inverse-sqrt":
		return s.Peak * math.Sqrt(float64(max(1, s.Warmup))/float64(max(1, step)))
	}
	return s.Peak
}

func (s Schedule) validate() error {
	switch s.Kind {
	case "cosine", "linear", "constant", "inverse-sqrt":
	default:
		return corpus.Errorf(corpus.Usage, "unknown schedule %q; want cosine, linear, constant or inverse-sqrt", s.Kind)
	}
	if !(s.Peak > 0 && s.Peak <= 10) || !(s.Floor >= 0 && s.Floor <= s.Peak) || s.Warmup < 0 {
		return corpus.Errorf(corpus.Usage, "learning rate %v down to %v with %d warm-up steps makes no schedule", s.Peak, s.Floor, s.Warmup)
	}
	return nil
}
