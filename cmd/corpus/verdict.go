package main

import (
	"fmt"
	"slices"

	"corpus/ablate"
	"corpus/internal/term"
)

// report prints the table and what follows from it.
func (t *trials) report(o ablate.Overlap) error {
	var arms []ablate.Arm
	trained := t.each.spec.Steps * int64(t.each.spec.Batch*t.each.spec.SeqLen)
	for i, a := range t.arms {
		kept, n := a.kept.Manifest.Counts(), a.set.Manifest.Counts()
		r := ablate.Arm{Name: a.name, Docs: kept["docs_out"], Bytes: kept["bytes_out"], Tokens: n["train.tokens"] + n["train.docs"]}
		r.Epochs = float64(trained) / float64(r.Tokens)
		for _, s := range t.scores[i] {
			r.BitsPerByte = append(r.BitsPerByte, s.BitsPerByte())
		}
		arms = append(arms, r)
	}
	ablate.Compare(arms, 0)
	if t.json {
		return printJSON(t.out, map[string]any{
			"type": "summary", "stage": "ablate", "tokens_trained": trained, "heldout": o, "heldout_bytes": t.bytes,
			"heldout_tokens": t.scores[0][0].Tokens, "arms": arms, "verdict": verdict(arms),
		})
	}
	t.table(arms, o, trained)
	return nil
}

func (t *trials) table(arms []ablate.Arm, o ablate.Overlap, trained int64) {
	rows := [][]string{{"arm", "documents", "bytes", "tokens", "epochs"}}
	for seed := range t.seeds {
		rows[0] = append(rows[0], fmt.Sprintf("seed %d", seed+1))
	}
	rows[0] = append(rows[0], "mean", "change", "shared")
	for i, a := range arms {
		row := []string{a.Name, term.Count(a.Docs), term.Bytes(a.Bytes), term.Count(a.Tokens), fmt.Sprintf("%.2f", a.Epochs)}
		for _, bits := range a.BitsPerByte {
			row = append(row, fmt.Sprintf("%.4f", bits))
		}
		change := fmt.Sprintf("%+.2f %%", 100*a.Change)
		if i == 0 {
			change = ""
		}
		rows = append(rows, append(row, fmt.Sprintf("%.4f", a.Mean), change, term.Percent(o.Common[i], o.Sequences)))
	}
	term.Table(t.out, rows)
	fmt.Fprintf(t.out, "bits per byte of %s held out, after %s tokens; shared: the held-out 13-word sequences that the arm has, whose %s of %s were left out\n",
		term.Bytes(t.bytes), term.Count(trained), plural(o.LinesDropped, "line"), term.Count(o.Lines))
	for _, line := range verdict(arms) {
		fmt.Fprintln(t.out, line)
	}
}

// verdict says of each arm what its selection does.
func verdict(arms []ablate.Arm) (lines []string) {
	for _, a := range arms[1:] {
		seeds, does := len(a.BitsPerByte), "makes no clear difference"
		switch {
		case a.Lower == seeds:
			does = "helps"
		case a.Lower == 0 && !slices.Equal(a.BitsPerByte, arms[0].BitsPerByte):
			does = "harms"
		}
		lines = append(lines, fmt.Sprintf("%s %s: %+.2f %% bits per byte against %s, lower in %d of %s",
			a.Name, does, 100*a.Change, arms[0].Name, a.Lower, plural(seeds, "seed")))
	}
	return lines
}
