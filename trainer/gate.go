package trainer

import (
	"fmt"
	"math"

	"corpus"
)

// Diverged is the error of a run whose updates are skipped one after another.
// Its class is corpus.Refused.
type Diverged struct {
	Step int64
	Bad  int // skipped updates in a row
	Loss float64
	Norm float64
	Back int // times that the run went back before, in vain
}

func (d *Diverged) Error() string {
	return fmt.Sprintf("training diverged: %d updates in a row were skipped up to step %d (loss %v, gradient norm %v), and it has gone back %d times in vain",
		d.Bad, d.Step, d.Loss, d.Norm, d.Back)
}

func refused(why error) error {
	return &corpus.Error{
		Class: corpus.Refused, What: "the run was stopped", Offset: -1, Err: why,
		Next: "start a new run with a lower --lr or a longer --warmup; the checkpoints of this one are kept",
	}
}

// gate refuses to call a run done whose last updates were skipped, whose last
// validation loss is no number, or whose weights are none.
func (r *run) gate(weights []Tensor) error {
	if r.bad > 0 {
		return refused(fmt.Errorf("the last %d updates were skipped", r.bad))
	}
	if r.unigram != nil && r.result.Valid == nil {
		return refused(fmt.Errorf("the validation loss after step %d is not a finite number", r.done))
	}
	for _, t := range weights {
		for i, x := range t.Data {
			if finite(float64(x)) == nil {
				return refused(fmt.Errorf("weight %d of %s is %v after step %d", i, t.Name, x, r.done))
			}
		}
	}
	return nil
}

// finite is nil for what is no number, which JSON cannot write.
func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
