package trainer

import (
	"math"

	"corpus"
)

// Schedule is the learning rate over the steps of a run: a linear rise to Peak
// over Warmup steps, then the decay of its Kind.
type Schedule struct {
	Kind   string  // "cosine", "linear", "constant", "inverse-sqrt", "wsd"
	Peak   float64 // reached at step Warmup
	Floor  float64 // cosine, linear and wsd end here, at step Steps
	Warmup int64
	Steps  int64
	Decay  int64 // wsd: the last steps, over which it falls
}

// At is the rate of a step, from 1.
//
// cosine: SGDR without restarts (arXiv 1608.03983), as in nanoGPT train.py
// get_lr; linear: BERT optimization.py; inverse-sqrt: "Attention Is All You
// Need" §5.3 in fairseq's form, Peak × sqrt(Warmup / step); wsd: warm-up, stable,
// decay (MiniCPM, arXiv 2404.06395), which falls as 1 - sqrt over the last Decay
// steps (arXiv 2405.18392 §3.2).
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
	case "wsd":
		fell := min(1, max(0, float64(step-s.Steps+s.Decay)/float64(max(1, s.Decay))))
		return s.Peak + (s.Floor-s.Peak)*math.Sqrt(fell)
	case "inverse-sqrt":
		return s.Peak * math.Sqrt(float64(max(1, s.Warmup))/float64(max(1, step)))
	}
	return s.Peak
}

func (s Schedule) validate() error {
	switch s.Kind {
	case "cosine", "linear", "constant", "inverse-sqrt", "wsd":
	default:
		return corpus.Errorf(corpus.Usage, "unknown schedule %q; want cosine, linear, constant, inverse-sqrt or wsd", s.Kind)
	}
	if s.Decay != 0 && (s.Kind != "wsd" || s.Decay < 0) {
		return corpus.Errorf(corpus.Usage, "%d steps of decay are for schedule wsd, not %s", s.Decay, s.Kind)
	}
	if !(s.Peak > 0 && s.Peak <= 10) || !(s.Floor >= 0 && s.Floor <= s.Peak) || s.Warmup < 0 {
		return corpus.Errorf(corpus.Usage, "learning rate %v down to %v with %d warm-up steps makes no schedule", s.Peak, s.Floor, s.Warmup)
	}
	return nil
}
