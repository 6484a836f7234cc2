package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

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
	followed := map[string]string{} // dataset → one that was made from it
	for _, name := range slices.Backward(stageNames) {
		d, err := w.dataset(name)
		report(err)
		if err != nil {
			continue
		}
		report(missing(d, followed[name]))
		follow(followed, d)
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

// follow notes the datasets that d says it was made from.
func follow(followed map[string]string, d *shards.Dataset) {
	if !d.Exists() {
		return
	}
	for _, g := range d.Manifest.Generations {
		for _, in := range g.Inputs {
			name, _, _ := strings.Cut(in, " ")
			followed[name] = d.Dir
		}
	}
}

// missing reports a dataset without a manifest that another was made from.
// Without such a witness there may never have been one.
func missing(d *shards.Dataset, follower string) error {
	if d.Exists() || follower == "" {
		return nil
	}
	return &corpus.Error{
		Class: corpus.Corrupt, What: "is missing, and " + follower + " was made from it", Offset: -1,
		Path: filepath.Join(d.Dir, shards.ManifestName), Next: "run `corpus " + filepath.Base(d.Dir) + "` to make it again",
	}
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
