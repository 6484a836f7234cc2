package main

import (
	"encoding/json"
	"math"
	"slices"
	"time"

	"corpus"

	"github.com/urfave/cli/v2"
)

func (a *app) catCommand() *cli.Command {
	return &cli.Command{
		Name: "cat", Usage: "print documents of a stage as JSON lines", ArgsUsage: "ingest|dedup|filter",
		Description: "ingest prints every document, dedup those that survived, filter those that were kept.\n" +
			"With --dropped dedup and filter print the others, with the reason.",
		Flags: commonFlags(
			&cli.BoolFlag{Name: "dropped", Usage: "the documents that the stage dropped"},
			&cli.StringFlag{Name: "rule", Usage: "only those that failed `RULE`, such as gopher.min_words"},
			&cli.StringFlag{Name: "lang", Usage: "only documents of this `LANGUAGE`"},
			&cli.IntFlag{Name: "sample", Usage: "`N` documents, the same ones every time"},
			&cli.BoolFlag{Name: "attrs", Usage: "with attributes and verdicts"},
		),
		Action: func(c *cli.Context) error {
			stage := c.Args().First()
			if !slices.Contains([]string{"ingest", "dedup", "filter"}, stage) || c.NArg() != 1 {
				return corpus.Errorf(corpus.Usage, "cat wants one of ingest, dedup, filter")
			}
			w, err := a.open(c)
			if err != nil {
				return err
			}
			dropped := c.Bool("dropped") || c.String("rule") != ""
			return w.cat(stage, dropped, c.String("rule"), c.String("lang"), c.Int("sample"), c.Bool("attrs"))
		},
	}
}

// line is a document as cat prints it.
type line struct {
	ID        string             `json:"id"`
	URL       string             `json:"url"`
	Source    string             `json:"source"`
	Title     string             `json:"title"`
	Fetched   string             `json:"fetched,omitempty"`
	Lang      string             `json:"lang"`
	LangScore *float64           `json:"lang_score"`
	Text      string             `json:"text"`
	Dedup     *duplicate         `json:"dedup,omitempty"`
	Filter    *decision          `json:"filter,omitempty"`
	Attrs     map[string]float64 `json:"attrs,omitempty"`
}

func (w *workspace) cat(stage string, dropped bool, rule, lang string, sample int, attrs bool) error {
	if _, err := w.input(stage); err != nil {
		return err
	}
	sets, err := w.datasets()
	if err != nil {
		return err
	}
	enc := json.NewEncoder(w.out)
	enc.SetEscapeHTML(false)
	pick := sampler{n: sample}
	for s, err := range stories(sets, attrs) {
		if err != nil {
			return err
		}
		if !s.reached(stage) || s.dropped(stage) != dropped || lang != "" && s.Lang != lang || rule != "" && !s.failed(rule) {
			continue
		}
		l := s.line(attrs || dropped)
		if sample > 0 {
			pick.add(s.ID, l)
		} else if err := enc.Encode(l); err != nil {
			return err
		}
	}
	for _, l := range pick.lines() {
		if err := enc.Encode(l); err != nil {
			return err
		}
	}
	return nil
}

// reached says whether the stage has decided about the document yet.
func (s *story) reached(stage string) bool {
	return stage == "ingest" || stage == "dedup" && s.Dedup != nil || stage == "filter" && s.Filter != nil
}

// dropped says whether the stage, or one before it, dropped the document.
func (s *story) dropped(stage string) bool {
	switch stage {
	case "dedup":
		return s.Dedup != nil && s.Dedup.Kind != ""
	case "filter":
		return s.Filter != nil && !s.Filter.Keep
	}
	return false
}

func (s *story) failed(rule string) bool {
	if s.Dedup != nil && "dedup."+s.Dedup.Kind == rule {
		return true
	}
	return s.Filter != nil && slices.ContainsFunc(s.Filter.Failed, func(f corpus.Failure) bool { return f.Rule == rule })
}

func (s *story) line(verdicts bool) line {
	l := line{ID: s.ID.String(), URL: s.URL, Source: s.Source, Title: s.Title, Lang: s.Lang, Text: s.Text, Attrs: s.Attrs}
	if s.Fetched != corpus.NullInt {
		l.Fetched = time.Unix(s.Fetched, 0).UTC().Format(time.RFC3339)
	}
	if !math.IsNaN(s.LangScore) {
		l.LangScore = &s.LangScore
	}
	if verdicts {
		l.Dedup, l.Filter = s.Dedup, s.Filter
	}
	return l
}

// sampler keeps the n documents with the smallest ids, which are hashes.
type sampler struct {
	n    int
	kept []line
}

func (p *sampler) add(id corpus.ID, l line) {
	i, _ := slices.BinarySearchFunc(p.kept, id.String(), func(l line, id string) int {
		return compare(l.ID, id)
	})
	if i >= p.n {
		return
	}
	l.Text = string([]byte(l.Text)) // the part's memory is reused
	p.kept = slices.Insert(p.kept, i, l)
	p.kept = p.kept[:min(len(p.kept), p.n)]
}

func (p *sampler) lines() []line { return p.kept }

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
