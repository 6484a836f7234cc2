package main

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"corpus"
	"corpus/filter/toxic"
	"corpus/internal/fsx"
	"corpus/internal/term"

	"github.com/urfave/cli/v2"
)

func (a *app) trainToxicityCommand() *cli.Command {
	return &cli.Command{
		Name: "train-toxicity", Usage: "learn to tell toxic English texts from others, for filter.toxicity_model", ArgsUsage: "FILES",
		Description: "Files are JSONL or CSV (.gz too) with a text and a label in each record. Without --toxic, labels such as toxic,\n" +
			"true or hate are toxic, others such as neither or false are not, numbers are from 0.5 on; unknown ones are\n" +
			"skipped and counted. It prints how well a model of the others tells the texts held out.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "out", Usage: "`FILE` to write the model to"},
			&cli.StringFlag{Name: "text", Value: "text", Usage: "`NAME` of the column or member that holds the text"},
			&cli.StringFlag{Name: "label", Value: "label", Usage: "`NAME` of the column or member that holds the label"},
			&cli.StringSliceFlag{Name: "toxic", Usage: "`LABEL` of toxic texts, all others are not; may be repeated"},
			&cli.Float64Flag{Name: "held", Value: 0.2, Usage: "`SHARE` of the texts that the figures are measured on"},
			&cli.Uint64Flag{Name: "seed", Value: 1, Usage: "`N` puts the examples in another order"},
			&cli.BoolFlag{Name: "json", Usage: "print the summary as JSON", EnvVars: []string{"CORPUS_JSON"}},
		},
		Action: a.trainToxicity,
	}
}

// trainedToxicity is the summary of train-toxicity; figures are null when the
// texts held out, or the others, are all of one kind.
type trainedToxicity struct {
	Type      string         `json:"type"`
	Stage     string         `json:"stage"`
	Toxic     int            `json:"toxic"`
	Other     int            `json:"other"`
	HeldToxic int            `json:"held_toxic"`
	HeldOther int            `json:"held_other"`
	Skipped   map[string]int `json:"skipped"`
	AUC       *float64       `json:"auc"`
	Recall    *float64       `json:"recall"`
	Wrong     *float64       `json:"false_positives"`
	Bytes     int64          `json:"bytes"`
	Out       string         `json:"out"`
}

func (a *app) trainToxicity(c *cli.Context) error {
	out := c.String("out")
	if out == "" || !c.Args().Present() {
		return corpus.Errorf(corpus.Usage, "train-toxicity wants FILES and --out")
	}
	m, report, err := toxic.TrainFiles(c.Args().Slice(), toxic.FileOptions{
		Text: c.String("text"), Label: c.String("label"), Toxic: c.StringSlice("toxic"), Seed: c.Uint64("seed"), Held: c.Float64("held"),
	})
	if err != nil {
		return err
	}
	var model bytes.Buffer
	if err := m.Encode(&model); err != nil {
		return err
	}
	if err := fsx.WriteFile(fsx.OS{}, filepath.Clean(out), model.Bytes()); err != nil {
		return &corpus.Error{Class: corpus.Disk, What: "cannot be written", Path: out, Offset: -1, Err: err}
	}
	return a.toxicitySummary(c.Bool("json"), report, int64(model.Len()), out)
}

func (a *app) toxicitySummary(asJSON bool, r toxic.Report, size int64, out string) error {
	if asJSON {
		return printJSON(a.out, trainedToxicity{
			Type: "summary", Stage: "train-toxicity", Toxic: r.Toxic, Other: r.Other, HeldToxic: r.HeldToxic, HeldOther: r.HeldOther,
			Skipped: r.Skipped, AUC: finite(r.AUC), Recall: finite(r.Recall), Wrong: finite(r.Wrong), Bytes: size, Out: out,
		})
	}
	var skipped []string
	for _, reason := range slices.Sorted(maps.Keys(r.Skipped)) {
		skipped = append(skipped, fmt.Sprintf(", %d skipped (%s)", r.Skipped[reason], reason))
	}
	_, err := fmt.Fprintf(a.err, "train-toxicity: %d toxic and %d other texts%s, model of %s\nof %d and %d held out: AUC %s; above %v are %s of the toxic, %s of the others\n",
		r.Toxic, r.Other, strings.Join(skipped, ""), term.Bytes(size), r.HeldToxic, r.HeldOther, number(r.AUC), toxic.Limit, number(r.Recall), number(r.Wrong))
	return err
}

// finite is f, nil for NaN, which JSON has not.
func finite(f float64) *float64 {
	if math.IsNaN(f) {
		return nil
	}
	return &f
}
