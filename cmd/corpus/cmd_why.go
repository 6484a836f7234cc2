package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"corpus"
	"corpus/filter"
	"corpus/internal/term"

	"github.com/urfave/cli/v2"
)

func (a *app) whyCommand() *cli.Command {
	return &cli.Command{
		Name: "why", Usage: "say what became of a document and why: every rule it failed, its duplicate, all measures",
		ArgsUsage: "ID-or-URL", Flags: commonFlags(),
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 {
				return corpus.Errorf(corpus.Usage, "why wants one id, URL or source")
			}
			w, err := a.open(c)
			if err != nil {
				return err
			}
			return w.reading(func() error { return w.why(c.Context, c.Args().First()) })
		},
	}
}

func (w *workspace) why(ctx context.Context, what string) error {
	if _, err := w.input("ingest"); err != nil {
		return err
	}
	sets, err := w.datasets()
	if err != nil {
		return err
	}
	sum := catSummaryLine{Type: "summary", Stage: "why"}
	for s, err := range stories(ctx, sets, true) {
		if err != nil {
			return err
		}
		if s.ID.String() != what && s.URL != what && s.Source != what {
			continue
		}
		sum.add(s.Text)
		var pairs []beside
		if sum.DocsOut <= maxBeside {
			if pairs, err = besides(ctx, sets["ingest"], s); err != nil {
				return err
			}
		}
		if !w.json {
			w.tell(s, pairs)
			continue
		}
		l := s.line(true)
		l.Beside = pairs
		if err := printJSON(w.out, l); err != nil {
			return err
		}
	}
	if sum.DocsOut == 0 {
		return &corpus.Error{
			Class: corpus.NoInput, What: "no document has this id, URL or source: " + what, Offset: -1,
			Next: "if its record could not be read, it is listed by `corpus status --lost`",
		}
	}
	if w.json {
		return printJSON(w.out, sum)
	}
	return nil
}

// tell writes for people what is known of a document, and shows it beside others.
func (w *workspace) tell(s *story, pairs []beside) {
	fmt.Fprintf(w.out, "%s  %s\n", s.ID, term.Clean(strings.TrimSpace(s.URL+" "+s.Source)))
	trusted := ""
	if s.Trusted {
		trusted = ", of a trusted source"
	}
	fmt.Fprintf(w.out, "  %q, language %s, %s of text%s\n", cut(s.Title, s.Text), cmp.Or(s.Lang, "unknown"), term.Bytes(int64(len(s.Text))), trusted)
	fmt.Fprintln(w.out, "  dedup: "+s.Dedup.describe())
	for _, b := range pairs {
		w.tellBeside(b)
	}
	switch {
	case s.Filter == nil:
		fmt.Fprintln(w.out, "  filter: not run yet")
	case s.Filter.Keep && s.Trusted:
		fmt.Fprintln(w.out, "  filter: kept: trusted source")
	case s.Filter.Keep:
		fmt.Fprintln(w.out, "  filter: kept")
	default:
		fmt.Fprintln(w.out, "  filter: dropped by")
		for _, f := range s.Filter.Failed {
			fmt.Fprintf(w.out, "    %s: %s\n", f.Rule, s.explain(f))
		}
	}
	if s.Filter != nil && s.Filter.Promoted && s.Dedup != nil {
		fmt.Fprintln(w.out, "  filter: promoted in place of "+s.Dedup.Survivor)
	}
	w.tellEdits(s.Edits)
	for _, k := range slices.Sorted(maps.Keys(s.Attrs)) {
		fmt.Fprintf(w.out, "  %s = %s\n", k, number(s.Attrs[k]))
	}
}

// maxToldEdits is how many edits of a document are told one by one.
const maxToldEdits = 20

// tellEdits writes the first edits, and of the others the number by rule.
func (w *workspace) tellEdits(edits []corpus.Edit) {
	told := min(len(edits), maxToldEdits)
	for _, e := range edits[:told] {
		if e.With == "" {
			fmt.Fprintf(w.out, "  cut by %s: bytes %d to %d\n", e.Rule, e.Start, e.End)
		} else {
			fmt.Fprintf(w.out, "  %s puts %s for bytes %d to %d\n", e.Rule, term.Clean(e.With), e.Start, e.End)
		}
	}
	more, bytes := map[string]int{}, map[string]int{}
	for _, e := range edits[told:] {
		more[e.Rule]++
		bytes[e.Rule] += e.End - e.Start
	}
	for _, rule := range slices.Sorted(maps.Keys(more)) {
		fmt.Fprintf(w.out, "  and %s more by %s, %s in all (--json tells each)\n", term.Count(int64(more[rule])), rule, term.Bytes(int64(bytes[rule])))
	}
}

func (d *duplicate) describe() string {
	switch {
	case d == nil:
		return "not run yet"
	case d.spared() && d.Similarity != nil && d.MatchSimilarity != nil:
		return fmt.Sprintf("survived, since it is less like %s, whose cluster of %d it is in, than dedup.verify asks: similarity %.2f, and %.2f to its match %s",
			d.Cluster, d.Size, *d.Similarity, *d.MatchSimilarity, d.Match)
	case d.Kind == "":
		return fmt.Sprintf("survived, cluster of %d", d.Size)
	case d.Against != nil:
		return fmt.Sprintf("has words of %s", d.Against)
	case d.Similarity == nil:
		return fmt.Sprintf("%s duplicate of %s; cluster of %d, survivor %s", d.Kind, d.Match, d.Size, d.Survivor)
	case d.Match != d.Survivor && d.MatchSimilarity != nil:
		return fmt.Sprintf("%s duplicate of %s, similarity %.2f to it and %.2f to the survivor; cluster of %d, survivor %s",
			d.Kind, d.Match, *d.MatchSimilarity, *d.Similarity, d.Size, d.Survivor)
	}
	return fmt.Sprintf("%s duplicate of %s, similarity %.2f to the survivor; cluster of %d, survivor %s", d.Kind, d.Match, *d.Similarity, d.Size, d.Survivor)
}

func (o *overlap) String() string {
	return fmt.Sprintf("the evaluation set %s, line %d: %q", o.Set, o.Line, strings.Join(strings.Fields(term.Clean(o.Text)), " "))
}

// explain says how a document failed a rule: most have a value and a limit.
func (s *story) explain(f corpus.Failure) string {
	switch f.Rule {
	case filter.RuleExact, filter.RuleURL, filter.RuleNear:
		if s.Dedup != nil {
			return fmt.Sprintf("similarity %.2f to %s", f.Value, s.Dedup.Survivor)
		}
	case filter.RuleAgainst:
		if s.Dedup != nil && s.Dedup.Against != nil {
			return fmt.Sprintf("%.2f of its words are of evaluation sets, the first %s", f.Value, s.Dedup.Against)
		}
	case filter.RuleLang:
		return cmp.Or(s.Lang, "an unknown language") + " is not among the languages wanted"
	case filter.RuleBudget:
		if f.Limit == math.MaxFloat64 {
			return "it does not fit the budget of its language, nor did a document before it"
		}
		return fmt.Sprintf("its score is %s, the last one kept has %s", number(f.Value), number(f.Limit))
	case filter.RuleBetterCopy:
		return fmt.Sprintf("its score is %s, that of a copy that passes too %s", number(f.Value), number(f.Limit))
	case filter.RuleDomain:
		if f.Limit == math.MaxFloat64 {
			return "it does not fit the cap of its domain, nor did a document before it"
		}
		return fmt.Sprintf("its domain reaches its cap: its score is %s, the last one of the domain has %s", number(f.Value), number(f.Limit))
	}
	return fmt.Sprintf("%s, the limit is %s", number(f.Value), number(f.Limit))
}

func number(f float64) string {
	if math.IsNaN(f) {
		return "–"
	}
	return fmt.Sprintf("%.6g", f)
}

// cut is the title, or the beginning of the text.
func cut(title, text string) string {
	s := title
	if s == "" {
		s = strings.Join(strings.Fields(text[:min(len(text), 400)]), " ")
	}
	r := []rune(strings.ToValidUTF8(term.Clean(s), ""))
	return string(r[:min(len(r), 60)])
}
