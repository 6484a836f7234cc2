package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"corpus/internal/term"
	"corpus/shards"
	"corpus/tokenize"
	"corpus/trainer"

	"github.com/urfave/cli/v2"
)

// trainOptions are the settings of one training.
type trainOptions struct {
	run, device string
	spec        trainer.Spec
}

func (a *app) modelCommands() []*cli.Command {
	return []*cli.Command{a.trainCommand(), a.generateCommand()}
}

func (a *app) trainCommand() *cli.Command {
	return &cli.Command{
		Name: "train", Usage: "train a model on the token shards, or go on with a run that was stopped",
		Description: "--objective mlm trains an encoder (bert), clm a decoder (gpt2), span an encoder-decoder (t5).\n" +
			"Models: " + strings.Join(trainer.Models(), ", ") + ".\nruns/NAME becomes a Hugging Face model folder.",
		Flags: commonFlags(
			&cli.StringFlag{Name: "objective", Usage: "`mlm`, clm or span", EnvVars: []string{"CORPUS_TRAIN_OBJECTIVE"}},
			&cli.StringFlag{Name: "model", Usage: "family (bert, gpt2, t5) or a published `NAME` such as bert-base", EnvVars: []string{"CORPUS_TRAIN_MODEL"}},
			&cli.StringFlag{Name: "size", Usage: "`tiny`, small, base or large of a family", EnvVars: []string{"CORPUS_TRAIN_SIZE"}},
			&cli.StringFlag{Name: "run", Usage: "`NAME` under runs/ (default: the objective)"},
			&cli.Int64Flag{Name: "steps", Usage: "`N` updates", EnvVars: []string{"CORPUS_TRAIN_STEPS"}},
			&cli.IntFlag{Name: "batch", Usage: "`N` rows of a micro-batch"},
			&cli.IntFlag{Name: "accum", Usage: "`N` micro-batches of an update"},
			&cli.IntFlag{Name: "seq-len", Usage: "`N` tokens of a row"},
			&cli.Float64Flag{Name: "lr", Usage: "peak learning `RATE`"},
			&cli.StringFlag{Name: "schedule", Usage: "`cosine`, linear, constant or inverse-sqrt"},
			&cli.Int64Flag{Name: "warmup", Usage: "`N` steps"},
			&cli.Float64Flag{Name: "dropout", Usage: "`P` of all dropouts"},
			&cli.Uint64Flag{Name: "seed", Usage: "`N` of weights, order, noise and dropout"},
			&cli.Int64Flag{Name: "eval-every", Usage: "`N` steps between evaluations"},
			&cli.Int64Flag{Name: "save-every", Usage: "`N` steps between checkpoints"},
			&cli.StringFlag{Name: "in", Usage: "data `DIR` to read from (default: data in the workspace)"},
			&cli.IntFlag{Name: "workers", Usage: "threads `N`; 0: all cores", EnvVars: []string{"CORPUS_WORKERS"}},
			&cli.StringFlag{Name: "device", Usage: "`cpu`, cuda or cuda:1", EnvVars: []string{"CORPUS_DEVICE"}},
		),
		Action: func(c *cli.Context) error {
			w, err := a.open(c)
			if err != nil {
				return err
			}
			return w.train(c.Context, trainFlags(c))
		},
	}
}

func trainFlags(c *cli.Context) trainOptions {
	s := trainer.Spec{
		Objective: c.String("objective"), Model: c.String("model"), Size: c.String("size"), Steps: c.Int64("steps"),
		Batch: c.Int("batch"), Accum: c.Int("accum"), SeqLen: c.Int("seq-len"), LR: c.Float64("lr"), Schedule: c.String("schedule"),
		Warmup: c.Int64("warmup"), Seed: c.Uint64("seed"), EvalEvery: c.Int64("eval-every"), SaveEvery: c.Int64("save-every"),
	}
	if c.IsSet("dropout") {
		if s.Dropout = c.Float64("dropout"); s.Dropout == 0 {
			s.Dropout = trainer.None
		}
	}
	if c.IsSet("warmup") && s.Warmup == 0 {
		s.Warmup = trainer.None
	}
	return trainOptions{run: c.String("run"), device: c.String("device"), spec: s}
}

func (t training) options() trainOptions {
	return trainOptions{run: t.Run, spec: trainer.Spec{
		Objective: t.Objective, Model: t.Model, Size: t.Size, Steps: t.Steps,
		Batch: t.Batch, SeqLen: t.SeqLen, LR: t.LR, Seed: t.Seed,
	}}
}

// train runs or resumes one training under the run's own lock.
func (w *workspace) train(ctx context.Context, o trainOptions) error {
	if o.run == "" {
		o.run = o.spec.Objective
	}
	spec, err := o.spec.Resolve()
	if err != nil {
		return err
	}
	data, err := w.openTraining()
	if err != nil {
		return err
	}
	defer data.Close()
	cfg, err := spec.Architecture(data.tok.Size(), data.special)
	if err != nil {
		return err
	}
	dir := filepath.Join(w.dir, "runs", o.run)
	model, env, err := newModel(cfg, w.threads(), o.device)
	if err != nil {
		return err
	}
	defer model.Close()
	return w.runTraining(ctx, o.run, trainer.Job{
		FS: w.fs, Dir: dir, Spec: spec, Config: cfg, Special: data.special, Data: data.info,
		Train: data.train, Valid: data.validTokens(), Model: model, Env: env, Files: data.files(cfg),
	})
}

func (w *workspace) runTraining(ctx context.Context, name string, j trainer.Job) error {
	p := term.NewProgress(w.err)
	j.Warn = func(s string) { fmt.Fprintf(w.err, "train %s: %s\n", name, s) }
	j.OnMetric = func(m trainer.Metric) { w.metric(p, name, j.Spec.Steps, m) }
	if !w.quiet && !w.json {
		fmt.Fprintf(w.err, "train %s: %s, %s parameters, %s training tokens\n", name, j.Spec, term.Count(trainer.Count(j.Config)), term.Count(j.Data.TrainTokens))
	}
	res, err := trainer.Run(ctx, j)
	p.Done()
	if err != nil {
		return err
	}
	return w.trainSummary(name, j, res)
}

// metric shows a line of metrics.jsonl.
func (w *workspace) metric(p *term.Progress, name string, steps int64, m trainer.Metric) {
	if w.json {
		b, err := json.Marshal(m)
		if err == nil {
			fmt.Fprintln(w.out, string(b))
		}
		return
	}
	if w.quiet {
		return
	}
	if m.Valid != nil {
		p.Done()
		fmt.Fprintf(w.err, "train %s: step %d of %d, loss %.3f, validation loss %.3f\n", name, m.Step, steps, value(m.Loss), *m.Valid)
		return
	}
	p.Update("train %s: step %d of %d, loss %.3f, %.0f tokens/s", name, m.Step, steps, value(m.Loss), m.TokensPerSecond)
}

func (w *workspace) trainSummary(name string, j trainer.Job, res trainer.Result) error {
	valid := res.Valid
	if valid == nil && res.Best != nil {
		valid = &res.Best.Loss
	}
	unigram, err := w.unigram(j)
	if err != nil {
		return err
	}
	if w.json {
		return json.NewEncoder(w.out).Encode(trainSummaryLine{
			Type: "summary", Stage: "train", Run: name, UpToDate: res.Resumed == res.Step, Step: res.Step, Resumed: res.Resumed,
			Loss: some(res.Loss, res.Step > res.Resumed), ValidLoss: valid, Unigram: some(unigram, unigram > 0),
		})
	}
	if w.quiet {
		return nil
	}
	line := fmt.Sprintf("train %s: %d steps done", name, res.Step)
	if valid != nil {
		line += fmt.Sprintf(", validation loss %.3f (perplexity %.1f)", *valid, math.Exp(*valid))
	}
	if unigram > 0 {
		line += fmt.Sprintf("; the unigram cross-entropy of the validation set is %.3f", unigram)
	}
	fmt.Fprintln(w.err, line)
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
}

// some is a number that is known and finite, or null.
func some(f float64, known bool) *float64 {
	if !known || math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return &f
}

// unigram is what a model that knows only how often each token occurs would reach.
func (w *workspace) unigram(j trainer.Job) (float64, error) {
	if j.Valid == nil {
		return 0, nil
	}
	set, err := trainer.NewValidation(j.Spec, j.Special, j.Config.Vocab, j.Valid)
	if err != nil {
		return 0, err
	}
	return set.Unigram()
}

// trainingData is the tokens and the tokenizer that a run reads.
type trainingData struct {
	tok          *tokenize.Tokenizer
	json         []byte
	special      trainer.Special
	train, valid *shards.Tokens
	info         trainer.DataInfo
}

func (w *workspace) openTraining() (_ *trainingData, err error) {
	d := &trainingData{}
	if d.json, d.tok, err = w.tokenizer(); err != nil {
		return nil, err
	}
	d.special = specialIDs(d.tok)
	set, err := w.input("shards")
	if err != nil {
		return nil, err
	}
	if d.train, err = shards.OpenTokens(set, shards.TrainRole, uint32(d.special.EOS)); err != nil {
		return nil, err
	}
	if d.valid, err = shards.OpenTokens(set, shards.ValidRole, uint32(d.special.EOS)); err != nil {
		return nil, errors.Join(err, d.train.Close())
	}
	sum := sha256.Sum256(d.json)
	d.info = trainer.DataInfo{
		Tokenizer: hex.EncodeToString(sum[:]), Shards: set.Manifest.Generations[len(set.Manifest.Generations)-1].Key,
		TrainTokens: d.train.Len(), ValidTokens: d.valid.Len(),
	}
	return d, nil
}

func (d *trainingData) Close() error { return errors.Join(d.train.Close(), d.valid.Close()) }

func (d *trainingData) validTokens() trainer.Tokens {
	if d.valid.Len() == 0 {
		return nil
	}
	return d.valid
}

// files are what makes the run's folder open in transformers.
func (d *trainingData) files(c trainer.Config) map[string][]byte {
	length := c.MaxPositions
	if length == 0 {
		length = 512 // T5 has no table of positions; its tokenizers say 512
	}
	return map[string][]byte{
		"tokenizer.json": d.json, "tokenizer_config.json": d.tok.ConfigJSON(length), "special_tokens_map.json": d.tok.SpecialTokensMapJSON(),
	}
}

// tokenizer reads the workspace's tokenizer, verified.
func (w *workspace) tokenizer() ([]byte, *tokenize.Tokenizer, error) {
	d, err := w.input("tokenize")
	if err != nil {
		return nil, nil, err
	}
	b, err := d.File(tokenize.RoleTokenizer)
	if err != nil {
		return nil, nil, err
	}
	t, err := tokenize.Read(b)
	return b, t, err
}

// specialIDs finds the reserved tokens in a tokenizer.
func specialIDs(t *tokenize.Tokenizer) trainer.Special {
	id := func(name string) int32 {
		if n, ok := t.Special(name); ok {
			return int32(n)
		}
		return trainer.None
	}
	s := trainer.Special{
		Pad: id(tokenize.Pad), BOS: id(tokenize.Bos), EOS: id(tokenize.Eos), Unk: id(tokenize.Unk),
		CLS: id(tokenize.Cls), SEP: id(tokenize.Sep), Mask: id(tokenize.Mask),
	}
	for i := range tokenize.Sentinels {
		if n := id(tokenize.Sentinel(i)); n >= 0 {
			s.Sentinels = append(s.Sentinels, n)
		}
	}
	return s
}

// runs are the names of the training runs.
func (w *workspace) runs() ([]string, error) {
	names, err := w.fs.ReadDir(filepath.Join(w.dir, "runs"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var runs []string
	for _, n := range names {
		if name, ok := strings.CutSuffix(n, "/"); ok {
			runs = append(runs, name)
		}
	}
	return runs, err
}

// programVersion names this build, for checkpoints.
func programVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	version := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			version += " " + s.Value
		}
	}
	return version
}

var _ io.Closer = (*trainingData)(nil)
