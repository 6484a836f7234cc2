package main

import (
	"bytes"
	"fmt"
	"math"
	"path/filepath"

	"corpus"
	"corpus/filter"
	"corpus/internal/fsx"
	"corpus/internal/term"

	"github.com/urfave/cli/v2"
)

func (a *app) trainQualityCommand() *cli.Command {
	return &cli.Command{
		Name: "train-quality", Usage: "learn to tell good texts from bad ones, for --select quality",
		Description: "Files are text, cut into examples of 2 kB, or JSONL with a member \"text\", a line an example.\n" +
			"It prints how well a model of nine tenths of them tells the rest (AUC: 1 is always, 0.5 is chance).",
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "good", Usage: "`FILE` of texts worth keeping; may be repeated"},
			&cli.StringSliceFlag{Name: "bad", Usage: "`FILE` of other texts; may be repeated"},
			&cli.StringFlag{Name: "out", Usage: "`FILE` to write the model to"},
			&cli.Uint64Flag{Name: "seed", Usage: "`N` puts the examples in another order"},
			&cli.BoolFlag{Name: "json", Usage: "print the summary as JSON", EnvVars: []string{"CORPUS_JSON"}},
		},
		Action: a.trainQuality,
	}
}

// trained is the summary of train-quality.
type trained struct {
	Type  string   `json:"type"`
	Stage string   `json:"stage"`
	Good  int      `json:"good"`
	Bad   int      `json:"bad"`
	AUC   *float64 `json:"auc"` // null when one side has too few texts to hold out some
	Bytes int64    `json:"bytes"`
	Out   string   `json:"out"`
}

func (a *app) trainQuality(c *cli.Context) error {
	for _, flag := range []string{"good", "bad", "out"} {
		if !c.IsSet(flag) {
			return corpus.Errorf(corpus.Usage, "train-quality wants --good, --bad and --out; --%s is not there", flag)
		}
	}
	q, report, err := filter.TrainQuality(c.StringSlice("good"), c.StringSlice("bad"), c.Uint64("seed"))
	if err != nil {
		return err
	}
	var model bytes.Buffer
	if err := q.Encode(&model); err != nil {
		return err
	}
	out := c.String("out")
	if err := fsx.WriteFile(fsx.OS{}, filepath.Clean(out), model.Bytes()); err != nil {
		return &corpus.Error{Class: corpus.Disk, What: "cannot be written", Path: out, Offset: -1, Err: err}
	}
	sum := trained{Type: "summary", Stage: "train-quality", Good: report.Good, Bad: report.Bad, Bytes: int64(model.Len()), Out: out}
	if !math.IsNaN(report.AUC) {
		sum.AUC = &report.AUC
	}
	if c.Bool("json") {
		return printJSON(a.out, sum)
	}
	_, err = fmt.Fprintf(a.err, "train-quality: %d good and %d bad texts, AUC %s, model of %s\n", sum.Good, sum.Bad, number(report.AUC), term.Bytes(sum.Bytes))
	return err
}
