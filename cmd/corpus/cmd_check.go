package main

import (
	"fmt"
	"path/filepath"

	"corpus"
	"corpus/internal/term"
	"corpus/shards"
	"corpus/trainer"

	"github.com/urfave/cli/v2"
)

// stageNames are the datasets of a workspace, in order.
var stageNames = []string{"ingest", "dedup", "filter", "tokenize", "shards"}

func (a *app) checkCommand() *cli.Command {
	return &cli.Command{
		Name: "check", Usage: "verify every file of every dataset and run: sizes, checksums, SHA-256", Flags: commonFlags(),
		Action: func(c *cli.Context) error {
			w, err := a.open(c)
			if err != nil {
				return err
			}
			return w.check()
		},
	}
}

// check reports every damaged file and returns the first.
func (w *workspace) check() error {
	var first error
	report := func(err error) {
		if err != nil {
			fmt.Fprintln(w.out, err)
			if first == nil {
				first = err
			}
		}
	}
	files, bytes := 0, int64(0)
	for _, name := range stageNames {
		d, err := w.dataset(name)
		report(err)
		if err != nil {
			continue
		}
		for _, f := range d.Files() {
			report(d.Verify(f))
			files++
			bytes += f.Size
		}
	}
	runs, err := w.runs()
	if err != nil {
		return err
	}
	for _, name := range runs {
		n, err := trainer.Check(w.fs, filepath.Join(w.dir, "runs", name))
		report(err)
		files += n
	}
	if first != nil {
		return &corpus.Error{Class: corpus.ClassOf(first), What: "damage was found, see above", Offset: -1}
	}
	fmt.Fprintf(w.out, "%d files (%s) are as they were written\n", files, term.Bytes(bytes))
	return nil
}

// datasets opens all datasets of the workspace that exist.
func (w *workspace) datasets() (map[string]*shards.Dataset, error) {
	all := map[string]*shards.Dataset{}
	for _, name := range stageNames {
		d, err := w.dataset(name)
		if err != nil {
			return nil, err
		}
		if d.Exists() {
			all[name] = d
		}
	}
	return all, nil
}
