package trainer

import (
	"fmt"
	"math"
)

// spikeWindow is how many updates a spike is told from: the rule and the number are
// OLMo's (OLMo-core skip_step_optimizer.py; arXiv 2501.00656 §3.2).
const spikeWindow = 128

// leastSpike is how many times the mean a gradient norm must be besides: OLMo's
// batches are millions of tokens, and norms of small ones have heavy tails, in which
// six deviations are met by chance.
const leastSpike = 3

// Recent is the losses and gradient norms of the last updates, oldest first. One
// beyond its limit is held as the limit: a level that stays is learnt slowly, and a
// run that has diverged does not pass for normal.
type Recent struct {
	Loss []float64 `json:"loss,omitempty"`
	Norm []float64 `json:"norm,omitempty"`
}

// limits are what the next loss and norm must not exceed: the mean of the last and
// sigma standard deviations. 0 = none, while the window is not half full.
func (r *Recent) limits(sigma float64) (loss, norm float64) {
	if sigma <= 0 {
		return 0, 0
	}
	return limit(r.Loss, sigma, 1), limit(r.Norm, sigma, leastSpike)
}

// limit is at least so many times the mean.
func limit(last []float64, sigma, times float64) float64 {
	if len(last) < spikeWindow/2 {
		return 0
	}
	var sum, squares float64
	for _, v := range last {
		sum += v
	}
	mean := sum / float64(len(last))
	for _, v := range last {
		squares += (v - mean) * (v - mean)
	}
	return max(times*mean, mean+sigma*math.Sqrt(squares/float64(len(last)-1)))
}

// add notes an update, done or skipped.
func (r *Recent) add(s Stats, h Hyper) {
	r.Loss, r.Norm = note(r.Loss, s.Loss, h.MaxLoss), note(r.Norm, s.Norm, h.MaxNorm)
}

func note(last []float64, v, limit float64) []float64 {
	if finite(v) == nil {
		return last
	}
	if limit > 0 {
		v = min(v, limit)
	}
	if len(last) == spikeWindow {
		last = last[1:]
	}
	return append(last, v)
}

// tighter is the lower of two limits, of which 0 is none.
func tighter(a, b float64) float64 {
	if a <= 0 || b > 0 && b < a {
		return b
	}
	return a
}

// whySkipped says what was wrong with an update.
func whySkipped(s Stats, h Hyper) string {
	for _, x := range []struct {
		name     string
		v, limit float64
	}{{"loss", s.Loss, h.MaxLoss}, {"gradient norm", s.Norm, h.MaxNorm}} {
		if finite(x.v) == nil {
			return fmt.Sprintf("its %s is %v", x.name, x.v)
		}
		if x.limit > 0 && x.v > x.limit {
			return fmt.Sprintf("its %s of %.4g is beyond %.4g", x.name, x.v, x.limit)
		}
	}
	return "nothing was to be predicted"
}
