package main

import (
	"slices"
	"strings"

	"corpus"

	"github.com/urfave/cli/v2"
)

func (a *app) ablateCommand() *cli.Command {
	return &cli.Command{
		Name: "ablate", Usage: "does selection help? the same decoder on a random share and on what is selected, measured on text held out",
		Description: "The arms: random is an even share of what passed language and rules, default the best share by the\n" +
			"built-in target, target the best by --target (or filter.target). All have the budget of --keep, one\n" +
			"tokenizer, learnt from the random share, and as many tokens to train on: batch × row × steps.\n" +
			"Of the held-out text the lines that any arm has 13 words in a row of are left out. It should come\n" +
			"from other sources than the target. What is measured is bits per byte: the less the better.\n" +
			"Works in data/ablate and runs/ablate-ARM-SEED, which nothing else needs; stopped, it goes on where it was.\n" +
			"--workers trainings run side by side, each with one thread, so that figures do not depend on it; on a GPU one at a time.",
		Flags: ablateFlags(), Action: a.ablate,
	}
}

func ablateFlags() []cli.Flag {
	return commonFlags(append(settingFlags("filter", "tokenize", "train"),
		&cli.StringFlag{Name: "arms", Usage: "`NAMES` of arms, with random among them (default: random,default and, if there is a target, target)"},
		&cli.StringSliceFlag{Name: "heldout", Usage: "`FILE` of text to measure on, as for --target; may be repeated"},
		&cli.IntFlag{Name: "seeds", Usage: "`N` trainings of each arm", Value: 3},
		&cli.StringFlag{Name: "model", Usage: "decoder: gpt2, bloom or a published `NAME`"},
		&cli.StringFlag{Name: "size", Usage: "`tiny`, small, base or large"},
		&cli.Int64Flag{Name: "steps", Usage: "`N` updates of each training"},
		&cli.IntFlag{Name: "batch", Usage: "`N` rows of an update"},
		&cli.IntFlag{Name: "seq-len", Usage: "`N` tokens of a row"},
		&cli.Float64Flag{Name: "lr", Usage: "peak learning `RATE`"},
		&cli.Float64Flag{Name: "dropout", Usage: "`P` of all dropouts"},
		&cli.StringFlag{Name: "precision", Usage: "of products: `float32`, tf32 (GPUs) or bf16"},
		&cli.StringFlag{Name: "device", Usage: "`cpu`, cuda or cuda:1", EnvVars: []string{"CORPUS_DEVICE"}},
		&cli.BoolFlag{Name: "rebuild", Usage: "forget selections and trainings of earlier ablations"},
	)...)
}

// ablation is what was asked for.
type ablation struct {
	arms    []string
	heldOut []string
	seeds   int
	each    trainOptions // but for name and seed
	rebuild bool
}

func (a *app) ablate(c *cli.Context) error {
	o, err := ablation{
		heldOut: c.StringSlice("heldout"), seeds: c.Int("seeds"), rebuild: c.Bool("rebuild"),
	}, error(nil)
	if o.each, err = ablateTraining(c); err != nil {
		return err
	}
	if len(o.heldOut) == 0 {
		return &corpus.Error{Class: corpus.Usage, What: "ablate wants --heldout FILE", Offset: -1, Next: "see `corpus ablate --help`"}
	}
	w, err := a.open(c, "filter", "tokenize", "train")
	if err != nil {
		return err
	}
	if o.arms, err = armsOf(c.String("arms"), len(w.Filter.Target) > 0); err != nil {
		return err
	}
	if err := canTrain(); err != nil {
		return err
	}
	return w.ablate(c, o)
}

// ablateTraining is one training but for its seed.
func ablateTraining(c *cli.Context) (trainOptions, error) {
	t := training{
		Run: "ablate", Objective: "clm", Model: c.String("model"), Size: c.String("size"), Steps: c.Int64("steps"),
		Batch: c.Int("batch"), SeqLen: c.Int("seq-len"), LR: c.Float64("lr"), Precision: c.String("precision"), Device: c.String("device"),
	}
	if c.IsSet("dropout") {
		v := c.Float64("dropout")
		t.Dropout = &v
	}
	if err := positive(c, "seeds", "steps", "batch", "seq-len", "lr"); err != nil {
		return trainOptions{}, err
	}
	o, err := t.options(corpus.Usage)
	if err == nil {
		o.spec, err = o.spec.Resolve()
	}
	return o, err
}

// The arms of an ablation.
const (
	armRandom  = "random" // what the others are compared with
	armDefault = "default"
	armTarget  = "target"
)

// armsOf reads the list of arms, the random one first.
func armsOf(list string, target bool) ([]string, error) {
	all := []string{armRandom, armDefault, armTarget}
	if list == "" && !target {
		return all[:2], nil
	}
	if list == "" {
		return all, nil
	}
	var arms []string
	for _, name := range strings.Split(list, ",") {
		name = strings.TrimSpace(name)
		switch {
		case !slices.Contains(all, name):
			return nil, corpus.Errorf(corpus.Usage, "there is no arm %q, only %s", name, strings.Join(all, ", "))
		case name == armTarget && !target:
			return nil, corpus.Errorf(corpus.Usage, "the arm target needs --target FILE")
		}
		arms = append(arms, name)
	}
	arms = slices.DeleteFunc(all, func(name string) bool { return !slices.Contains(arms, name) })
	if arms[0] != armRandom || len(arms) < 2 {
		return nil, corpus.Errorf(corpus.Usage, "--arms %s: want random and at least one other", list)
	}
	return arms, nil
}
