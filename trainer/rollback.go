package trainer

import (
	"fmt"
	"math"
	"path"
	"slices"
	"strings"
)

// maxTries is how often a run goes back because of one stretch of its steps.
const maxTries = 3

// Rollback is a return to a checkpoint, and past the rows that were read since,
// because updates were skipped one after another (as PaLM was trained, arXiv
// 2204.02311 §5.1). It is recorded in run.json before anything else is done, so that
// a run which is killed goes on as it would have.
type Rollback struct {
	From  int64 `json:"from"`  // last step done
	To    int64 `json:"to"`    // step gone back to; 0 = the first weights
	Place int64 `json:"place"` // step To+1 reads the rows that this step of the phase would have read, from 0
	Try   int   `json:"try"`   // from 1; at one stretch of steps

	Documents []Document `json:"documents"` // of the batches that were skipped and the one before, at most 64
	Others    int        `json:"others,omitempty"`
}

// place is which rows a step reads: a number of steps of the phase, but for those
// whose rows were left behind.
func (r *RunInfo) place(p *Phase, step int64) int64 {
	for _, b := range slices.Backward(r.Rollbacks) {
		if b.To >= p.From && b.To < step {
			return b.Place + step - 1 - b.To
		}
	}
	return step - 1 - p.From
}

func (r *run) place(step int64) int64 { return r.info.place(r.phase, step) }

// goBack returns to the last good checkpoint, or to one before where that did not
// help, and reads on behind the rows of the step it was at.
func (r *run) goBack(s Stats) error {
	b := Rollback{From: r.done, Place: r.place(r.done) + 1, Try: 1}
	furthest, before := int64(math.MinInt64), r.done+1
	for _, old := range r.info.Rollbacks {
		if old.To < r.phase.From {
			continue
		}
		if furthest = max(furthest, old.From+spikeWindow); r.done <= furthest {
			b.Try, before = old.Try+1, old.To
		}
	}
	to, err := r.goodStep(before)
	if err != nil {
		return err
	}
	if b.To = to; to < 0 || b.Try > maxTries {
		return refused(&Diverged{Step: r.done, Bad: r.bad, Loss: s.Loss, Norm: s.Norm, Back: b.Try - 1})
	}
	if b.Documents, b.Others, err = r.documents(r.done, r.bad+1); err != nil { // the update before the first may be to blame
		return err
	}
	r.warn("%d updates in a row were skipped up to step %d: going back to step %d, and on behind what was read", r.bad, r.done, to)
	r.info.Rollbacks, r.info.Hash = append(r.info.Rollbacks, b), ""
	if err := r.record(); err != nil {
		return err
	}
	return r.again()
}

// goodStep is the newest step before another that the run can go back to within
// its phase; -1 = none.
func (r *run) goodStep(before int64) (int64, error) {
	steps, err := checkpointSteps(r.FS, r.Dir)
	if err != nil {
		return 0, err
	}
	for _, step := range slices.Backward(steps) {
		if step >= before || step < r.phase.From || !r.due(step) { // where a run was stopped changes nothing
			continue
		}
		c, err := readState(r.FS, path.Join(r.Dir, checkpointDir, stepName(step)))
		if err != nil {
			return 0, err
		}
		if c.Bad == 0 {
			return step, nil
		}
	}
	if before > 0 && r.phase.From == 0 {
		return 0, nil
	}
	return -1, nil
}

// again takes the run up from where it is recorded to be.
func (r *run) again() error {
	resumed := r.result.Resumed
	if err := r.resume(); err != nil {
		return err
	}
	r.result.Resumed = resumed
	r.begins()
	if err := r.model.Load(r.state); err != nil {
		return err
	}
	r.state = nil
	if err := r.metrics.close(); err != nil {
		return err
	}
	return r.openMetrics()
}

// removeOvertaken removes the checkpoints of steps behind which the run went back.
func (r *run) removeOvertaken(steps []int64) (left []int64, err error) {
	if len(r.info.Rollbacks) == 0 {
		return steps, nil
	}
	for _, step := range steps {
		c, err := readState(r.FS, path.Join(r.Dir, checkpointDir, stepName(step)))
		if err != nil {
			return nil, err
		}
		gone := slices.ContainsFunc(r.info.Rollbacks[min(c.Rollbacks, len(r.info.Rollbacks)):], func(b Rollback) bool { return step > b.To })
		if !gone {
			left = append(left, step)
			continue
		}
		if err := dropCheckpoint(r.FS, path.Join(r.Dir, checkpointDir), step); err != nil {
			return nil, err
		}
	}
	return left, removeTemps(r.FS, path.Join(r.Dir, checkpointDir))
}

// tellRollbacks writes the returns to the step that the run is at.
func (r *run) tellRollbacks() error {
	for _, b := range r.info.Rollbacks {
		if b.To != r.done {
			continue
		}
		m := Metric{Step: r.done, Tokens: r.tokens, Rollback: &b}
		if r.OnMetric != nil {
			r.OnMetric(m)
		}
		if err := r.metrics.write(m); err != nil {
			return err
		}
	}
	return nil
}

// documents are those of the last steps up to one.
func (r *run) documents(last int64, steps int) ([]Document, int, error) {
	rows, first := r.reading().Global, max(0, r.place(last)-int64(steps)+1)
	return r.train.Documents(first*int64(rows), int(r.place(last)+1-first)*rows, maxNamed)
}

// warnSkipped names the documents of a batch on stderr.
func (r *run) warnSkipped(m Metric) {
	const some = 8
	var names []string
	for _, d := range m.Documents[:min(some, len(m.Documents))] {
		names = append(names, d.ID+" of "+d.Source)
	}
	if more := len(m.Documents) + m.Others - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more (%s)", more, metricsFile))
	}
	r.warn("the update of step %d was skipped: %s; its documents: %s", m.Step, m.Skipped, strings.Join(names, ", "))
}

func (r *run) warn(format string, args ...any) {
	if r.Warn != nil {
		r.Warn(fmt.Sprintf(format, args...))
	}
}
