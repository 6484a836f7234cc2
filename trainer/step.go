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
	h.LossScale = r.scale.Scale
	stats, err := r.model.Step(micro, h)
	if err != nil {
		return err
	}
	r.busy += r.Now().Sub(began)
	for _, b := range micro {
		r.counted += b.Tokens
		r.tokens += b.Tokens
		r.flops += float64(b.Rows) * r.rowFlops
	}
	var overflow bool
	r.scale, overflow = r.scale.next(stats)
	switch {
	case !stats.Skipped:
		r.bad = 0
	case !overflow: // which says nothing of the rows
		r.bad++
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
	if r.due(step) {
		return r.save()
	}
	return nil
}

// due says that a step is saved, whether the run is stopped behind it or not.
func (r *run) due(step int64) bool {
	p := r.info.phaseOf(step)
	return step%r.asked.SaveEvery == 0 || p == nil || step == p.Spec.Steps
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
func (r *run) reading() Reading { return r.Spec.reading() }

// reading is what a step reads.
func (s Spec) reading() Reading { return Reading{Global: s.Accum * s.Batch, Micro: s.Batch} }

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
	switch {
	case stats.Skipped && r.scale.Scale < h.LossScale:
		m.Skipped = overflowed(h.LossScale)
	case stats.Skipped:
		var err error
		if m.Documents, m.Others, err = r.documents(h.Step, 1); err != nil {
			return err
		}
		m.Skipped = whySkipped(stats, h)
		r.warnSkipped(m)
	}
	r.speed(&m)
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

// speed measures the updates since the last metric.
func (r *run) speed(m *Metric) {
	if s := r.busy.Seconds(); s > 0 {
		m.TokensPerSecond = math.Round(float64(r.counted) / s)
		if r.peak > 0 {
			m.MFU = math.Round(1e4*r.flops/s/r.peak) / 1e4
		}
	}
	if r.Memory != nil {
		m.Memory = r.Memory()
	}
	m.Time = float64(r.Now().UnixMilli()) / 1e3
	r.busy, r.counted, r.flops = 0, 0, 0
}

// evaluate sets the validation losses: of EvalBatches batches, or after the last
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
	if n := r.data.ValidBytes; n > 0 && r.Spec.Objective == "clm" {
		m.BitsPerByte = finite(loss / math.Ln2 * float64(r.data.Valid.Len()) / float64(n))
	}
	if r.result.Valid = m.Valid; m.Valid != nil && (r.best == nil || loss < r.best.Loss) {
		r.best = &Best{m.Step, loss}
	}
	if m.Sources, err = r.evaluateGroups(ctx, r.sources); err == nil {
		m.Languages, err = r.evaluateGroups(ctx, r.languages)
	}
	return err
}

// group is a part of the validation set, in rows of its own.
type group struct {
	name string
	set  *Dataset
}

// groups are those parts of which there is enough for a row, where it is more than one.
func (r *run) groups(parts []Source) (all []group, err error) {
	obj, err := NewObjective(r.Spec, r.Special, r.Config.Vocab, true)
	if err != nil || len(parts) < 2 {
		return nil, err
	}
	for _, p := range parts {
		if p.Tokens.Len() < int64(obj.Room()) {
			continue
		}
		set, err := NewValidation(r.Spec, r.Special, r.Config.Vocab, p.Tokens)
		if err != nil {
			return nil, err
		}
		all = append(all, group{p.Name, set})
	}
	return all, nil
}

// evaluateGroups gives the loss of each part, of an even share of EvalBatches, two
// batches at least. A loss that is no number is left out.
func (r *run) evaluateGroups(ctx context.Context, all []group) (map[string]float64, error) {
	if len(all) == 0 {
		return nil, nil
	}
	losses := map[string]float64{}
	for _, g := range all {
		loss, err := Evaluate(ctx, r.model, g.set, max(2, r.Spec.EvalBatches/len(all)), r.Spec.Batch)
		if err != nil {
			return nil, err
		}
		if finite(loss) != nil {
			losses[g.name] = loss
		}
	}
	return losses, nil
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
		Tokens: r.tokens, Epochs: r.epochs(r.done), Recent: r.recent, LossScale: r.scale, Rollbacks: len(r.info.Rollbacks),
	}
	if err := writeCheckpoint(r.FS, r.Dir, c, tensors); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	r.saved = r.done
	return prune(r.FS, r.Dir, r.due, r.Spec.Keep, r.best)
}
