package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"corpus/internal/engine"
	"corpus/internal/term"
	"corpus/shards"

	"github.com/urfave/cli/v2"
)

func (a *app) gcCommand() *cli.Command {
	return &cli.Command{
		Name: "gc", Usage: "remove files that no manifest names: leftovers of killed runs and of passes",
		Flags: commonFlags(&cli.BoolFlag{Name: "dry-run", Usage: "only say what would be removed"}),
		Action: a.writing(func(w *workspace, c *cli.Context) error {
			return w.alone(func() error { return w.gc(c.Context, c.Bool("dry-run")) })
		}),
	}
}

// gc removes what no manifest names, dataset by dataset. A dataset without a
// manifest is left alone: a run may be under way to make it.
func (w *workspace) gc(ctx context.Context, dryRun bool) error {
	sum := gcSummaryLine{Type: "summary", Stage: "gc", DryRun: dryRun}
	if err := w.remove(ctx, w.scratch(), func(string) bool { return false }, &sum); err != nil {
		return err
	}
	for _, name := range stageNames {
		d, err := w.dataset(name)
		if err != nil {
			return err
		}
		if d.Exists() {
			if err := w.remove(ctx, d.Dir, w.needed(d), &sum); err != nil {
				return err
			}
		}
	}
	if w.json {
		return printJSON(w.out, sum)
	}
	did := "removed"
	if dryRun {
		did = "would remove"
	}
	fmt.Fprintf(w.err, "gc: %s %s (%s)\n", did, plural(sum.Files, "file"), term.Bytes(sum.Bytes))
	return nil
}

// gcSummaryLine is the last line of --json.
type gcSummaryLine struct {
	Type   string `json:"type"`
	Stage  string `json:"stage"`
	DryRun bool   `json:"dry_run"`
	Files  int    `json:"files"`
	Bytes  int64  `json:"bytes"`
}

// needed says of each file of a dataset whether the manifest names it, or it is
// the record of a task whose files the manifest names.
func (w *workspace) needed(d *shards.Dataset) func(file string) bool {
	named := map[string]bool{shards.ManifestName: true}
	for _, f := range d.Files() {
		named[f.Name] = true
	}
	return func(file string) bool {
		return named[file] || strings.HasPrefix(file, engine.PassesDir+"/") && w.recordNeeded(d, file, named)
	}
}

// remove removes the files below dir that are not needed, and directories that
// are left without any.
func (w *workspace) remove(ctx context.Context, dir string, needed func(file string) bool, sum *gcSummaryLine) error {
	err := w.walk(dir, "", func(file string, size int64) error {
		if err := context.Cause(ctx); err != nil || needed(file) {
			return err
		}
		sum.Files++
		sum.Bytes += size
		path := filepath.Join(dir, file)
		if w.json {
			if err := printJSON(w.out, map[string]any{"type": "file", "path": path, "bytes": size}); err != nil {
				return err
			}
		} else if sum.DryRun {
			fmt.Fprintln(w.out, path)
		}
		if sum.DryRun {
			return nil
		}
		return w.fs.Remove(path)
	})
	if err != nil || sum.DryRun {
		return err
	}
	return w.removeEmpty(dir)
}

// removeEmpty removes the directories below dir that hold nothing.
func (w *workspace) removeEmpty(dir string) error {
	names, err := w.fs.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, n := range names {
		sub := filepath.Join(dir, n)
		if !strings.HasSuffix(n, "/") {
			continue
		}
		if err := w.removeEmpty(sub); err != nil {
			return err
		}
		if left, err := w.fs.ReadDir(sub); err == nil && len(left) == 0 {
			if err := w.fs.Remove(sub); err != nil {
				return err
			}
		}
	}
	return err
}

// recordNeeded says whether the record of a finished task names a file that the
// manifest names too: it lets the pass be skipped when a limit changes. The plan
// of a pass is needed as long as one of its records is.
func (w *workspace) recordNeeded(d *shards.Dataset, record string, named map[string]bool) bool {
	records := []string{filepath.Base(record)}
	dir := filepath.Join(d.Dir, filepath.Dir(record))
	if records[0] == engine.PlanName {
		records, _ = w.fs.ReadDir(dir) // one that is gone names nothing
	}
	for _, r := range records {
		for _, f := range engine.RecordFiles(w.fs, filepath.Join(dir, r)) {
			if named[f] {
				return true
			}
		}
	}
	return false
}

// walk visits the files below dir/sub with their sizes.
func (w *workspace) walk(dir, sub string, do func(file string, size int64) error) error {
	names, err := w.fs.ReadDir(filepath.Join(dir, sub))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, n := range names {
		file := filepath.Join(sub, n)
		if strings.HasSuffix(n, "/") {
			if err := w.walk(dir, file, do); err != nil {
				return err
			}
			continue
		}
		size, err := w.fs.Size(filepath.Join(dir, file))
		if err != nil {
			return err
		}
		if err := do(file, size); err != nil {
			return err
		}
	}
	return nil
}
