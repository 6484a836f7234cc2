package main

import (
	"cmp"
	"context"
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
			return w.reading(func() error { return w.check(c.Context) })
		},
	}
}

// check reports every damaged file and returns the class of the first.
func (w *workspace) check(ctx context.Context) error {
	c := &checker{w: w}
	err := c.datasets(ctx)
	if err == nil {
		err = c.runs(ctx)
	}
	if err != nil {
		return err
	}
	if w.json {
		if err := printJSON(w.out, checkSummaryLine{"summary", "check", c.files, c.bytes, c.damaged}); err != nil {
			return err
		}
	}
	if c.damaged > 0 {
		return &corpus.Error{Class: corpus.ClassOf(c.first), What: "damage was found, see above", Offset: -1}
	}
	if !w.json {
		fmt.Fprintf(w.out, "%d files (%s) are as they were written\n", c.files, term.Bytes(c.bytes))
	}
	return nil
}

// checkSummaryLine is the last line of --json.
type checkSummaryLine struct {
	Type    string `json:"type"`
	Stage   string `json:"stage"`
	Files   int    `json:"files"`
	Bytes   int64  `json:"bytes"`
	Damaged int    `json:"damaged"`
}

// checker is one check under way.
type checker struct {
	w              *workspace
	files, damaged int
	bytes          int64
	first          error
}

// report prints what is wrong with a file, if anything is.
func (c *checker) report(err error) error {
	if err == nil {
		return nil
	}
	c.damaged++
	c.first = cmp.Or(c.first, err)
	if c.w.json {
		return printJSON(c.w.out, map[string]any{"type": "damage", "code": corpus.ClassOf(err), "message": err.Error()})
	}
	_, err = fmt.Fprintln(c.w.out, term.Clean(err.Error()))
	return err
}

// datasets goes from the last dataset to the first, so that each is known to
// have been there by those that were made from it.
func (c *checker) datasets(ctx context.Context) error {
	followed := map[string]string{} // dataset → one that was made from it
	for _, name := range slices.Backward(stageNames) {
		d, err := c.w.dataset(name)
		if err != nil {
			if err := c.report(err); err != nil {
				return err
			}
			continue
		}
		if err := c.report(missing(d, followed[name])); err != nil {
			return err
		}
		follow(followed, d)
		if err := c.dataset(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) dataset(ctx context.Context, d *shards.Dataset) error {
	for _, f := range d.Files() {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if err := c.report(d.Verify(f)); err != nil {
			return err
		}
		c.files++
		c.bytes += f.Size
	}
	return nil
}

func (c *checker) runs(ctx context.Context) error {
	names, err := c.w.runs()
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		n, err := trainer.Check(c.w.fs, filepath.Join(c.w.dir, "runs", name))
		if err := c.report(err); err != nil {
			return err
		}
		c.files += n
	}
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
