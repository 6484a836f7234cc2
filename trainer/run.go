package trainer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"time"

	"corpus"
	"corpus/internal/fsx"
)

// Job is one training run and where it lives.
type Job struct {
	FS      fsx.FS
	Dir     string // runs/NAME
	Spec    Spec   // resolved
	Config  Config // Spec.Architecture
	Special Special
	Data    DataInfo // what there is to read now; an older phase reads what it began with
	Env     Env
	// Files go into the run under their names when it begins, and into the
	// finished model folder: tokenizer.json and what belongs to it.
	Files map[string][]byte

	// Initial reads the weights that the run begins with; nil = Init draws them.
	Initial func() ([]Tensor, error)

	// Plan resolves the job's spec for a number of steps, where Spec.Budget decides
	// them and Spec is resolved for any; else nil.
	Plan    func(steps int64) (Spec, error)
	Planned func(Spec) // is told the spec of the steps decided on; may be nil

	// Open, Admit and Make are called in this order, once the run is locked and
	// found to have steps left.
	Open  func(DataInfo) (*Data, error) // opens the shards of a phase
	Admit func(Need) error              // refuses what has no room; may be nil
	Make  func() (Model, error)         // makes the model, which Run closes

	Holder   string           // names this process to those who find the run locked
	OnMetric func(Metric)     // called for each line of metrics.jsonl; may be nil
	Warn     func(string)     // called for each warning; may be nil
	Now      func() time.Time // for what metrics tell of time alone; nil = time.Now
	Memory   func() int64     // bytes in use, for metrics; may be nil
	Peak     func() float64   // operations a second that the device can do, for metrics; may be nil, and 0 = not known
}

// Data is an open set of shards.
type Data struct {
	Train []Source
	Valid Tokens // nil = no evaluation
	io.Closer

	ValidBytes int64    // of the text of Valid; 0 = not known
	Sources    []Source // parts of Valid by where they come from, whose losses are told apart; weights do not matter
	Languages  []Source // the same by language
}

// Result is how a run ended.
type Result struct {
	Step    int64 // updates done
	Resumed int64 // step it was resumed from; 0 = from the start
	Done    bool  // all steps are done and the model folder is written
	Loss    float64
	Valid   *float64 // last validation loss; that of the last step is over the whole set
	Unigram *float64 // of the same set, when all steps are done
	Best    *Best
	Data    DataInfo // of the newest phase
}

// Run trains until the last step, resuming from the newest checkpoint of the
// run's directory. When ctx is cancelled it finishes the step it is at, saves,
// and returns an error that wraps the cause. Weights, optimizer and metrics
// (but for time) do not depend on how often the run was stopped or killed.
//
// A phase reads the shards that it began with; a run that has all its steps is
// left as it is, whatever came since. A Spec with more steps adds a new phase,
// over all the shards there are then.
func Run(ctx context.Context, j Job) (Result, error) {
	r := &run{Job: j, asked: j.Spec}
	if r.Now == nil {
		r.Now = time.Now
	}
	r.began = r.Now()
	err := r.locked(func() error {
		if err := r.begin(); err != nil {
			return err
		}
		return errors.Join(r.loop(ctx), r.close())
	})
	if err != nil {
		err = fmt.Errorf("train %s: %w", path.Base(j.Dir), err)
	}
	r.result.Step, r.result.Best, r.result.Unigram = r.done, r.best, r.unigram
	return r.result, err
}

// run is the state of Run.
type run struct {
	Job
	asked Spec // the job's; Spec is that of the phase
	info  *RunInfo
	phase *Phase // under way; nil = none yet

	model        Model
	state        []Tensor // of the newest checkpoint, until the model has it
	data         *Data
	train, valid *Dataset
	feed         *Feed // of train
	metrics      *metricsLog

	done               int64 // last step whose update is in the model
	saved              int64 // step of the newest checkpoint
	bad                int   // skipped updates in a row
	recent             Recent
	scale              LossScale
	best               *Best
	unigram            *float64
	sources, languages []group
	peak, rowFlops     float64
	began              time.Time

	busy    time.Duration // training time since the last metric
	flops   float64       // of the same updates
	counted int64         // tokens since the last metric
	tokens  int64         // tokens so far
	result  Result
}

// locked does work under the run's lock, which comes before anything slow.
func (r *run) locked(work func() error) error {
	if err := r.FS.MkdirAll(path.Join(r.Dir, checkpointDir)); err != nil {
		return err
	}
	lock, err := r.FS.Lock(path.Join(r.Dir, ".lock"), r.Holder)
	if err != nil {
		return err
	}
	return errors.Join(work(), lock.Close())
}

// begin finds out how far the run is and what is left to do.
func (r *run) begin() error {
	if err := removeTemps(r.FS, path.Join(r.Dir, checkpointDir)); err != nil {
		return err
	}
	old, err := readRunIfAny(r.FS, r.Dir)
	if err != nil {
		return err
	}
	if old != nil && r.Plan != nil {
		if err := r.planned(old); err != nil {
			return err
		}
	}
	if r.info, err = planRun(old, r.Job); err != nil {
		return err
	}
	r.result.Data = r.info.last().Data
	return r.resume()
}

// resume reads the newest checkpoint, or takes the initial weights where there is
// none.
func (r *run) resume() error {
	steps, err := checkpointSteps(r.FS, r.Dir)
	if err != nil {
		return err
	}
	if steps, err = r.removeOvertaken(steps); err != nil {
		return err
	}
	if len(steps) == 0 {
		r.done, r.saved, r.bad, r.best, r.unigram = 0, 0, 0, nil, nil
		r.tokens, r.recent, r.scale, r.result.Valid = 0, Recent{}, newLossScale(r.Spec.Precision), nil
		if r.Initial == nil {
			r.state = Init(r.Config, r.Spec.Seed)
			return nil
		}
		r.state, err = r.Initial()
		return err
	}
	newest := steps[len(steps)-1]
	c, tensors, err := readCheckpoint(r.FS, path.Join(r.Dir, checkpointDir, stepName(newest)))
	if err != nil {
		return err
	}
	if p := r.info.phaseOf(newest); c.Step != newest || p == nil || c.Run != p.Identity {
		return &corpus.Error{
			Class: corpus.Usage, What: "belongs to another run than is asked for", Path: path.Join(r.Dir, checkpointDir, stepName(newest)),
			Offset: -1, Next: "use another --run name, or ask for what it was begun with",
		}
	}
	r.state, r.done, r.saved, r.bad, r.best, r.unigram = tensors, c.Step, c.Step, c.Bad, c.Best, c.Unigram
	r.tokens, r.recent, r.scale = c.Tokens, c.Recent, c.LossScale
	r.result.Resumed, r.result.Valid = c.Step, c.Valid
	if r.Warn != nil && r.done < r.info.last().Spec.Steps {
		for _, w := range c.Env.warnings(r.Env) {
			r.Warn(w)
		}
	}
	return nil
}

func (r *run) loop(ctx context.Context) error {
	for r.done < r.info.last().Spec.Steps {
		if err := r.enter(r.info.phaseOf(r.done + 1)); err != nil {
			return err
		}
		if err := r.steps(ctx); err != nil {
			return err
		}
	}
	return r.finish()
}

// enter makes ready for a phase: its data, and once the model.
func (r *run) enter(p *Phase) error {
	r.phase, r.Spec = p, p.Spec
	r.Spec.Keep, r.Spec.SaveEvery = r.asked.Keep, r.asked.SaveEvery // which the run may change
	r.begins()
	if err := r.openData(); err != nil {
		return err
	}
	if r.model != nil {
		return nil
	}
	if err := r.makeModel(); err != nil {
		return err
	}
	if r.Plan != nil {
		if err := r.decide(); err != nil {
			return err
		}
	}
	err := r.record()
	if err == nil {
		err = r.model.Load(r.state)
	}
	r.state = nil
	if err == nil {
		err = r.openMetrics()
	}
	return err
}

// begins forgets at the beginning of a phase what was of other data.
func (r *run) begins() {
	if r.done == r.phase.From {
		r.best, r.unigram, r.result.Valid, r.recent = nil, nil, nil, Recent{}
	}
}

func (r *run) openMetrics() (err error) {
	if r.metrics, err = openMetrics(r.FS, r.Dir, r.done); err != nil {
		return err
	}
	return r.tellRollbacks()
}

func (r *run) openData() (err error) {
	if err := r.closeData(); err != nil {
		return err
	}
	if r.data, err = r.Open(r.phase.Data); err != nil {
		return err
	}
	if r.train, err = r.info.Training(r.phase, r.data.Train); err != nil {
		return err
	}
	if r.data.Valid != nil {
		if r.valid, err = NewValidation(r.Spec, r.Special, r.Config.Vocab, r.data.Valid); err != nil {
			return err
		}
		if r.sources, err = r.groups(r.data.Sources); err != nil {
			return err
		}
		if r.languages, err = r.groups(r.data.Languages); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) makeModel() (err error) {
	if r.Admit != nil {
		steps, err := checkpointSteps(r.FS, r.Dir)
		if err != nil {
			return err
		}
		if err := r.Admit(need(r.Spec, r.Config, r.train.obj, len(steps))); err != nil {
			return err
		}
	}
	if r.model, err = r.Make(); err != nil {
		return err
	}
	if r.Peak != nil {
		r.peak = r.Peak()
	}
	cols, decCols := r.train.obj.Shape()
	r.rowFlops = Flops(r.Config, cols, decCols, predicted(r.Spec, cols, decCols))
	return nil
}

// record writes run.json where it is new or has a new phase, behind the files
// that the run may need before it is finished.
func (r *run) record() error {
	if r.info.Hash != "" { // as it was read
		return nil
	}
	for _, name := range sortedNames(r.Files) {
		if err := fsx.WriteFile(r.FS, path.Join(r.Dir, name), r.Files[name]); err != nil {
			return err
		}
	}
	b, err := sealJSON(r.info)
	if err != nil {
		return err
	}
	return fsx.WriteFile(r.FS, path.Join(r.Dir, runFile), b)
}

// finish writes the model folder, if the result is one to keep.
func (r *run) finish() (err error) {
	if r.model != nil {
		if r.state, err = r.model.State(); err != nil {
			return err
		}
	}
	weights, _ := splitState(r.state)
	if err := r.gate(weights); err != nil {
		return err
	}
	if err := r.record(); err != nil {
		return err
	}
	if err := r.export(weights); err != nil {
		return fmt.Errorf("write the model folder: %w", err)
	}
	r.result.Done = true
	return prune(r.FS, r.Dir, r.due, r.asked.Keep, r.best)
}

// closeData closes what is open of a phase, readers before what they read.
func (r *run) closeData() error {
	if r.feed != nil {
		r.feed.Close()
		r.feed = nil
	}
	if r.data == nil || r.data.Closer == nil {
		return nil
	}
	err := r.data.Close()
	r.data, r.train, r.valid = nil, nil, nil
	return err
}

func (r *run) close() error {
	err := r.closeData()
	if r.metrics != nil {
		err = errors.Join(err, r.metrics.close())
	}
	if r.model != nil {
		err = errors.Join(err, r.model.Close())
	}
	return err
}
