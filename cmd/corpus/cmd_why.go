package main

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"corpus"
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
			return w.why(c.Args().First())
		},
	}
}

func (w *workspace) why(what string) error {
	if _, err := w.input("ingest"); err != nil {
		return err
	}
	sets, err := w.datasets()
	if err != nil {
		return err
	}
	found := 0
	for s, err := range stories(sets, true) {
		if err != nil {
			return err
		}
		if s.ID.String() != what && s.URL != what && s.Source != what {
			continue
		}
		found++
		if err := w.tell(s); err != nil {
			return err
		}
	}
	if found == 0 {
		return &corpus.Error{
			Class: corpus.NoInput, What: "no document has this id, URL or source: " + what, Offset: -1,
			Next: "if its record could not be read, it is listed by `corpus status --lost`",
		}
	}
	return nil
}

func (w *workspace) tell(s *story) error {
	if w.json {
		return json.NewEncoder(w.out).Encode(s.line(true))
	}
	fmt.Fprintf(w.out, "%s  %s\n", s.ID, term.Clean(strings.TrimSpace(s.URL+" "+s.Source)))
	fmt.Fprintf(w.out, "  %q, language %s, %s of text\n", cut(s.Title, s.Text), orNone(s.Lang), term.Bytes(int64(len(s.Text))))
	if d := s.Dedup; d != nil && d.Kind != "" {
		fmt.Fprintf(w.out, "  dedup: %s duplicate of %s%s; cluster of %d, survivor %s\n", d.Kind, d.Match, similarity(d), d.Size, d.Survivor)
	} else if d != nil {
		fmt.Fprintf(w.out, "  dedup: survived, cluster of %d\n", d.Size)
	}
	switch {
	case s.Filter == nil:
		fmt.Fprintln(w.out, "  filter: not run yet")
	case s.Filter.Keep:
		fmt.Fprintln(w.out, "  filter: kept")
	default:
		fmt.Fprintln(w.out, "  filter: dropped by")
		for _, f := range s.Filter.Failed {
			fmt.Fprintf(w.out, "    %s: %s, the limit is %s\n", f.Rule, number(f.Value), number(f.Limit))
		}
	}
	var names []string
	for k := range s.Attrs {
		names = append(names, k)
	}
	slices.Sort(names)
	for _, k := range names {
		fmt.Fprintf(w.out, "  %s = %s\n", k, number(s.Attrs[k]))
	}
	return nil
}

func similarity(d *duplicate) string {
	if d.Similarity == nil {
		return ""
	}
	return fmt.Sprintf(", similarity %.2f to the survivor", *d.Similarity)
}

func number(f float64) string {
	if math.IsNaN(f) {
		return "–"
	}
	return fmt.Sprintf("%.6g", f)
}

func orNone(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
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
