package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"

	"corpus"
	"corpus/ablate"
	"corpus/internal/term"
	"corpus/tokenize"
	"corpus/trainer"
)

// trials are the trainings of an ablation and what they are measured on.
type trials struct {
	*workspace
	ablation
	arms []arm
	file []byte // tokenizer.json
	tok  *tokenize.Tokenizer

	texts  []string
	ids    [][]int32
	bytes  int64
	hash   string           // of texts
	scores [][]ablate.Score // by arm and seed
	done   atomic.Int64
}

// run trains and measures, some side by side, the first seed of every arm first.
func (t *trials) run(ctx context.Context) error {
	t.scores = make([][]ablate.Score, len(t.arms))
	for i := range t.arms {
		t.scores[i] = make([]ablate.Score, t.seeds)
	}
	progress := term.NewProgress(t.err)
	if t.quiet {
		progress = term.NewProgress(nil)
	}
	defer progress.Done()
	n := len(t.arms) * t.seeds
	return sideBySide(ctx, t.abreast(), n, func(ctx context.Context, i int) (err error) {
		a, seed := i%len(t.arms), i/len(t.arms)
		t.scores[a][seed], err = t.one(ctx, t.arms[a], seed+1, progress)
		if err == nil {
			progress.Done()
			t.say("ablate: %s, seed %d: %.4f bits per byte; %d of %d", t.arms[a].name, seed+1, t.scores[a][seed].BitsPerByte(), t.done.Add(1), n)
		}
		return err
	})
}

// abreast is how many trainings run at a time.
func (t *trials) abreast() int {
	if t.onCPU() {
		return t.threads()
	}
	return 1
}

func (t *trials) onCPU() bool { return t.each.device == "" || t.each.device == "cpu" }

// sideBySide calls do for 0 to jobs-1 in order, n at a time, until one fails.
func sideBySide(ctx context.Context, n, jobs int, do func(context.Context, int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(n, jobs) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < jobs && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := do(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	workers.Wait()
	return context.Cause(ctx)
}

// one trains a model of an arm, or finds it trained, and measures it.
func (t *trials) one(ctx context.Context, a arm, seed int, progress *term.Progress) (s ablate.Score, err error) {
	o := t.each
	o.run, o.spec.Seed = fmt.Sprintf("ablate-%s-%d", a.name, seed), uint64(seed)
	quiet := *t.app
	quiet.quiet = true
	at := *a.dir
	at.app, at.Memory = &quiet, size(t.memory()/int64(t.abreast()))
	if t.onCPU() {
		at.Workers = 1
	}
	j, err := at.job(o, o.spec, t.file, t.tok, a.set)
	if err != nil {
		return s, err
	}
	if err := t.fresh(j); err != nil {
		return s, err
	}
	j.Warn = func(s string) { t.say("train %s: %s", o.run, s) }
	j.OnMetric = func(m trainer.Metric) {
		progress.Update("ablate: %d of %d done; %s: step %d of %d, loss %.3f", t.done.Load(), len(t.arms)*t.seeds, o.run, m.Step, o.spec.Steps, value(m.Loss))
	}
	if _, err := trainer.Run(ctx, j); err != nil {
		return s, err
	}
	return at.score(ctx, t, j)
}

// fresh refuses a run of an earlier ablation that learnt from something else, or
// for another number of steps: it would be taken for done, or go on from there.
func (t *trials) fresh(j trainer.Job) error {
	if t.rebuild {
		return os.RemoveAll(j.Dir)
	}
	r, err := trainer.ReadRun(t.fs, j.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if p := r.Phases[0]; len(r.Phases) == 1 && p.Data == j.Data && p.Spec.Steps == j.Spec.Steps {
		return nil
	}
	return &corpus.Error{
		Class: corpus.Usage, What: "was trained on another selection or for another number of steps", Path: j.Dir, Offset: -1,
		Next: "run `corpus ablate --rebuild …` to forget the trainings of earlier ablations",
	}
}

// encode makes ids of the text held out.
func (t *trials) encode() error {
	if len(t.texts) == 0 {
		return &corpus.Error{
			Class: corpus.NoInput, What: "nothing is left to measure on: every line held out is in an arm", Offset: -1,
			Next: "hold out text of other sources",
		}
	}
	enc, sum := t.tok.NewEncoder(), sha256.New()
	var ids []uint32
	for _, text := range t.texts {
		ids = enc.Encode(ids[:0], text)
		row := make([]int32, len(ids))
		for i, id := range ids {
			row[i] = int32(id)
		}
		t.ids = append(t.ids, row)
		t.bytes += int64(len(text))
		fmt.Fprintf(sum, "%d\n%s\n", len(text), text)
	}
	t.hash = hex.EncodeToString(sum.Sum(nil))
	return nil
}
