package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"time"

	"corpus"
	"corpus/internal/engine"
	"corpus/internal/term"
	"corpus/shards"
	"corpus/shards/order"
	"corpus/tokenize"
	"corpus/trainer"
)

// train runs or resumes one training under the run's own lock.
func (w *workspace) train(ctx context.Context, o trainOptions) error {
	var b []byte
	var tok *tokenize.Tokenizer
	var set *shards.Dataset
	if err := w.takeModel(&o); err != nil {
		return err
	}
	spec, err := o.spec.Resolve() // whose errors come first
	if err != nil {
		return err
	}
	err = w.reading(func() error {
		if b, tok, err = w.tokenizer(); err == nil {
			set, err = w.input("shards")
		}
		return err
	})
	if err == nil && o.from != "" {
		err = w.sameTokenizer(o.from, tok)
	}
	if err != nil {
		return err
	}
	j, err := w.job(o, spec, b, tok, set)
	if err != nil {
		return err
	}
	return w.runTraining(ctx, o.run, j, set)
}

// takeModel completes the spec of a training that goes on from a model: what it is,
// and which weights it has, so that a run that is taken up has the same.
func (w *workspace) takeModel(o *trainOptions) error {
	if o.from == "" {
		return nil
	}
	o.from = w.paths([]string{o.from})[0]
	f, err := trainer.OpenFolder(w.fs, o.from)
	if err != nil {
		return err
	}
	o.spec.From = &f.Config
	o.spec.Init, err = f.Digest()
	return err
}

// sameTokenizer refuses shards of another tokenizer than that of a model.
func (w *workspace) sameTokenizer(dir string, tok *tokenize.Tokenizer) error {
	own, err := w.folderTokenizer(dir)
	if err != nil {
		return err
	}
	if own.Sum() == tok.Sum() {
		return nil
	}
	return &corpus.Error{
		Class: corpus.BadConfig, What: "its tokenizer is not the one that the shards were made with", Path: dir, Offset: -1,
		Next: fmt.Sprintf("make the shards with it: corpus tokenize --tokenizer %s --rebuild, and corpus shards", dir),
	}
}

// job is a training on shards, which the tokenizer of file b must have made.
func (w *workspace) job(o trainOptions, spec trainer.Spec, b []byte, tok *tokenize.Tokenizer, set *shards.Dataset) (trainer.Job, error) {
	if err := set.MadeWith(b); err != nil {
		return trainer.Job{}, err
	}
	special := specialIDs(tok)
	if spec.Wordy() {
		special.Pieces = pieces(tok)
	}
	cfg, err := spec.Architecture(tok.Size(), special)
	if err != nil {
		return trainer.Job{}, err
	}
	files, err := modelFiles(tok, spec.Objective, special, cfg)
	if err != nil {
		return trainer.Job{}, err
	}
	generations := set.Manifest.Generations
	j := trainer.Job{
		FS: w.fs, Dir: filepath.Join(w.dir, "runs", o.run), Spec: spec, Config: cfg, Special: special,
		Data: trainer.DataInfo{Shards: generations[len(generations)-1].Key, Generations: len(generations)},
		Env:  modelEnv(w.threads(), o.device), Files: files, Holder: holder(),
		Make: func() (trainer.Model, error) {
			return newModel(cfg, w.threads(), o.device, spec.Precision, spec.Recompute)
		},
		Memory: term.Resident, Peak: func() float64 { return modelPeak(w.threads(), o.device, spec.Precision) },
		Admit: func(n trainer.Need) error { return w.admit(o, n) },
	}
	if o.from != "" {
		j.Initial = func() ([]trainer.Tensor, error) {
			f, err := trainer.OpenFolder(w.fs, o.from)
			if err != nil {
				return nil, err
			}
			return f.Weights, nil
		}
	}
	if spec.Budget > 0 {
		j.Plan = func(steps int64) (trainer.Spec, error) {
			s := o.spec
			s.Steps = steps
			return s.Resolve()
		}
	}
	j.Open = func(d trainer.DataInfo) (data *trainer.Data, err error) {
		err = w.reading(func() error {
			data, err = w.openTokens(o.run, j, d)
			return err
		})
		return data, err
	}
	return j, nil
}

func (w *workspace) runTraining(ctx context.Context, name string, j trainer.Job, set *shards.Dataset) error {
	p := term.NewProgress(w.err)
	j.Warn = func(s string) {
		p.Done()
		fmt.Fprintf(w.err, "train %s: %s\n", name, s)
	}
	pace := &pace{steps: j.Spec.Steps}
	j.OnMetric = func(m trainer.Metric) { w.metric(p, name, pace, m) }
	j.Planned = func(s trainer.Spec) {
		pace.steps = s.Steps
		w.saySteps(name, s.Steps, s.Budget)
	}
	res, err := trainer.Run(ctx, j)
	p.Done()
	if err != nil {
		return err
	}
	all := countShards(set, len(set.Manifest.Generations))
	return w.trainSummary(name, res, countShards(set, res.Data.Generations), all)
}

// admit refuses a training that memory or disk has no room for; the trainer says
// which one it is. On a GPU its
// memory is the limit, which libtorch itself reports.
func (w *workspace) admit(o trainOptions, n trainer.Need) error {
	limit := w.memory()
	if n.Memory > limit && (o.device == "" || o.device == "cpu") {
		return &corpus.Error{
			Class: corpus.Refused, Offset: -1,
			What: fmt.Sprintf("may need %s of memory, the ceiling is %s", engine.Mebibytes(n.Memory), engine.Mebibytes(limit)),
			Next: fmt.Sprintf("give --memory %s or more, or train a smaller model, batch or row", engine.Mebibytes(n.Memory)),
		}
	}
	return w.roomIn(w.dir, "train "+o.run, "may write", n.Disk)
}

// openTokens opens the shards of a phase, which are the first generations of the
// dataset as it is now: it may have been made anew since the training was asked
// for, and the old files be gone. What is mapped stays.
func (w *workspace) openTokens(name string, j trainer.Job, d trainer.DataInfo) (*trainer.Data, error) {
	set, err := w.input("shards")
	if err != nil {
		return nil, err
	}
	all := set.Manifest.Generations
	if d.Generations < 1 || d.Generations > len(all) || all[d.Generations-1].Key != d.Shards {
		return nil, &corpus.Error{
			Class: corpus.NoInput, What: "the shards that run " + name + " was begun with are no longer there", Path: set.Dir, Offset: -1,
			Next: "put them back, or train under another --run name",
		}
	}
	manifest := *set.Manifest
	manifest.Generations = all[:d.Generations]
	some := *set
	some.Manifest = &manifest
	train, err := shards.OpenTokens(&some, shards.TrainRole, j.Config.Vocab, uint32(j.Special.EOS))
	if err != nil {
		return nil, err
	}
	valid, err := shards.OpenTokens(&some, shards.ValidRole, j.Config.Vocab, uint32(j.Special.EOS))
	if err != nil {
		return nil, errors.Join(err, train.Close())
	}
	data := &trainer.Data{Closer: both{train, valid}}
	if held := valid.All(); held.Len() > 0 {
		data.Valid = held
		if err := heldParts(data, some.Manifest, held, j.Spec.Mix); err != nil {
			return nil, errors.Join(err, data.Close())
		}
	}
	if data.Train, err = w.mixed(name, j, train); err != nil {
		return nil, errors.Join(err, data.Close())
	}
	return data, nil
}

// mixed gives the sources of a training and says what they are.
func (w *workspace) mixed(name string, j trainer.Job, t *shards.Tokens) ([]trainer.Source, error) {
	weights, err := order.ParseWeights(j.Spec.Mix)
	if err != nil {
		return nil, err
	}
	say := func(format string, args ...any) {
		if !w.quiet && !w.json {
			fmt.Fprintf(w.err, "train %s: "+format+"\n", append([]any{name}, args...)...)
		}
	}
	say("%s, %s parameters, %s training tokens", j.Spec, term.Count(trainer.Count(j.Config)), term.Count(t.All().Len()))
	if weights == nil {
		return trainer.All(t.All()), nil
	}
	groups, others, err := t.Groups(len(weights), weights.Of)
	if err != nil {
		return nil, err
	}
	var all []trainer.Source
	for i, g := range groups {
		say("weight %d for the %s tokens of %s", weights[i].Rows, term.Count(g.Len()), weights[i].Name)
		all = append(all, trainer.Source{Name: weights[i].Name, Weight: weights[i].Rows, Tokens: g})
	}
	if others > 0 {
		say("%s tokens are of no source of the mix and left out", term.Count(others))
	}
	return all, nil
}

// both closes two sets of shards.
type both struct{ train, valid *shards.Tokens }

func (b both) Close() error { return errors.Join(b.train.Close(), b.valid.Close()) }

// countShards counts the files to train on of the first generations.
func countShards(set *shards.Dataset, generations int) (n int) {
	for _, g := range set.Manifest.Generations[:min(generations, len(set.Manifest.Generations))] {
		for _, p := range g.Parts {
			if _, ok := p.File(shards.TrainRole); ok {
				n++
			}
		}
	}
	return n
}

// metric shows a line of metrics.jsonl.
func (w *workspace) metric(p *term.Progress, name string, pace *pace, m trainer.Metric) {
	if w.json {
		b, err := json.Marshal(m)
		if err == nil {
			fmt.Fprintln(w.out, string(b))
		}
		return
	}
	if w.quiet || m.Rollback != nil { // of which it has warned
		return
	}
	line := fmt.Sprintf("train %s: step %d of %d, loss %.3f", name, m.Step, pace.steps, value(m.Loss))
	if m.Valid != nil {
		p.Done()
		fmt.Fprintf(w.err, "%s, validation loss %.3f%s\n", line, *m.Valid, validation(m))
		return
	}
	line += fmt.Sprintf(", %.0f tokens/s", m.TokensPerSecond)
	if m.MFU > 0 {
		line += fmt.Sprintf(", MFU %.0f %%", 100*m.MFU)
	}
	p.Update("%s%s", line, pace.left(m))
}

// saySteps says what a budget has come to.
func (w *workspace) saySteps(name string, steps, budget int64) {
	if !w.quiet && !w.json {
		fmt.Fprintf(w.err, "train %s: %s steps in the budget of %s\n", name, term.Count(steps), term.Duration(time.Duration(budget)*time.Second))
	}
}

// pace tells how long a training still takes, from the first metric on.
type pace struct {
	steps, first int64
	began        float64
}

func (p *pace) left(m trainer.Metric) string {
	if p.first == 0 {
		p.first, p.began = m.Step, m.Time
	}
	if m.Step <= p.first {
		return ""
	}
	seconds := (m.Time - p.began) / float64(m.Step-p.first) * float64(p.steps-m.Step)
	return ", " + term.Duration(time.Duration(seconds*float64(time.Second))) + " left"
}

// validation is what else an evaluation says.
func validation(m trainer.Metric) (s string) {
	if m.BitsPerByte != nil {
		s += fmt.Sprintf(", %.3f bits per byte", *m.BitsPerByte)
	}
	return s + partLosses("languages", m.Languages) + partLosses("sources", m.Sources)
}

func (w *workspace) trainSummary(name string, res trainer.Result, seen, shards int) error {
	if w.json {
		return json.NewEncoder(w.out).Encode(trainSummaryLine{
			Type: "summary", Stage: "train", Run: name, UpToDate: res.Resumed == res.Step, Step: res.Step, Resumed: res.Resumed,
			Loss: some(res.Loss, res.Step > res.Resumed), ValidLoss: res.Valid, Unigram: res.Unigram, ShardsSeen: seen, Shards: shards,
		})
	}
	if w.quiet {
		return nil
	}
	line := fmt.Sprintf("train %s: %d steps done", name, res.Step)
	if res.Valid != nil {
		line += fmt.Sprintf(", validation loss %.3f (perplexity %.1f)", *res.Valid, math.Exp(*res.Valid))
	}
	if res.Unigram != nil {
		line += fmt.Sprintf("; the unigram cross-entropy of the validation set is %.3f", *res.Unigram)
	}
	fmt.Fprintln(w.err, line)
	if seen < shards {
		fmt.Fprintf(w.err, "run %s has seen %d of %d shards; train it further with --steps\n", name, seen, shards)
	}
	return nil
}

// value is a number that may be missing.
func value(f *float64) float64 {
	if f == nil {
		return math.NaN()
	}
	return *f
}

// trainSummaryLine is the last line of --json; a number that is not known is null.
type trainSummaryLine struct {
	Type      string   `json:"type"`
	Stage     string   `json:"stage"`
	Run       string   `json:"run"`
	UpToDate  bool     `json:"up_to_date"`
	Step      int64    `json:"step"`
	Resumed   int64    `json:"resumed"`
	Loss      *float64 `json:"loss"`
	ValidLoss *float64 `json:"valid_loss"`
	Unigram   *float64 `json:"unigram"`

	ShardsSeen int `json:"shards_seen"` // by the run so far
	Shards     int `json:"shards"`      // there are
}

// some is a number that is known and finite, or null.
func some(f float64, known bool) *float64 {
	if !known || math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return &f
}

// modelFiles are what makes the run's folder open in transformers, with a
// tokenizer that frames texts as the objective does in training.
func modelFiles(tok *tokenize.Tokenizer, objective string, s trainer.Special, c trainer.Config) (map[string][]byte, error) {
	length := c.MaxPositions
	if length == 0 {
		length = 512 // BLOOM and T5 have no table of positions; T5's tokenizers say 512
	}
	var before, after []uint32
	switch objective {
	case "mlm":
		before, after = []uint32{uint32(s.CLS)}, []uint32{uint32(s.SEP)}
	case "denoise":
		before, after = []uint32{uint32(s.BOS)}, []uint32{uint32(s.EOS)}
	case "span":
		after = []uint32{uint32(s.EOS)}
	}
	tok, err := tok.Framed(before, after)
	if err != nil {
		return nil, err
	}
	return map[string][]byte{
		trainer.TokenizerFile: tok.JSON(), configFile: tok.ConfigJSON(length), specialsFile: tok.SpecialTokensMapJSON(),
	}, nil
}

// The files that tell the roles of a tokenizer's tokens.
const (
	configFile   = "tokenizer_config.json"
	specialsFile = "special_tokens_map.json"
)
