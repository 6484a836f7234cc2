package main

import (
	"fmt"

	"corpus"
	"corpus/internal/term"
)

// similarities prints how like their match and their survivor the near duplicates
// are: in a chain of them the ends may have nothing in common.
func (w *workspace) similarities(c corpus.Counts) {
	rows := [][]string{{"similarity"}, {"to the match"}, {"to the survivor"}}
	any := int64(0)
	for tenth := range 10 {
		rows[0] = append(rows[0], fmt.Sprintf("0.%d", tenth))
		for i, to := range []string{"match", "survivor"} {
			n := c[fmt.Sprintf("similarity.%s.0.%d", to, tenth)]
			rows[i+1] = append(rows[i+1], term.Count(n))
			any += n
		}
	}
	if any == 0 {
		return
	}
	fmt.Fprintln(w.out)
	term.Table(w.out, rows)
	fmt.Fprintln(w.out, "near duplicates by the share of shingles in common, from 0.0 to 1"+spared(c))
}

// spared says how many near duplicates stay because of dedup.verify.
func spared(c corpus.Counts) string {
	if n := c["verify.spared"]; n > 0 {
		return fmt.Sprintf("; %s spared by verify", term.Count(n))
	}
	return ""
}
