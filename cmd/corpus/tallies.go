package main

import (
	"cmp"

	"corpus/internal/term"
	"corpus/shards"
)

// tallyLine is a tally as --json prints it.
type tallyLine struct {
	Type string `json:"type"`
	*shards.Tally
}

// tallies prints the documents and tokens of languages and sources: of each kind
// the largest, or all.
func (w *workspace) tallies(list []*shards.Tally, all bool) {
	if len(list) == 0 {
		return // shards of an older program
	}
	tokens, shown := map[string]int64{}, map[string]int{}
	for _, t := range list {
		tokens[t.Kind] += t.Tokens + t.ValidTokens
	}
	rows := [][]string{{"tokens of", "documents", "tokens", "held out", "tokens", "share"}}
	for _, t := range list {
		if shown[t.Kind]++; shown[t.Kind] > funnelRows && !all {
			continue
		}
		rows = append(rows, []string{
			t.Kind + " " + term.Clean(cmp.Or(t.Name, "(none)")), term.Count(t.Docs), term.Count(t.Tokens), term.Count(t.ValidDocs), term.Count(t.ValidTokens),
			percent(float64(t.Tokens+t.ValidTokens) / float64(max(1, tokens[t.Kind]))),
		})
	}
	term.Table(w.out, rows)
}
