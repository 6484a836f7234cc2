package main

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"corpus"
	"corpus/filter"
	"corpus/filter/recipe"
	"corpus/internal/edit"

	"github.com/urfave/cli/v2"
)

func (a *app) catCommand() *cli.Command {
	return &cli.Command{
		Name: "cat", Usage: "print documents of a stage as JSON lines", ArgsUsage: "ingest|dedup|filter|kept",
		Description: "ingest prints every document, dedup those that survived, filter those that were kept.\n" +
			"With --dropped dedup and filter print the others, with the reason. What filter keeps is printed\n" +
			"with its edits made. kept prints the table that is tokenized, with the copies that --augment adds.",
		Flags: commonFlags(
			&cli.BoolFlag{Name: "dropped", Usage: "the documents that the stage dropped"},
			&cli.StringFlag{Name: "rule", Usage: "only those that failed `RULE`, such as gopher.min_words"},
			&cli.StringFlag{Name: "lang", Usage: "only documents of this `LANGUAGE`"},
			&cli.IntFlag{Name: "sample", Usage: "`N` documents, the same ones every time"},
			&cli.BoolFlag{Name: "attrs", Usage: "with attributes and verdicts"},
		),
		Action: func(c *cli.Context) error {
			q := query{
				stage: c.Args().First(), dropped: c.Bool("dropped") || c.IsSet("rule"), rule: c.String("rule"),
				lang: c.String("lang"), sample: c.Int("sample"), attrs: c.Bool("attrs"),
			}
			if c.NArg() != 1 {
				return corpus.Errorf(corpus.Usage, "cat wants one stage: %s", strings.Join(catStages, ", "))
			}
			w, err := a.open(c)
			if err != nil {
				return err
			}
			if err := q.check(w.ruleNames(), c.IsSet("rule"), c.IsSet("sample")); err != nil {
				return err
			}
			return w.reading(func() error { return w.cat(c.Context, q) })
		},
	}
}

// catStages are those whose documents cat prints.
var catStages = []string{"ingest", "dedup", "filter", "kept"}

// query says which documents to print and how.
type query struct {
	stage, rule, lang string
	dropped, attrs    bool
	sample            int
}

// check refuses what could only print nothing.
func (q query) check(rules []string, rule, sample bool) error {
	known := map[string][]string{"dedup": filter.DuplicateRules(), "filter": rules}
	switch {
	case !slices.Contains(catStages, q.stage):
		return corpus.Errorf(corpus.Usage, "cat has no stage %q, only %s", q.stage, strings.Join(catStages, ", "))
	case q.stage == "kept" && (q.dropped || q.attrs):
		return corpus.Errorf(corpus.Usage, "kept has neither verdicts nor attributes: those go with filter")
	case q.dropped && q.stage == "ingest":
		return &corpus.Error{
			Class: corpus.Usage, What: "ingest has no verdicts: --dropped and --rule go with dedup and filter", Offset: -1,
			Next: "see the records that ingest could not use with `corpus status --lost`",
		}
	case rule && !slices.Contains(known[q.stage], q.rule):
		return corpus.Errorf(corpus.Usage, "%s has no rule %q, only %s", q.stage, q.rule, strings.Join(known[q.stage], ", "))
	case sample && q.sample < 1:
		return corpus.Errorf(corpus.Usage, "--sample is %d, want 1 or more", q.sample)
	}
	return nil
}

// ruleNames are all rules by which the filter may have dropped something.
func (w *workspace) ruleNames() []string {
	names := append(filter.DuplicateRules(), filter.RuleBetterCopy, filter.RuleLang, filter.RuleBudget, filter.RuleDomain)
	for _, name := range recipe.Names() {
		for _, r := range (filter.Config{Recipe: name}).Rules() {
			names = append(names, r.Name)
		}
	}
	for _, own := range w.Filter.Rules {
		names = append(names, own.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// line is a document as cat prints it.
type line struct {
	ID        string             `json:"id"`
	URL       string             `json:"url"`
	Source    string             `json:"source"`
	Title     string             `json:"title"`
	Fetched   string             `json:"fetched,omitempty"`
	Author    string             `json:"author,omitempty"`
	Lang      string             `json:"lang"`
	LangScore *float64           `json:"lang_score"`
	Trusted   bool               `json:"trusted,omitempty"`
	Derived   string             `json:"derived,omitempty"`
	Text      string             `json:"text"`
	Dedup     *duplicate         `json:"dedup,omitempty"`
	Beside    []beside           `json:"beside,omitempty"`
	Filter    *decision          `json:"filter,omitempty"`
	Edits     []corpus.Edit      `json:"edits,omitempty"`
	Attrs     map[string]float64 `json:"attrs,omitempty"`
}

func (w *workspace) cat(ctx context.Context, q query) error {
	if q.stage == "kept" {
		return w.catKept(ctx, q)
	}
	if _, err := w.input(q.stage); err != nil {
		return err
	}
	sets, err := w.datasets()
	if err != nil {
		return err
	}
	out := printer{workspace: w, pick: sampler{n: q.sample}}
	for s, err := range stories(ctx, sets, q.attrs) {
		if err != nil {
			return err
		}
		if !q.wants(s) {
			continue
		}
		l := s.line(q.attrs || q.dropped)
		if q.stage == "filter" && !q.dropped {
			l.Text = edit.Apply(s.Text, s.Edits)
		}
		if err := out.add(l); err != nil {
			return err
		}
	}
	return out.end()
}

// catKept prints the rows that the filter wrote.
func (w *workspace) catKept(ctx context.Context, q query) error {
	d, err := w.input("filter")
	if err != nil {
		return err
	}
	out := printer{workspace: w, pick: sampler{n: q.sample}}
	for _, p := range d.Parts() {
		r, err := d.Table(p, filter.RoleKept)
		if err != nil {
			return err
		}
		for row, err := range corpus.Rows(r) {
			if err = cmp.Or(err, context.Cause(ctx)); err != nil {
				return err
			}
			s := story{Document: row.Document(row.At)}
			if q.lang != "" && s.Lang != q.lang {
				continue
			}
			l := s.line(false)
			l.Derived = row.Column("derived").Strings[row.At]
			if err := out.add(l); err != nil {
				return err
			}
		}
	}
	return out.end()
}

// printer prints documents, or a sample of them at the end.
type printer struct {
	*workspace
	pick sampler
	sum  catSummaryLine
}

func (p *printer) add(l line) error {
	if p.pick.n > 0 {
		p.pick.add(l)
		return nil
	}
	p.sum.add(l.Text)
	return printJSON(p.out, l)
}

// end prints the sample, and the summary for --json.
func (p *printer) end() error {
	kept := p.pick.kept
	p.pick = sampler{}
	for _, l := range kept {
		if err := p.add(l); err != nil {
			return err
		}
	}
	if !p.json {
		return nil
	}
	p.sum.Type, p.sum.Stage = "summary", "cat"
	return printJSON(p.out, p.sum)
}

func (q query) wants(s *story) bool {
	return s.reached(q.stage) && s.dropped(q.stage) == q.dropped && (q.lang == "" || s.Lang == q.lang) && (q.rule == "" || s.failed(q.stage, q.rule))
}

// catSummaryLine is the last line of --json after documents: how many were
// printed, and the bytes of their texts.
type catSummaryLine struct {
	Type     string `json:"type"`
	Stage    string `json:"stage"`
	DocsOut  int64  `json:"docs_out"`
	BytesOut int64  `json:"bytes_out"`
}

func (d *catSummaryLine) add(text string) {
	d.DocsOut++
	d.BytesOut += int64(len(text))
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

// failed says whether the stage dropped the document by the rule, among others.
func (s *story) failed(stage, rule string) bool {
	if stage == "dedup" {
		return s.Dedup != nil && "dedup."+s.Dedup.Kind == rule
	}
	return s.Filter != nil && slices.ContainsFunc(s.Filter.Failed, func(f corpus.Failure) bool { return f.Rule == rule })
}

func (s *story) line(verdicts bool) line {
	l := line{ID: s.ID.String(), URL: s.URL, Source: s.Source, Title: s.Title, Author: s.Author, Lang: s.Lang, Trusted: s.Trusted, Text: s.Text, Attrs: s.Attrs}
	if s.Fetched != corpus.NullInt {
		l.Fetched = time.Unix(s.Fetched, 0).UTC().Format(time.RFC3339)
	}
	if !math.IsNaN(s.LangScore) {
		l.LangScore = &s.LangScore
	}
	if s.Filter != nil && s.Filter.Keep {
		l.Edits = s.Edits
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

func (p *sampler) add(l line) {
	i, _ := slices.BinarySearchFunc(p.kept, l.ID, func(l line, id string) int { return strings.Compare(l.ID, id) })
	if i >= p.n {
		return
	}
	l.Text = strings.Clone(l.Text) // the part's memory is reused
	p.kept = slices.Insert(p.kept, i, l)
	p.kept = p.kept[:min(len(p.kept), p.n)]
}
