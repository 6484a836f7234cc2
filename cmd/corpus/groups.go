package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"

	"corpus"
	"corpus/filter"
	"corpus/internal/term"
	"corpus/shards"
)

// unfair is the ratio of a group's kept rate to that of all below which it is
// flagged: the four-fifths rule (29 CFR 1607.4 D). Of fewer documents than
// fewDocuments nothing is said, since chance decides there.
const (
	unfair       = 0.8
	fewDocuments = 50
)

// groupRate is a group beside all documents.
type groupRate struct {
	Type      string  `json:"type"`
	Kind      string  `json:"kind"`
	Name      string  `json:"name"`
	DocsIn    int64   `json:"docs_in"`
	BytesIn   int64   `json:"bytes_in"`
	DocsOut   int64   `json:"docs_out"`
	BytesOut  int64   `json:"bytes_out"`
	ShareIn   float64 `json:"share_in"`  // of the documents before
	ShareOut  float64 `json:"share_out"` // of the documents kept
	KeptRate  float64 `json:"kept_rate"`
	ToAverage float64 `json:"to_average"` // kept rate in kept rates of all
	Flagged   bool    `json:"flagged"`
}

// groupRates are the groups of all generations by kind, the largest first.
func (w *workspace) groupRates(d *shards.Dataset) ([]groupRate, error) {
	sum := map[[2]string]*filter.Group{}
	for _, p := range d.Parts() {
		if _, ok := p.File(filter.RoleReport); !ok {
			continue // a generation has one report, with its first part
		}
		r, err := d.Table(p, filter.RoleReport)
		if err != nil {
			return nil, err
		}
		for row, err := range corpus.Rows(r) {
			if err != nil {
				return nil, err
			}
			g := filter.ReadGroup(row.Table, row.At)
			key := [2]string{g.Kind, g.Name}
			if sum[key] == nil {
				sum[key] = &filter.Group{}
			}
			to := sum[key]
			to.DocsIn, to.BytesIn, to.DocsOut, to.BytesOut = to.DocsIn+g.DocsIn, to.BytesIn+g.BytesIn, to.DocsOut+g.DocsOut, to.BytesOut+g.BytesOut
		}
	}
	return rates(sum), nil
}

// rates holds the groups against all.
func rates(sum map[[2]string]*filter.Group) (list []groupRate) {
	all := sum[[2]string{filter.GroupAll, ""}]
	if all == nil {
		return nil
	}
	for key, g := range sum {
		if key[0] == filter.GroupAll {
			continue
		}
		r := groupRate{
			Type: "group", Kind: key[0], Name: key[1], DocsIn: g.DocsIn, BytesIn: g.BytesIn, DocsOut: g.DocsOut, BytesOut: g.BytesOut,
			ShareIn: float64(g.DocsIn) / float64(max(1, all.DocsIn)), ShareOut: float64(g.DocsOut) / float64(max(1, all.DocsOut)), KeptRate: g.KeptRate(),
		}
		if all.DocsOut > 0 {
			r.ToAverage = r.KeptRate / all.KeptRate()
			r.Flagged = r.ToAverage < unfair && g.DocsIn >= fewDocuments
		}
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b groupRate) int {
		return cmp.Or(cmp.Compare(b.Kind, a.Kind), cmp.Compare(b.DocsIn, a.DocsIn), cmp.Compare(a.Name, b.Name))
	})
	return list
}

// groups prints what became of the groups: of each kind the largest, or all.
func (w *workspace) groups(list []groupRate, all bool) {
	rows, kind, shown := [][]string{{"group", "documents", "share", "kept", "share", "kept rate", "of the average"}}, "", 0
	for _, g := range list {
		if g.Kind != kind {
			kind, shown = g.Kind, 0
		}
		if shown++; shown > funnelRows && !all {
			continue
		}
		flag := fmt.Sprintf("%.2f", g.ToAverage)
		if g.Flagged {
			flag += fmt.Sprintf(", below %g", unfair)
		}
		rows = append(rows, []string{
			g.Kind + " " + term.Clean(cmp.Or(g.Name, "(none)")), term.Count(g.DocsIn), percent(g.ShareIn), term.Count(g.DocsOut), percent(g.ShareOut), percent(g.KeptRate), flag,
		})
	}
	term.Table(w.out, rows)
}

func percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }

// groupsNote tells in a line how many groups are kept much less often than others.
func (w *workspace) groupsNote() error {
	d, err := shards.OpenDataset(w.fs, filepath.Join(w.dst, "filter"))
	if err != nil {
		return err
	}
	list, err := w.groupRates(d)
	n, worst := 0, groupRate{ToAverage: 1}
	for _, g := range list {
		if g.Flagged {
			n++
			if g.ToAverage < worst.ToAverage {
				worst = g
			}
		}
	}
	if n > 0 {
		fmt.Fprintf(w.err, "filter: %s kept at less than %g of the average rate, %s %s at %.2f; see corpus status --groups\n",
			plural(n, "group"), unfair, worst.Kind, term.Clean(worst.Name), worst.ToAverage)
	}
	return err
}
