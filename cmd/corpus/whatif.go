package main

import (
	"context"
	"maps"
	"strconv"
	"strings"

	"corpus"
	"corpus/filter"
	"corpus/internal/engine"

	"github.com/urfave/cli/v2"
)

// whatIf prints the funnel that other limits would give.
func (w *workspace) whatIf(c *cli.Context, cfg filter.Config, job engine.Job) error {
	limits := maps.Clone(cfg.Limits)
	if limits == nil {
		limits = map[string]float64{}
	}
	for _, said := range c.StringSlice("what-if") {
		rule, number, ok := strings.Cut(said, "=")
		limit, err := strconv.ParseFloat(number, 64)
		if !ok || err != nil {
			return corpus.Errorf(corpus.Usage, "--what-if %q: want RULE=LIMIT, such as gopher.min_words=40", said)
		}
		limits[rule] = limit
	}
	cfg.Limits = limits
	if err := cfg.Check(); err != nil {
		return err
	}
	job.Stage, job.Trial = filter.Trial(cfg)
	sum, err := w.stage(c, job)
	if err == nil && !w.json && !w.quiet {
		w.funnel(sum.Counts)
	}
	return err
}

// disagreement is a document of which recipes do not think alike, with the rules
// that it fails by each.
type disagreement struct {
	ID     string                      `json:"id"`
	URL    string                      `json:"url"`
	Source string                      `json:"source"`
	Title  string                      `json:"title"`
	Lang   string                      `json:"lang"`
	Failed map[string][]corpus.Failure `json:"failed"`
}

// compareSummary is the last line of a comparison.
type compareSummary struct {
	Type     string           `json:"type"`
	Stage    string           `json:"stage"`
	Docs     int64            `json:"docs"`
	Passed   map[string]int64 `json:"passed"`
	Disagree int64            `json:"disagree"`
}

// compare prints the documents on which recipes disagree as JSON lines, duplicates
// left out, and how many each of them passes.
func (w *workspace) compare(ctx context.Context, names []string) error {
	if len(names) < 2 {
		return corpus.Errorf(corpus.Usage, "--compare wants two recipes, such as fineweb,dclm")
	}
	if _, err := w.input("ingest"); err != nil {
		return err
	}
	comparison, err := filter.NewComparison(names)
	if err != nil {
		return err
	}
	sets, err := w.datasets()
	if err != nil {
		return err
	}
	sum := compareSummary{Type: "summary", Stage: "compare", Passed: map[string]int64{}}
	for s, err := range stories(ctx, sets, false) {
		if err != nil {
			return err
		}
		if s.dropped("dedup") {
			continue
		}
		if d := sum.add(s, names, comparison.Failures(s.Text, s.Lang)); d != nil {
			if err := printJSON(w.out, d); err != nil {
				return err
			}
		}
	}
	return printJSON(w.out, sum)
}

// add counts a document; where the recipes disagree it is what to print.
func (c *compareSummary) add(s *story, names []string, failed [][]corpus.Failure) *disagreement {
	d := &disagreement{ID: s.ID.String(), URL: s.URL, Source: s.Source, Title: s.Title, Lang: s.Lang, Failed: map[string][]corpus.Failure{}}
	passed := 0
	for i, name := range names {
		d.Failed[name] = append([]corpus.Failure{}, failed[i]...)
		if len(failed[i]) == 0 {
			c.Passed[name]++
			passed++
		}
	}
	c.Docs++
	if passed == 0 || passed == len(names) {
		return nil
	}
	c.Disagree++
	return d
}
