package trainer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"corpus"
)

// A budget of time is turned into a number of steps once, before the first: updates
// are timed and thrown away, and the number is recorded in run.json. From there on
// the run is one of so many steps, however fast it turns out to be.

// Decision is how the steps of a run with a budget came about, in seconds.
type Decision struct {
	Spent      float64 `json:"spent"`      // before the first update, on this measurement too
	Update     float64 `json:"update"`     // of each
	Evaluation float64 `json:"evaluation"` // of each but the last
	Last       float64 `json:"last"`       // evaluation, of the whole set
	Checkpoint float64 `json:"checkpoint"` // of each, but for what the disk takes
	Measured   int     `json:"measured"`   // updates
}

const (
	minMeasured = 10  // updates timed at least
	maxMeasured = 500 // and at most
	warmUp      = 3   // updates before, in which memory is got
	measuring   = 20 * time.Second
	margin      = 0.02 // of the budget is left over
	minSteps    = 20   // a budget that has no room for them is refused
)

// planned makes the job one of the steps that were decided on when the run began.
func (r *run) planned(old *RunInfo) error {
	for _, p := range old.Phases {
		if p.Spec.Budget == r.Spec.Budget {
			return r.plan(p.Spec.Steps)
		}
	}
	return &corpus.Error{
		Class: corpus.Usage, What: "this run was begun with another budget or none", Path: runFile, Offset: -1,
		Next: fmt.Sprintf("ask for more than the %d steps that it has, or give the new run another --run name", old.last().Spec.Steps),
	}
}

// plan sets the steps of the job.
func (r *run) plan(steps int64) (err error) {
	r.Spec, err = r.Plan(steps)
	r.asked, r.Plan = r.Spec, nil
	if err == nil && r.Planned != nil {
		r.Planned(r.Spec)
	}
	return err
}

// decide turns the budget into steps, with the model and the data of the run that is
// to begin, and plans it anew.
func (r *run) decide() error {
	if err := r.model.Load(r.state); err != nil {
		return err
	}
	d, err := r.measure()
	if err != nil {
		return fmt.Errorf("measure the speed: %w", err)
	}
	budget := float64(r.Spec.Budget)
	n, err := d.steps(budget*(1-margin), r.Plan)
	if err != nil {
		return err
	}
	if n < minSteps {
		return corpus.Errorf(corpus.Usage, "a budget of %v has room for %d updates, want at least %d: %.1f s go by before the first, %.3g s with each, %.3g s with the last evaluation",
			time.Duration(budget)*time.Second, max(0, n), minSteps, d.Spent, d.Update, d.Last)
	}
	if err := r.plan(n); err != nil {
		return err
	}
	if r.info, err = newRunInfo(r.Job); err != nil {
		return err
	}
	r.phase = r.info.phaseOf(1)
	r.phase.Decision, r.Spec = d, r.phase.Spec
	return nil
}

// steps is how many updates fit, with evaluations and checkpoints at the intervals of
// so many.
func (d *Decision) steps(seconds float64, plan func(int64) (Spec, error)) (int64, error) {
	left, each := seconds-d.Spent-d.Last, d.Update
	n := left / each
	for range 3 { // intervals follow from steps, steps from what they take
		if n < 1 {
			return 0, nil
		}
		s, err := plan(int64(n))
		if err != nil {
			return 0, err
		}
		each = d.Update + d.Evaluation/float64(s.EvalEvery) + d.Checkpoint/float64(s.SaveEvery)
		n = left / each
	}
	return int64(n), nil
}

// measure times what a run does.
func (r *run) measure() (d *Decision, err error) {
	d = &Decision{}
	if d.Update, d.Measured, err = r.timeUpdates(min(measuring, time.Duration(r.Spec.Budget)*time.Second/50)); err != nil {
		return nil, err
	}
	if r.valid != nil {
		if d.Evaluation, err = r.took(func() error { return r.evaluate(context.Background(), false, &Metric{}) }); err != nil {
			return nil, err
		}
		d.Last = d.Evaluation * max(1, float64(r.valid.Len())/float64(r.Spec.EvalBatches*r.Spec.Batch))
		r.best, r.result.Valid = nil, nil
	}
	// written, read back and hashed
	d.Checkpoint, err = r.took(func() error {
		state, err := r.model.State()
		return errors.Join(err, WriteSafetensors(io.Discard, state), WriteSafetensors(io.Discard, state))
	})
	d.Spent = r.Now().Sub(r.began).Seconds()
	return d, err
}

// timeUpdates is the mean time of an update, over so much time.
func (r *run) timeUpdates(enough time.Duration) (seconds float64, n int, err error) {
	feed := NewFeed(r.train, r.reading(), 0)
	defer feed.Close()
	var began time.Time
	for n = -warmUp; n < maxMeasured && (n < minMeasured || r.Now().Sub(began) < enough); n++ {
		if n == 0 {
			began = r.Now()
		}
		micro, err := feed.Next()
		if err != nil {
			return 0, 0, err
		}
		if _, err := r.model.Step(micro, r.Spec.hyper(1, r.phase.rate(1))); err != nil {
			return 0, 0, err
		}
	}
	return r.Now().Sub(began).Seconds() / float64(n), n, nil
}

func (r *run) took(work func() error) (float64, error) {
	began := r.Now()
	err := work()
	return r.Now().Sub(began).Seconds(), err
}
