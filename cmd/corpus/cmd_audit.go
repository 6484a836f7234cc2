package main

import (
	"fmt"
	"math"

	"corpus"
	"corpus/filter/bias"
	"corpus/filter/toxic"
	"corpus/internal/term"

	"github.com/urfave/cli/v2"
)

func (a *app) auditCommand() *cli.Command {
	return &cli.Command{
		Name: "audit", Usage: "ask the toxicity score about sentences that differ only in the group of people they name", ArgsUsage: "[FILES]",
		Description: "Without FILES the sentences are of templates of our own. Those of the user are JSON lines or CSV with the members\n" +
			"or columns text and toxic (1 or 0), and group where the words that name a group are not among those that are known.\n" +
			"Of each group: the rate of harmless sentences that are taken for toxic, the share of toxic ones found, and three areas\n" +
			"under the ROC curve: of its sentences alone, of its harmless ones among toxic ones of others (BPSN: low when they score\n" +
			"too high), of its toxic ones among harmless ones of others (BNSP: low when they score too low).",
		Flags: commonFlags(
			&cli.StringFlag{Name: "toxicity-model", Usage: "`FILE` of train-toxicity, in the place of the embedded model"},
			&cli.Float64Flag{Name: "limit", Usage: "a sentence with a higher `SCORE` is taken for toxic", Value: toxic.Limit},
		),
		Action: a.audit,
	}
}

// auditLine is the outcome of a group, or with type summary of all sentences;
// what has no sentence of one kind is null.
type auditLine struct {
	Type      string   `json:"type"`
	Stage     string   `json:"stage,omitempty"`
	Group     string   `json:"group,omitempty"`
	Sentences int      `json:"sentences"`
	Wrong     *float64 `json:"false_positives"`
	Recall    *float64 `json:"recall"`
	AUC       *float64 `json:"auc"`
	BPSN      *float64 `json:"bpsn_auc"`
	BNSP      *float64 `json:"bnsp_auc"`
	Gap       *float64 `json:"gap,omitempty"`
}

func lineOf(o bias.Outcome) auditLine {
	return auditLine{"group", "", o.Group, o.Sentences, orNull(o.FalsePositiveRate), orNull(o.Recall), orNull(o.Subgroup), orNull(o.BPSN), orNull(o.BNSP), nil}
}

// orNull is a number for JSON, which has no NaN.
func orNull(f float64) *float64 {
	if math.IsNaN(f) {
		return nil
	}
	return &f
}

func (a *app) audit(c *cli.Context) error {
	a.json, a.quiet = c.Bool("json"), c.Bool("quiet")
	sentences := bias.Sentences()
	if c.Args().Present() {
		sentences = nil
	}
	for _, name := range c.Args().Slice() {
		more, err := bias.ReadSentences(name)
		if err != nil {
			return &corpus.Error{
				Class: corpus.BadConfig, What: "these are no sentences to audit with", Path: name, Offset: -1, Err: err,
				Next: "see corpus filter audit --help",
			}
		}
		sentences = append(sentences, more...)
	}
	meter := toxic.NewMeter(nil)
	if name := c.String("toxicity-model"); name != "" {
		m, err := toxic.LoadModel(name)
		if err != nil {
			return err
		}
		meter = toxic.NewMeter(m)
	}
	score := func(text string) float64 { return meter.Measure(nil, text, "en")[1] }
	return a.tellAudit(bias.Audit(sentences, score, c.Float64("limit")))
}

func (a *app) tellAudit(r bias.Report) error {
	if a.json {
		for _, o := range r.Groups {
			if err := printJSON(a.out, lineOf(o)); err != nil {
				return err
			}
		}
		sum := lineOf(r.All)
		sum.Type, sum.Stage, sum.Gap = "summary", "audit", &r.Gap
		return printJSON(a.out, sum)
	}
	rows := [][]string{{"group", "sentences", "false positives", "recall", "AUC", "BPSN", "BNSP"}}
	for _, o := range append(r.Groups, r.All) {
		name := term.Clean(o.Group)
		if name == "" {
			name = "all"
		}
		rows = append(rows, []string{name, term.Count(int64(o.Sentences)), rate(o.FalsePositiveRate), rate(o.Recall), rate(o.Subgroup), rate(o.BPSN), rate(o.BNSP)})
	}
	term.Table(a.out, rows)
	fmt.Fprintf(a.out, "\nlargest gap between the false positives of two groups: %.3f\n", r.Gap)
	return nil
}

func rate(f float64) string {
	if math.IsNaN(f) {
		return "–"
	}
	return fmt.Sprintf("%.3f", f)
}
