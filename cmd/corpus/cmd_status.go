package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"sort"
	"strings"

	"corpus"
	"corpus/internal/term"
	"corpus/shards"
	"corpus/trainer"

	"github.com/urfave/cli/v2"
)

func (a *app) statusCommand() *cli.Command {
	return &cli.Command{
		Name: "status", Usage: "show what the workspace holds: the funnel, what dropped most, tokens, runs",
		Flags: commonFlags(&cli.BoolFlag{Name: "lost", Usage: "list the records that ingest could not use, as JSON lines"}),
		Action: func(c *cli.Context) error {
			w, err := a.open(c)
			if err != nil {
				return err
			}
			if c.Bool("lost") {
				return w.lost()
			}
			return w.status()
		},
	}
}

func (w *workspace) status() error {
	sets, err := w.datasets()
	if err != nil {
		return err
	}
	if w.json {
		return w.statusJSON(sets)
	}
	for _, name := range stageNames {
		if d := sets[name]; d != nil {
			fmt.Fprintf(w.out, "%-9s %s; %d parts in %d generations\n", name, describe(name, d.Manifest.Counts()), len(d.Parts()), len(d.Manifest.Generations))
		} else {
			fmt.Fprintf(w.out, "%-9s not run yet\n", name)
		}
	}
	if d := sets["filter"]; d != nil {
		w.funnel(d.Manifest.Counts())
	}
	return w.runStatus()
}

func (w *workspace) statusJSON(sets map[string]*shards.Dataset) error {
	enc := json.NewEncoder(w.out)
	for _, name := range stageNames {
		if d := sets[name]; d != nil {
			if err := enc.Encode(map[string]any{
				"type": "dataset", "stage": name, "parts": len(d.Parts()),
				"generations": len(d.Manifest.Generations), "counts": d.Manifest.Counts(),
			}); err != nil {
				return err
			}
		}
	}
	return enc.Encode(map[string]any{"type": "summary", "stage": "status"})
}

// funnelRows is how many rules the table of drops shows.
const funnelRows = 12

// funnel prints the filter's counts by language and by rule.
func (w *workspace) funnel(c corpus.Counts) {
	langs := map[string]int64{}
	for k, n := range withPrefix(c, "lang.") {
		if lang, ok := strings.CutSuffix(k, ".docs_in"); ok {
			langs[lang] = n
		}
	}
	rows := [][]string{{"language", "documents", "bytes", "kept", "bytes kept"}}
	for i, l := range largest(langs) {
		if i == funnelRows {
			break
		}
		rows = append(rows, []string{
			l, term.Count(c["lang."+l+".docs_in"]), term.Bytes(c["lang."+l+".bytes_in"]),
			term.Count(c["lang."+l+".docs_out"]), term.Bytes(c["lang."+l+".bytes_out"]),
		})
	}
	rows = append(rows, []string{"all", term.Count(c["docs_in"]), term.Bytes(c["bytes_in"]), term.Count(c["docs_out"]), term.Bytes(c["bytes_out"])})
	fmt.Fprintln(w.out)
	term.Table(w.out, rows)

	dropped, alone := withPrefix(c, "dropped."), withPrefix(c, "dropped_alone.")
	rows = [][]string{{"dropped by", "documents", "by it alone"}}
	for i, r := range largest(dropped) {
		if i == funnelRows {
			break
		}
		rows = append(rows, []string{r, term.Count(dropped[r]), term.Count(alone[r])})
	}
	fmt.Fprintln(w.out)
	term.Table(w.out, rows)
	fmt.Fprintf(w.out, "\nbudget %s of a pool of %s; %s passed every rule (%.1f × the budget)\n", term.Bytes(c["budget_bytes"]),
		term.Bytes(c["pool_bytes"]), term.Bytes(c["eligible_bytes"]), float64(c["eligible_bytes"])/float64(max(1, c["budget_bytes"])))
}

func (w *workspace) runStatus() error {
	runs, err := w.runs()
	if err != nil {
		return err
	}
	sort.Strings(runs)
	for _, name := range runs {
		s, err := trainer.Status(w.fs, filepath.Join(w.dir, "runs", name))
		if err != nil {
			return err
		}
		fmt.Fprintf(w.out, "run %s: %s\n", name, s)
	}
	return nil
}

// lost lists what ingest could not use.
func (w *workspace) lost() error {
	d, err := w.input("ingest")
	if err != nil {
		return err
	}
	enc := json.NewEncoder(w.out)
	enc.SetEscapeHTML(false)
	for _, p := range d.Parts() {
		r, err := d.Table(p, "lost")
		if err != nil {
			return err
		}
		for row, err := range corpus.Rows(r) {
			if err != nil {
				return err
			}
			var offset *int64 // null: the source as a whole
			if o := row.Column("offset").Ints[row.At]; o != corpus.NullInt {
				offset = &o
			}
			if err := enc.Encode(map[string]any{
				"source": row.Column("source").Strings[row.At], "offset": offset,
				"reason": row.Column("reason").Strings[row.At], "detail": row.Column("detail").Strings[row.At],
			}); err != nil {
				return err
			}
		}
	}
	return nil
}
