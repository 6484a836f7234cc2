package main

import (
	"fmt"
	"time"

	"corpus"
	"corpus/internal/term"

	"github.com/urfave/cli/v2"
)

// planFlag is of the stages that can tell what they will take.
func planFlag() cli.Flag {
	return &cli.BoolFlag{Name: "plan", Usage: "only say what it would take: passes, disk, memory, time by a sample"}
}

// planLine is what a generation would take, with --plan --json.
type planLine struct {
	Type      string     `json:"type"`
	Stage     string     `json:"stage"`
	Documents int64      `json:"documents"`
	Bytes     int64      `json:"bytes"`
	Sampled   int64      `json:"sampled_bytes"`
	Disk      int64      `json:"disk"`    // most bytes at a time
	Ceiling   int64      `json:"ceiling"` // of memory
	Seconds   float64    `json:"seconds"`
	Passes    []stepLine `json:"passes"`
}

// stepLine is what one of its passes would take.
type stepLine struct {
	Pass    string  `json:"pass"`
	Data    int64   `json:"data"`
	Scratch int64   `json:"scratch"`
	Memory  int64   `json:"memory"`
	Seconds float64 `json:"seconds"`
}

// planned prints a plan: as JSON where it was asked for, else as a message.
func (w *workspace) planned(stage string, p corpus.Plan) error {
	line := planLine{
		Type: "plan", Stage: stage, Documents: p.Documents, Bytes: p.Bytes, Sampled: p.Sampled,
		Disk: p.Disk(), Ceiling: w.memory(), Seconds: p.Seconds,
	}
	for _, s := range p.Steps {
		line.Passes = append(line.Passes, stepLine(s))
		line.Seconds += s.Seconds
	}
	if w.json {
		return printJSON(w.out, line)
	}
	fmt.Fprintf(w.err, "%s: %s of new text, %s; about %s with %s (a sample of %s took %s)\n", stage, plural(p.Documents, "document"), term.Bytes(p.Bytes),
		about(line.Seconds), plural(w.threads(), "worker"), term.Bytes(p.Sampled), about(p.Seconds))
	rows := [][]string{{"  pass", "leaves", "scratch", "memory of " + term.Bytes(line.Ceiling), "about"}}
	for _, s := range line.Passes {
		rows = append(rows, []string{"  " + s.Pass, term.Bytes(s.Data), term.Bytes(s.Scratch), term.Bytes(s.Memory), about(s.Seconds)})
	}
	term.Table(w.err, rows)
	return nil
}

func about(seconds float64) string {
	return term.Duration(time.Duration(seconds * float64(time.Second)))
}
