package main

import (
	"path/filepath"
	"strings"

	"corpus"
	"corpus/trainer"

	"github.com/urfave/cli/v2"
)

// trainOptions are the settings of one training.
type trainOptions struct {
	run, device string
	from        string // folder of the model that it goes on from; "" = a new one
	spec        trainer.Spec
}

func (a *app) modelCommands() []*cli.Command {
	return []*cli.Command{a.trainCommand(), a.generateCommand(), a.ablateCommand()}
}

func (a *app) trainCommand() *cli.Command {
	return &cli.Command{
		Name: "train", Usage: "train a model on the token shards, or go on with a run that was stopped",
		Description: "--objective mlm trains an encoder (bert, roberta), clm a decoder (gpt2, bloom), span an encoder-decoder (t5),\ndenoise another (bart).\n" +
			"Models: " + strings.Join(trainer.Models(), ", ") + ".\n" +
			"runs/NAME becomes a Hugging Face model folder. A run keeps to the shards that it began with;\n" +
			"with more --steps than it has, it goes on over all the shards there are then.\n" +
			"An update that is no number, or far beyond the last, is skipped and its documents are named;\n" +
			"after ten in a row the run goes back to its last checkpoint and past them, at most three times.",
		Flags: trainingFlags(),
		Action: func(c *cli.Context) error {
			o, err := trainFlags(c)
			if err != nil {
				return err
			}
			w, err := a.open(c)
			if err != nil {
				return err
			}
			return w.train(c.Context, o)
		},
	}
}

func trainingFlags() []cli.Flag {
	return commonFlags(append(settingFlags(), // workers and memory
		&cli.StringFlag{Name: "objective", Usage: "`mlm`, clm, span or denoise", EnvVars: []string{"CORPUS_TRAIN_OBJECTIVE"}},
		&cli.StringFlag{Name: "model", Usage: "family (" + strings.Join(trainer.Families(), ", ") + ") or a published `NAME` such as roberta-base; gpt2 is the family, whose base is the published one", EnvVars: []string{"CORPUS_TRAIN_MODEL"}},
		&cli.StringFlag{Name: "size", Usage: "`tiny`, small, base or large of a family", EnvVars: []string{"CORPUS_TRAIN_SIZE"}},
		&cli.StringFlag{Name: "init", Usage: "go on from the model in a `DIR` such as transformers' save_pretrained makes, with its tokenizer, in the place of --model and --size"},
		&cli.IntFlag{Name: "hidden", Usage: "`N`, the width, in the place of the size's own; heads and --ffn follow it in proportion"},
		&cli.IntFlag{Name: "layers", Usage: "`N` layers, of each stack"},
		&cli.IntFlag{Name: "dec-layers", Usage: "t5 and bart: `N` layers of the decoder, where they are not as many"},
		&cli.IntFlag{Name: "heads", Usage: "`N` heads of attention"},
		&cli.IntFlag{Name: "head-dim", Usage: "t5: `N`, the width of a head"},
		&cli.IntFlag{Name: "ffn", Usage: "`N`, the width of the feed-forward layers"},
		&cli.StringFlag{Name: "run", Usage: "`NAME` under runs/ (default: the objective)"},
		&cli.Int64Flag{Name: "steps", Usage: "`N` updates in all", EnvVars: []string{"CORPUS_TRAIN_STEPS"}},
		&cli.DurationFlag{Name: "budget", Usage: "as many updates as fit into a `TIME` such as 6h, evaluations and checkpoints too, by the speed measured before the first", EnvVars: []string{"CORPUS_TRAIN_BUDGET"}},
		&cli.IntFlag{Name: "batch", Usage: "`N` rows of a micro-batch"},
		&cli.IntFlag{Name: "accum", Usage: "`N` micro-batches of an update"},
		&cli.IntFlag{Name: "seq-len", Usage: "`N` tokens of a row"},
		&cli.StringFlag{Name: "mix", Usage: "`NAME=WEIGHT,…`: of the rows so many are of the sources whose path begins with NAME (globs too; * is all the rest, else left out)"},
		&cli.StringFlag{Name: "pack", Usage: "documents into rows: `split` as one stream, best-fit (whole ones together), one-per-row; nothing is lost"},
		&cli.BoolFlag{Name: "doc-mask", Usage: "mlm and clm: documents of a row do not see each other, positions count from 0 in each"},
		&cli.Float64Flag{Name: "lr", Usage: "peak learning `RATE`"},
		&cli.StringFlag{Name: "schedule", Usage: "`cosine`, linear, constant, inverse-sqrt or wsd (warm-up, stable, decay)"},
		&cli.Int64Flag{Name: "warmup", Usage: "`N` steps"},
		&cli.Int64Flag{Name: "decay", Usage: "wsd: `N` last steps, over which the rate falls to 0 (default: a fifth)"},
		&cli.Float64Flag{Name: "dropout", Usage: "`P` of all dropouts"},
		&cli.Float64Flag{Name: "mask-rate", Usage: "mlm: `SHARE` of the tokens to predict (evaluation: always 0.15)"},
		&cli.BoolFlag{Name: "whole-word", Usage: "mlm: all tokens of a word are predicted, or none (evaluation: single tokens)"},
		&cli.Float64Flag{Name: "noise-density", Usage: "`SHARE` that is hidden, of tokens (span, default: 0.15) or words (denoise, default: 0.3)"},
		&cli.Float64Flag{Name: "span-length", Usage: "`N` tokens (span) or words (denoise) of a hidden span in the mean (default: 3)"},
		&cli.StringFlag{Name: "precision", Usage: "of products: `float32`, tf32 (GPUs), bf16 or fp16 with a scaled loss (libtorch 2.4 and newer)"},
		&cli.BoolFlag{Name: "recompute", Usage: "make activations again for the gradients: less memory for a third more time"},
		&cli.Uint64Flag{Name: "seed", Usage: "`N` of weights, order, noise and dropout"},
		&cli.Int64Flag{Name: "eval-every", Usage: "`N` steps between evaluations; the last is over all that is held out"},
		&cli.Int64Flag{Name: "save-every", Usage: "`N` steps between checkpoints"},
		&cli.Float64Flag{Name: "spikes", Usage: "an update is skipped whose loss or gradient norm is so many standard deviations above the mean of the last 128, a norm also 3 times the mean (`SIGMA`, default: 6; 0: never)"},
		&cli.IntFlag{Name: "keep", Usage: "`N` newest checkpoints are kept, beside the best (default: 2)"},
		&cli.StringFlag{Name: "in", Usage: "data `DIR` to read from (default: data in the workspace)"},
		&cli.StringFlag{Name: "device", Usage: "`cpu`, cuda or cuda:1", EnvVars: []string{"CORPUS_DEVICE"}},
	)...)
}

func trainFlags(c *cli.Context) (trainOptions, error) {
	t := training{
		Run: c.String("run"), Objective: c.String("objective"), Model: c.String("model"), Size: c.String("size"), Steps: c.Int64("steps"),
		Init: c.String("init"), Hidden: c.Int("hidden"), Layers: c.Int("layers"), DecLayers: c.Int("dec-layers"), Heads: c.Int("heads"), HeadDim: c.Int("head-dim"), FFN: c.Int("ffn"),
		Batch: c.Int("batch"), Accum: c.Int("accum"), SeqLen: c.Int("seq-len"), Mix: c.String("mix"), Pack: c.String("pack"), DocMask: c.Bool("doc-mask"), LR: c.Float64("lr"), Schedule: c.String("schedule"),
		MaskRate: c.Float64("mask-rate"), WholeWord: c.Bool("whole-word"), Noise: c.Float64("noise-density"), Span: c.Float64("span-length"), Precision: c.String("precision"), Device: c.String("device"), Seed: c.Uint64("seed"), EvalEvery: c.Int64("eval-every"), SaveEvery: c.Int64("save-every"),
		Decay: c.Int64("decay"), Keep: c.Int("keep"), Budget: c.Duration("budget"), Recompute: c.Bool("recompute"),
	}
	if c.IsSet("dropout") {
		v := c.Float64("dropout")
		t.Dropout = &v
	}
	if c.IsSet("warmup") {
		v := c.Int64("warmup")
		t.Warmup = &v
	}
	if c.IsSet("spikes") {
		v := c.Float64("spikes")
		t.Spikes = &v
	}
	err := positive(c, "steps", "batch", "accum", "seq-len", "lr", "mask-rate", "noise-density", "span-length", "eval-every", "save-every", "decay", "keep",
		"hidden", "layers", "dec-layers", "heads", "head-dim", "ffn")
	if err == nil && c.IsSet("budget") && t.Budget <= 0 {
		err = corpus.Errorf(corpus.Usage, "--budget %v: want more than 0", t.Budget)
	}
	if err == nil && t.Init != "" {
		t.Init, err = filepath.Abs(t.Init)
	}
	if err == nil && c.IsSet("run") && t.Run == "" {
		err = checkRunName(corpus.Usage, "")
	}
	if err != nil {
		return trainOptions{}, err
	}
	return t.options(corpus.Usage)
}

// positive refuses flags that were given a number that is not.
func positive(c *cli.Context, names ...string) error {
	for _, name := range names {
		if c.IsSet(name) && !(c.Float64(name) > 0) {
			return corpus.Errorf(corpus.Usage, "--%s %v: want more than 0", name, c.Value(name))
		}
	}
	return nil
}

// options are those of a training; class is that of its errors.
func (t training) options(class corpus.Class) (trainOptions, error) {
	o := trainOptions{run: t.Run, device: t.Device, from: t.Init, spec: trainer.Spec{
		Hidden: t.Hidden, Layers: t.Layers, DecLayers: t.DecLayers, Heads: t.Heads, HeadDim: t.HeadDim, FFN: t.FFN,
		Objective: t.Objective, Model: t.Model, Size: t.Size, Steps: t.Steps, Batch: t.Batch, Accum: t.Accum, SeqLen: t.SeqLen,
		Mix: t.Mix, Pack: t.Pack, DocMask: t.DocMask,
		LR: t.LR, Schedule: t.Schedule, MaskRate: t.MaskRate, WholeWord: t.WholeWord, NoiseDensity: t.Noise, SpanLength: t.Span, Precision: t.Precision, Seed: t.Seed, EvalEvery: t.EvalEvery, SaveEvery: t.SaveEvery,
		Decay: t.Decay, Keep: t.Keep, Recompute: t.Recompute,
	}}
	if o.run == "" {
		o.run = t.Objective
	}
	if o.spec.Budget = int64(t.Budget.Seconds()); t.Budget > 0 && (t.Steps > 0 || o.spec.Budget == 0) {
		return o, corpus.Errorf(class, "a budget (%v) takes the place of steps (%d) and has a second at least", t.Budget, t.Steps)
	}
	var err error
	if o.spec.Dropout, err = zeroable(class, "dropout", t.Dropout); err != nil {
		return o, err
	}
	if o.spec.Spikes, err = zeroable(class, "spikes", t.Spikes); err != nil {
		return o, err
	}
	warmup, err := zeroable(class, "warmup", t.Warmup)
	o.spec.Warmup = int64(warmup)
	if err == nil && o.run != "" { // an unknown objective says more than its name
		err = checkRunName(class, o.run)
	}
	return o, err
}

// zeroable is a setting for a Spec, where 0 stands for the default.
func zeroable[T int64 | float64](class corpus.Class, name string, v *T) (float64, error) {
	switch {
	case v == nil:
		return 0, nil
	case *v < 0:
		return 0, corpus.Errorf(class, "%s is %v, want 0 or more", name, *v)
	case *v == 0:
		return trainer.None, nil
	}
	return float64(*v), nil
}

// checkRunName wants one plain name, which leads to a directory right below runs/.
func checkRunName(class corpus.Class, name string) error {
	if name == "" || strings.HasPrefix(name, ".") || strings.ContainsAny(name, "/\\\x00") {
		return corpus.Errorf(class, "%q is no name for a run; want one name without / and not beginning with a dot", name)
	}
	return nil
}
