package trainer

import (
	"context"
	"errors"
	"fmt"
	"math"
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
	Data    DataInfo
	Train   Tokens
	Valid   Tokens // nil = no evaluation
	Model   Model
	Env     Env
	// Files go into the finished model folder under their names: tokenizer.json
	// and what belongs to it.
	Files map[string][]byte

	OnMetric func(Metric)     // called for each line of metrics.jsonl; may be nil
	Warn     func(string)     // called for each warning; may be nil
	Now      func() time.Time // for tokens_per_second alone; nil = time.Now
}

// Result is how a run ended.
type Result struct {
	Step    int64 // updates done
	Resumed int64 // step it was resumed from; 0 = from the start
	Done    bool  // all steps are done and the model folder is written
	Loss    float64
	Valid   *float64 // last validation loss of this process
	Best    *Best
}

// Diverged is the error of a run whose updates are skipped one after another.
// Its class is corpus.Refused.
type Diverged struct {
	Step int64
	Bad  int // skipped updates in a row
	Loss float64
	Norm float64
}

func (d *Diverged) Error() string {
	return fmt.Sprintf("training diverged: %d updates in a row were skipped up to step %d (loss %v, gradient norm %v)", d.Bad, d.Step, d.Loss, d.Norm)
}

// Run trains until the last step, resuming from the newest checkpoint of the
// run's directory. When ctx is cancelled it finishes the step it is at, saves,
// and returns an error that wraps the cause. Weights, optimizer and metrics
// (but for time) do not depend on how often the run was stopped or killed.
func Run(ctx context.Context, j Job) (Result, error) {
	r, err := begin(j)
	if err != nil {
		return Result{}, fmt.Errorf("train %s: %w", path.Base(j.Dir), err)
	}
	err = errors.Join(r.loop(ctx), r.metrics.close(), r.lock.Close())
	if err != nil {
		err = fmt.Errorf("train %s: %w", path.Base(j.Dir), err)
	}
	r.result.Step, r.result.Best = r.done, r.best
	return r.result, err
}

// run is the state of Run.
type run struct {
	Job
	info         *RunInfo
	train, valid *Dataset
	metrics      *metricsLog
	lock         interface{ Close() error }

	done    int64 // last step whose update is in the model
	saved   int64 // step of the newest checkpoint
	bad     int
	best    *Best
	busy    time.Duration // training time since the last metric
	counted int64         // tokens since the last metric
	result  Result
}

func begin(j Job) (_ *run, err error) {
	r := &run{Job: j}
	if r.Now == nil {
		r.Now = time.Now
	}
	if r.info, err = newRunInfo(j); err != nil {
		return nil, err
	}
	if err := r.openData(); err != nil {
		return nil, err
	}
	if err := r.FS.MkdirAll(path.Join(r.Dir, checkpointDir)); err != nil {
		return nil, err
	}
	if r.lock, err = r.FS.Lock(path.Join(r.Dir, ".lock"), "corpus train "+path.Base(r.Dir)); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.lock.Close())
		}
	}()
	if err := beginRun(r.FS, r.Dir, r.info); err != nil {
		return nil, err
	}
	if err := r.resume(); err != nil {
		return nil, err
	}
	r.metrics, err = openMetrics(r.FS, r.Dir, r.done)
	return r, err
}

func (r *run) openData() error {
	obj, err := NewObjective(r.Spec, r.Special, r.Config.Vocab, false)
	if err != nil {
		return err
	}
	if r.train, err = NewDataset("training", r.Train, obj, r.Spec.Seed); err != nil || r.Valid == nil {
		return err
	}
	r.valid, err = NewValidation(r.Spec, r.Special, r.Config.Vocab, r.Valid)
	return err
}

// NewValidation cuts the validation set of a resolved spec into examples.
// Order and noise come from fixed seeds, so that all evaluations of all runs
// see the same.
func NewValidation(s Spec, special Special, vocab int, tokens Tokens) (*Dataset, error) {
	obj, err := NewObjective(s, special, vocab, true)
	if err != nil {
		return nil, err
	}
	return NewDataset("validation", tokens, obj, domainValid)
}

// resume loads the newest checkpoint, or the initial weights where there is none.
func (r *run) resume() error {
	steps, err := checkpointSteps(r.FS, r.Dir)
	if err != nil {
		return err
	}
	if err := removeTemps(r.FS, path.Join(r.Dir, checkpointDir)); err != nil {
		return err
	}
	if len(steps) == 0 {
		return r.Model.Load(Init(r.Config, r.Spec.Seed))
	}
	newest := steps[len(steps)-1]
	c, tensors, err := readCheckpoint(r.FS, path.Join(r.Dir, checkpointDir, stepName(newest)))
	if err != nil {
		return err
	}
	if c.Run != r.info.Identity || c.Step != newest {
		return corpus.Errorf(corpus.Corrupt, "checkpoint %s belongs to another run; remove it, or use another --run name", stepName(newest))
	}
	if r.Warn != nil {
		for _, w := range c.Env.warnings(r.Env) {
			r.Warn(w)
		}
	}
	r.done, r.saved, r.bad, r.best = c.Step, c.Step, c.Bad, c.Best
	r.result.Resumed, r.result.Valid = c.Step, c.Valid
	return r.Model.Load(tensors)
}

func (r *run) loop(ctx context.Context) error {
	for r.done < r.Spec.Steps {
		if ctx.Err() != nil {
			return r.stop(ctx)
		}
		if err := r.step(); err != nil {
			return fmt.Errorf("step %d: %w", r.done+1, err)
		}
	}
	if err := r.export(); err != nil {
		return fmt.Errorf("write the model folder: %w", err)
	}
	r.result.Done = true
	return prune(r.FS, r.Dir, r.Spec.Keep, r.best)
}

// stop saves what is not saved yet.
func (r *run) stop(ctx context.Context) error {
	if r.done > r.saved {
		if err := r.save(); err != nil {
			return err
		}
	}
	return fmt.Errorf("stopped after step %d of %d, which is saved; run the same command to go on: %w", r.done, r.Spec.Steps, context.Cause(ctx))
}

// step does one update with all that is due after it.
func (r *run) step() error {
	began := r.Now()
	step := r.done + 1
	micro, err := r.batches(step)
	if err != nil {
		return err
	}
	h := r.Spec.hyper(step)
	stats, err := r.Model.Step(micro, h)
	if err != nil {
		return err
	}
	r.busy += r.Now().Sub(began)
	r.counted += r.tokensPerStep()
	r.done, r.result.Loss = step, stats.Loss
	if r.bad++; !stats.Skipped {
		r.bad = 0
	}
	if err := r.report(h, stats); err != nil {
		return err
	}
	if r.bad >= r.Spec.MaxBad {
		return r.diverged(stats)
	}
	if step%r.Spec.SaveEvery == 0 || step == r.Spec.Steps {
		return r.save()
	}
	return nil
}

// batches are the micro-batches of a step: where the data stands is a function
// of the step alone.
func (r *run) batches(step int64) ([]Batch, error) {
	micro := make([]Batch, r.Spec.Accum)
	at := (step - 1) * int64(r.Spec.Accum) * int64(r.Spec.Batch)
	for i := range micro {
		var err error
		if micro[i], err = r.train.Batch(at, r.Spec.Batch); err != nil {
			return nil, err
		}
		at += int64(r.Spec.Batch)
	}
	return micro, nil
}

// tokensPerStep counts tokens of the stream.
func (r *run) tokensPerStep() int64 {
	return int64(r.Spec.Accum) * int64(r.Spec.Batch) * int64(r.train.obj.Stride())
}

// report evaluates and writes the step's metric where they are due.
func (r *run) report(h Hyper, stats Stats) error {
	last := h.Step == r.Spec.Steps
	evaluate := r.valid != nil && (h.Step%r.Spec.EvalEvery == 0 || last)
	if !evaluate && !last && !stats.Skipped && h.Step%r.Spec.LogEvery != 0 {
		return nil
	}
	m := Metric{
		Step: h.Step, Loss: finite(stats.Loss), LR: h.LR, GradNorm: finite(stats.Norm), Skipped: stats.Skipped,
		Tokens: h.Step * r.tokensPerStep(),
	}
	if s := r.busy.Seconds(); s > 0 {
		m.TokensPerSecond = math.Round(float64(r.counted) / s)
	}
	r.busy, r.counted = 0, 0
	if evaluate {
		loss, err := Evaluate(r.Model, r.valid, r.Spec.EvalBatches, r.Spec.Batch)
		if err != nil {
			return fmt.Errorf("evaluate: %w", err)
		}
		m.Valid, m.Perplexity = finite(loss), finite(math.Exp(loss))
		if r.result.Valid = m.Valid; m.Valid != nil && (r.best == nil || loss < r.best.Loss) {
			r.best = &Best{h.Step, loss}
		}
	}
	if r.OnMetric != nil {
		r.OnMetric(m)
	}
	return r.metrics.write(m)
}

// Evaluate is the mean loss per predicted token, in nats, of the first batches ×
// rows examples of a set, or of the whole set where that is less.
func Evaluate(m Model, set *Dataset, batches, rows int) (float64, error) {
	sum, tokens := 0.0, int64(0)
	for at := int64(0); at < set.Len() && batches > 0; batches-- {
		n := min(int64(rows), set.Len()-at)
		b, err := set.Batch(at, int(n))
		if err != nil {
			return 0, err
		}
		s, err := m.Eval(b)
		if err != nil {
			return 0, err
		}
		sum += s.Loss * float64(s.Tokens)
		tokens += s.Tokens
		at += n
	}
	return sum / float64(tokens), nil
}

func (r *run) diverged(s Stats) error {
	return &corpus.Error{
		Class: corpus.Refused, What: "the run was stopped", Offset: -1,
		Err:  &Diverged{Step: r.done, Bad: r.bad, Loss: s.Loss, Norm: s.Norm},
		Next: "start a new run with a lower --lr or a longer --warmup; the checkpoints of this one are kept",
	}
}

// save writes a checkpoint of the last step, and the metrics before it.
func (r *run) save() error {
	if err := r.metrics.sync(); err != nil {
		return err
	}
	tensors, err := r.Model.State()
	if err != nil {
		return err
	}
	c := Checkpoint{Step: r.done, Bad: r.bad, Best: r.best, Valid: r.result.Valid, Run: r.info.Identity, Env: r.Env}
	if err := writeCheckpoint(r.FS, r.Dir, c, tensors); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	r.saved = r.done
	return prune(r.FS, r.Dir, r.Spec.Keep, r.best)
}
