package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"corpus"
	"corpus/ablate"
	"corpus/filter"
	"corpus/internal/fsx"
	"corpus/internal/term"
	"corpus/shards"
	"corpus/tokenize"
	"corpus/trainer"

	"github.com/urfave/cli/v2"
)

// arm is a selection with its shards.
type arm struct {
	name string
	dir  *workspace // reads and writes data/ablate/NAME
	kept *shards.Dataset
	set  *shards.Dataset
}

// ablate selects, encodes, trains and measures; what is done already is not done again.
func (w *workspace) ablate(c *cli.Context, o ablation) error {
	held, err := ablate.Load(o.heldOut)
	if err != nil {
		return err
	}
	here := *w
	here.dst = filepath.Join(w.dst, "ablate")
	lock, err := here.lock()
	if err != nil {
		return err
	}
	defer lock.Close()
	arms, err := here.selections(c, o)
	if err != nil {
		return err
	}
	b, tok, err := here.encodings(c, arms)
	if err != nil {
		return err
	}
	for _, a := range arms {
		if err := a.markHeldOut(held); err != nil {
			return err
		}
	}
	texts, overlap := held.Apart()
	t := trials{workspace: &here, ablation: o, arms: arms, file: b, tok: tok, texts: texts}
	if err := t.encode(); err != nil {
		return err
	}
	if err := t.run(c.Context); err != nil {
		return err
	}
	return t.report(overlap)
}

// selections runs the filter of each arm over what was ingested.
func (w *workspace) selections(c *cli.Context, o ablation) (arms []arm, err error) {
	for _, name := range o.arms {
		a := arm{name: name}
		at := *w
		at.dst = filepath.Join(w.dst, name)
		w.say("ablate: the arm %s", name)
		err = at.reading(func() error {
			return at.filterBy(c, func() (filter.Config, error) {
				cfg, err := at.filterConfig()
				return selection(name, cfg), err
			})
		})
		if err != nil {
			return nil, err
		}
		at.in = at.dst
		a.dir = &at
		if a.kept, err = at.input("filter"); err != nil {
			return nil, err
		}
		arms = append(arms, a)
	}
	return arms, nil
}

// encodings learns the tokenizer from the random arm, anew if that has changed, and
// makes the shards of each arm, none of it held out.
func (w *workspace) encodings(c *cli.Context, arms []arm) ([]byte, *tokenize.Tokenizer, error) {
	at := *w
	at.in = w.dst
	old, err := at.dataset("tokenize")
	if err != nil {
		return nil, nil, err
	}
	if err := at.learn(c, arms[0].kept, old.Exists() && !learntFrom(old, arms[0].kept)); err != nil {
		return nil, nil, err
	}
	set, err := at.input("tokenize")
	if err != nil {
		return nil, nil, err
	}
	for i := range arms {
		a := &arms[i]
		a.dir.Shards.Valid = 0
		w.say("ablate: the arm %s", a.name)
		if err := a.dir.encode(c, a.kept, set); err != nil {
			return nil, nil, err
		}
		if a.set, err = a.dir.input("shards"); err != nil {
			return nil, nil, err
		}
	}
	return at.tokenizer()
}

// learntFrom says whether a tokenizer was made from all there is.
func learntFrom(tok, kept *shards.Dataset) bool {
	for _, g := range kept.Manifest.Generations {
		if madeFrom(tok, 0, "filter", g).set == nil {
			return false
		}
	}
	return true
}

// markHeldOut says what an arm has of the text held out.
func (a arm) markHeldOut(held *ablate.HeldOut) error {
	if err := held.NextArm(); err != nil {
		return err
	}
	for _, p := range a.kept.Parts() {
		t, err := a.kept.Table(p, filter.RoleKept)
		if err == nil {
			err = held.Mark(t)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// say is a line about the work, unless nobody wants one.
func (w *workspace) say(format string, args ...any) {
	if !w.quiet && !w.json {
		fmt.Fprintf(w.err, format+"\n", args...)
	}
}

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
	if t.each.device != "" && t.each.device != "cpu" {
		return 1
	}
	return t.threads()
}

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
	o.run, o.spec = fmt.Sprintf("ablate-%s-%d", a.name, seed), seeded(o.spec, seed)
	quiet := *t.app
	quiet.quiet = true
	at := *a.dir
	at.app, at.Memory = &quiet, size(t.memory()/int64(t.abreast()))
	if t.abreast() > 1 || t.each.device == "" {
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

// record is what a score was measured on and with.
type record struct {
	Run     string       `json:"run"` // identity of the training
	HeldOut string       `json:"heldout"`
	Score   ablate.Score `json:"score"`
}

// score measures a trained model, or finds it measured.
func (w *workspace) score(ctx context.Context, t *trials, j trainer.Job) (s ablate.Score, err error) {
	info, err := trainer.ReadRun(w.fs, j.Dir)
	if err != nil {
		return s, err
	}
	name := filepath.Join(t.dst, "scores", filepath.Base(j.Dir)+".json")
	want := record{Run: info.Phases[0].Identity, HeldOut: t.hash}
	var old record
	if b, err := os.ReadFile(name); err == nil && json.Unmarshal(b, &old) == nil && old.Run == want.Run && old.HeldOut == want.HeldOut {
		return old.Score, nil
	}
	if want.Score, err = w.measure(ctx, t, j); err != nil {
		return s, err
	}
	b, err := json.Marshal(want)
	if err == nil {
		err = w.fs.MkdirAll(filepath.Dir(name))
	}
	if err == nil {
		err = fsx.WriteFile(w.fs, name, b)
	}
	return want.Score, err
}

// measure is the likelihood of the text held out under a trained model.
func (w *workspace) measure(ctx context.Context, t *trials, j trainer.Job) (s ablate.Score, err error) {
	folder, err := trainer.OpenFolder(w.fs, j.Dir)
	if err != nil {
		return s, err
	}
	model, err := j.Make()
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, model.Close()) }()
	if err := model.Load(folder.Weights); err != nil {
		return s, err
	}
	s.Bytes = t.bytes
	s.Nats, s.Tokens, err = trainer.Likelihood(ctx, model, folder.Config, t.ids, j.Spec.Batch)
	return s, err
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

// report prints the table and what follows from it.
func (t *trials) report(o ablate.Overlap) error {
	var arms []ablate.Arm
	trained := t.each.spec.Steps * int64(t.each.spec.Batch*t.each.spec.SeqLen)
	for i, a := range t.arms {
		kept, n := a.kept.Manifest.Counts(), a.set.Manifest.Counts()
		r := ablate.Arm{Name: a.name, Docs: kept["docs_out"], Bytes: kept["bytes_out"], Tokens: n["train.tokens"] + n["train.docs"]}
		r.Epochs = float64(trained) / float64(r.Tokens)
		for _, s := range t.scores[i] {
			r.BitsPerByte = append(r.BitsPerByte, s.BitsPerByte())
		}
		arms = append(arms, r)
	}
	ablate.Compare(arms, 0)
	if t.json {
		return printJSON(t.out, map[string]any{
			"type": "summary", "stage": "ablate", "tokens_trained": trained, "heldout": o, "heldout_bytes": t.bytes,
			"heldout_tokens": t.scores[0][0].Tokens, "arms": arms, "verdict": verdict(arms),
		})
	}
	t.table(arms, o, trained)
	return nil
}

func (t *trials) table(arms []ablate.Arm, o ablate.Overlap, trained int64) {
	rows := [][]string{{"arm", "documents", "bytes", "tokens", "epochs"}}
	for seed := range t.seeds {
		rows[0] = append(rows[0], fmt.Sprintf("seed %d", seed+1))
	}
	rows[0] = append(rows[0], "mean", "change", "shared")
	for i, a := range arms {
		row := []string{a.Name, term.Count(a.Docs), term.Bytes(a.Bytes), term.Count(a.Tokens), fmt.Sprintf("%.2f", a.Epochs)}
		for _, bits := range a.BitsPerByte {
			row = append(row, fmt.Sprintf("%.4f", bits))
		}
		change := fmt.Sprintf("%+.2f %%", 100*a.Change)
		if i == 0 {
			change = ""
		}
		rows = append(rows, append(row, fmt.Sprintf("%.4f", a.Mean), change, term.Percent(o.Common[i], o.Sequences)))
	}
	term.Table(t.out, rows)
	fmt.Fprintf(t.out, "bits per byte of %s held out, after %s tokens; shared: the held-out 13-word sequences that the arm has, whose %s of %s were left out\n",
		term.Bytes(t.bytes), term.Count(trained), plural(o.LinesDropped, "line"), term.Count(o.Lines))
	for _, line := range verdict(arms) {
		fmt.Fprintln(t.out, line)
	}
}

// verdict says of each arm what its selection does.
func verdict(arms []ablate.Arm) (lines []string) {
	for _, a := range arms[1:] {
		seeds, does := len(a.BitsPerByte), "makes no clear difference"
		switch {
		case a.Lower == seeds:
			does = "helps"
		case a.Lower == 0 && !slices.Equal(a.BitsPerByte, arms[0].BitsPerByte):
			does = "harms"
		}
		lines = append(lines, fmt.Sprintf("%s %s: %+.2f %% bits per byte against %s, lower in %d of %s",
			a.Name, does, 100*a.Change, arms[0].Name, a.Lower, plural(seeds, "seed")))
	}
	return lines
}
