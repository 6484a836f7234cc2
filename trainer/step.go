package trainer

import (
	"context"
	"fmt"
	"math"
)

// steps trains to the end of the phase.
func (r *run) steps(ctx context.Context) error {
	for r.done < r.Spec.Steps {
		if ctx.Err() != nil {
			return r.stop(ctx)
		}
		step := r.done + 1
		if err := r.step(ctx, step); err != nil {
			return fmt.Errorf("step %d: %w", step, err)
		}
	}
	return nil
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
func (r *run) step(ctx context.Context, step int64) error {
	began := r.Now()
	micro, err := r.rows(step)
	if err != nil {
		return err
	}
	h := r.Spec.hyper(step, r.phase.rate(step))
	loss, norm := r.recent.limits(r.Spec.Spikes)
	h.MaxLoss, h.MaxNorm = tighter(h.MaxLoss, loss), tighter(h.MaxNorm, norm)
	stats, err := r.model.Step(micro, h)
	if err != nil {
		return err
	}
	r.busy += r.Now().Sub(began)
	for _, b := range micro {
		r.counted += b.Tokens
		r.tokens += b.Tokens
	}
	if r.bad++; !stats.Skipped {
		r.bad = 0
	}
	r.recent.add(stats, h)
	if err := r.report(ctx, h, stats); err != nil {
		return err
	}
	r.done, r.result.Loss = step, stats.Loss
	if r.bad >= r.Spec.MaxBad {
		return r.goBack(stats)
	}
	if err := r.tellRollbacks(); err != nil { // that came later, where the run was taken up before them
		return err
	}
	if step%r.Spec.SaveEvery == 0 || step == r.Spec.Steps {
		return r.save()
	}
	return nil
}

// rows are the batches of a step.
func (r *run) rows(step int64) ([]Batch, error) {
	if at := r.place(step); r.feed == nil || r.feed.next != at {
		if r.feed != nil {
			r.feed.Close()
		}
		r.feed = NewFeed(r.train, r.reading(), at)
	}
	return r.feed.Next()
}

// reading is where the data of a step stands: a function of the step alone.
func (r *run) reading() Reading {
	return Reading{Global: r.Spec.Accum * r.Spec.Batch, Micro: r.Spec.Batch}
}

// epochs is how often each source has been read in this phase, after a step.
func (r *run) epochs(step int64) map[string]float64 {
	return r.train.Epochs((r.place(step) + 1) * int64(r.reading().Global))
}

// report evaluates and writes the step's metric where they are due.
func (r *run) report(ctx context.Context, h Hyper, stats Stats) error {
	last := h.Step == r.Spec.Steps
	evaluate := r.valid != nil && (h.Step%r.Spec.EvalEvery == 0 || last)
	if !evaluate && !last && !stats.Skipped && h.Step%r.Spec.LogEvery != 0 {
		return nil
	}
	m := Metric{
		Step: h.Step, Loss: finite(stats.Loss), LR: h.LR, GradNorm: finite(stats.Norm),
		Tokens: r.tokens, Epochs: r.epochs(h.Step),
	}
	if stats.Skipped {
		var err error
		if m.Documents, m.Others, err = r.documents(h.Step, 1); err != nil {
			return err
		}
		m.Skipped = whySkipped(stats, h)
		r.warnSkipped(m)
	}
	if s := r.busy.Seconds(); s > 0 {
		m.TokensPerSecond = math.Round(float64(r.counted) / s)
	}
	r.busy, r.counted = 0, 0
	if evaluate {
		if err := r.evaluate(ctx, last, &m); err != nil {
			return fmt.Errorf("evaluate: %w", err)
		}
	}
	if r.OnMetric != nil {
		r.OnMetric(m)
	}
	return r.metrics.write(m)
}

// evaluate sets the validation loss: of EvalBatches batches, or after the last
// step of the whole set, with its unigram cross-entropy beside. That pass costs
// a third of training on as many tokens; a run stopped within it goes on from
// the checkpoint before.
func (r *run) evaluate(ctx context.Context, last bool, m *Metric) error {
	batches := r.Spec.EvalBatches
	if !last { // which is short, and behind an update that is to be saved
		ctx = context.WithoutCancel(ctx)
	} else {
		unigram, err := r.valid.Unigram(ctx)
		if err != nil {
			return err
		}
		r.unigram, batches = &unigram, math.MaxInt
	}
	loss, err := Evaluate(ctx, r.model, r.valid, batches, r.Spec.Batch)
	if err != nil {
		return err
	}
	m.Valid, m.Perplexity = finite(loss), finite(math.Exp(loss))
	if r.result.Valid = m.Valid; m.Valid != nil && (r.best == nil || loss < r.best.Loss) {
		r.best = &Best{m.Step, loss}
	}
	return nil
}

// Evaluate is the mean loss per predicted token, in nats, of the first batches ×
// rows examples of a set, or of the whole set where that is less.
func Evaluate(ctx context.Context, m Model, set *Dataset, batches, rows int) (float64, error) {
	sum, tokens := 0.0, int64(0)
	for at := int64(0); at < set.Len() && batches > 0; batches-- {
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
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

// save writes a checkpoint of the last step, and the metrics before it.
func (r *run) save() error {
	if err := r.metrics.sync(); err != nil {
		return err
	}
	tensors, err := r.model.State()
	if err != nil {
		return err
	}
	c := Checkpoint{
		Step: r.done, Bad: r.bad, Best: r.best, Valid: r.result.Valid, Unigram: r.unigram, Run: r.phase.Identity, Env: r.Env,
		Tokens: r.tokens, Epochs: r.epochs(r.done), Recent: r.recent, Rollbacks: len(r.info.Rollbacks),
	}
	if err := writeCheckpoint(r.FS, r.Dir, c, tensors); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	r.saved = r.done
	return prune(r.FS, r.Dir, r.Spec.Keep, r.best)
}
