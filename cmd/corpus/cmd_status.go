package main

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"corpus"
	"corpus/filter"
	"corpus/internal/term"
	"corpus/shards"
	"corpus/trainer"

	"github.com/urfave/cli/v2"
)

func (a *app) statusCommand() *cli.Command {
	return &cli.Command{
		Name: "status", Usage: "show what the workspace holds: the funnel, what dropped most, tokens, runs",
		Flags: commonFlags(
			&cli.BoolFlag{Name: "lost", Usage: "list the records that ingest could not use, as JSON lines"},
			&cli.BoolFlag{Name: "groups", Usage: "what the filter kept of each language, source, domain and group of people that texts mention, and the tokens there are of languages and sources"},
		),
		Action: func(c *cli.Context) error {
			w, err := a.open(c)
			if err != nil {
				return err
			}
			return w.reading(func() error {
				if c.Bool("lost") {
					return w.lost(c.Context)
				}
				if c.Bool("groups") {
					return w.statusGroups()
				}
				return w.status()
			})
		},
	}
}

func (w *workspace) status() error {
	sets, err := w.datasets()
	if err != nil {
		return err
	}
	runs, err := w.runStates()
	if err != nil {
		return err
	}
	if w.json {
		return w.statusJSON(sets, runs)
	}
	for _, name := range stageNames {
		if d := sets[name]; d != nil {
			fmt.Fprintf(w.out, "%-9s %s; %s in %s\n", name, describe(name, d.Manifest.Counts()),
				plural(len(d.Parts()), "part"), plural(len(d.Manifest.Generations), "generation"))
		} else {
			fmt.Fprintf(w.out, "%-9s not run yet\n", name)
		}
	}
	if d := sets["dedup"]; d != nil {
		w.similarities(d.Manifest.Counts())
	}
	if d := sets["filter"]; d != nil {
		w.funnel(d.Manifest.Counts())
		for _, line := range fallbacks(d.Manifest.Counts()) {
			fmt.Fprintln(w.out, line)
		}
		list, err := w.groupRates(d)
		if err != nil {
			return err
		}
		fmt.Fprintln(w.out)
		w.groups(slices.DeleteFunc(list, func(g groupRate) bool { return g.Kind == filter.GroupLang }), false)
	}
	if d := sets["shards"]; d != nil {
		list, err := d.Tallies()
		if err != nil {
			return err
		}
		fmt.Fprintln(w.out)
		w.tallies(list, false)
	}
	for _, r := range runs {
		fmt.Fprintf(w.out, "run %s: %s\n", r.Name, r.State)
	}
	return nil
}

// statusGroups prints all groups that the filter tells apart, and what the shards
// have of them.
func (w *workspace) statusGroups() error {
	d, err := w.input("filter")
	if err != nil {
		return err
	}
	list, err := w.groupRates(d)
	if err != nil {
		return err
	}
	set, err := w.dataset("shards")
	if err != nil {
		return err
	}
	tallies, err := set.Tallies()
	if err != nil {
		return err
	}
	if !w.json {
		w.groups(list, true)
		w.tallies(tallies, true)
		return nil
	}
	for _, g := range list {
		if err := printJSON(w.out, g); err != nil {
			return err
		}
	}
	for _, t := range tallies {
		if err := printJSON(w.out, tallyLine{"tally", t}); err != nil {
			return err
		}
	}
	return printJSON(w.out, map[string]any{"type": "summary", "stage": "status", "groups": len(list), "tallies": len(tallies)})
}

func (w *workspace) statusJSON(sets map[string]*shards.Dataset, runs []runState) error {
	for _, name := range stageNames {
		d := sets[name]
		if d == nil {
			continue
		}
		if err := printJSON(w.out, map[string]any{
			"type": "dataset", "stage": name, "parts": len(d.Parts()),
			"generations": len(d.Manifest.Generations), "counts": d.Manifest.Counts(),
		}); err != nil {
			return err
		}
	}
	for _, r := range runs {
		if err := printJSON(w.out, map[string]any{"type": "run", "run": r.Name, "state": r.State}); err != nil {
			return err
		}
	}
	return printJSON(w.out, map[string]any{"type": "summary", "stage": "status", "datasets": len(sets), "runs": len(runs)})
}

// funnelRows is how many rules the table of drops shows.
const funnelRows = 12

// funnel prints the filter's counts by language and by rule.
func (w *workspace) funnel(c corpus.Counts) {
	fmt.Fprintln(w.out)
	term.Table(w.out, languageRows(c))
	fmt.Fprintln(w.out)
	term.Table(w.out, dropRows(c))
	fmt.Fprintf(w.out, "\nbudget %s of a pool of %s; %s passed every rule", term.Bytes(c["budget_bytes"]), term.Bytes(c["pool_bytes"]), term.Bytes(c["eligible_bytes"]))
	if c["budget_bytes"] > 0 {
		fmt.Fprintf(w.out, " (%.1f × the budget)", float64(c["eligible_bytes"])/float64(c["budget_bytes"]))
	}
	fmt.Fprintln(w.out)
	if n := c["promoted.docs"]; n > 0 {
		fmt.Fprintf(w.out, "%s promoted in place of a duplicate's survivor that did not stay; %s of them are kept\n",
			plural(n, "document"), term.Count(c["promoted.docs_out"]))
	}
	if s := topOf(c, "edited_bytes.", "bytes cut or replaced, most by"); s != "" {
		fmt.Fprintln(w.out, s)
	}
	if c["trusted.docs_in"] > 0 {
		fmt.Fprintf(w.out, "of %s in trusted sources %s (%s) are kept beside the budget; a quality rule would have dropped %s of them\n",
			plural(c["trusted.docs_in"], "document"), term.Count(c["trusted.docs_out"]), term.Bytes(c["trusted.bytes_out"]), term.Count(c["trusted.spared"]))
	}
}

func languageRows(c corpus.Counts) [][]string {
	langs := map[string]int64{}
	for k, n := range withPrefix(c, "lang.") {
		if lang, ok := strings.CutSuffix(k, ".docs_in"); ok {
			langs[lang] = n
		}
	}
	row := func(name, prefix string) []string {
		return []string{
			name, term.Count(c[prefix+"docs_in"]), term.Bytes(c[prefix+"bytes_in"]),
			term.Count(c[prefix+"docs_out"]), term.Bytes(c[prefix+"bytes_out"]),
		}
	}
	rows, names := [][]string{{"language", "documents", "bytes", "kept", "bytes kept"}}, largest(langs)
	for _, l := range names[:min(len(names), funnelRows)] {
		rows = append(rows, row(l, "lang."+l+"."))
	}
	return append(rows, row("all", ""))
}

func dropRows(c corpus.Counts) [][]string {
	dropped := withPrefix(c, "dropped.")
	rows, names := [][]string{{"dropped by", "documents", "bytes", "by it alone", "bytes"}}, largest(dropped)
	for _, r := range names[:min(len(names), funnelRows)] {
		rows = append(rows, []string{
			r, term.Count(dropped[r]), term.Bytes(c["dropped_bytes."+r]),
			term.Count(c["dropped_alone."+r]), term.Bytes(c["dropped_alone_bytes."+r]),
		})
	}
	return rows
}

// runState is a training run and how far it is.
type runState struct{ Name, State string }

func (w *workspace) runStates() ([]runState, error) {
	names, err := w.runs()
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var states []runState
	for _, name := range names {
		s, err := trainer.Status(w.fs, filepath.Join(w.dir, "runs", name))
		if err != nil {
			return nil, err
		}
		states = append(states, runState{name, s})
	}
	return states, nil
}

// lost lists what ingest could not use.
func (w *workspace) lost(ctx context.Context) error {
	d, err := w.input("ingest")
	if err != nil {
		return err
	}
	records := 0
	for _, p := range d.Parts() {
		r, err := d.Table(p, "lost")
		if err != nil {
			return err
		}
		for row, err := range corpus.Rows(r) {
			if err = cmp.Or(err, context.Cause(ctx)); err != nil {
				return err
			}
			records++
			if err := printJSON(w.out, readLost(row)); err != nil {
				return err
			}
		}
	}
	if w.json {
		return printJSON(w.out, map[string]any{"type": "summary", "stage": "status", "records": records})
	}
	return nil
}

// lostRecord is what ingest could not use; without an offset it is a whole source.
type lostRecord struct {
	Source string `json:"source"`
	Offset *int64 `json:"offset"`
	Reason string `json:"reason"`
	Detail string `json:"detail"`
}

func readLost(row corpus.Row) lostRecord {
	text := func(column string) string { return row.Column(column).Strings[row.At] }
	l := lostRecord{Source: text("source"), Reason: text("reason"), Detail: text("detail")}
	if o := row.Column("offset").Ints[row.At]; o != corpus.NullInt {
		l.Offset = &o
	}
	return l
}
