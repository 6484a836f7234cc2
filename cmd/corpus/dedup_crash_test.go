package main

import (
	"errors"
	"fmt"
	"path"
	"runtime/debug"
	"strings"
	"testing"

	"corpus"
	"corpus/dedup"
	"corpus/internal/engine"
	"corpus/internal/fsx"
	"corpus/internal/fsx/fsxtest"
	"corpus/shards"

	"github.com/google/go-cmp/cmp"
)

// everyKind are settings under which dedup has all of its passes.
func everyKind(t *testing.T) dedup.Config {
	t.Helper()
	sets, err := dedup.LoadAgainst([]string{"testdata/set.jsonl"}, 8, 1<<30)
	must(t, err)
	return dedup.Config{
		Substring: dedup.Substring{Bytes: 50}, Lines: dedup.Lines{Cut: dedup.LinesBoth, Boilerplate: 0.1},
		Against: dedup.Against{Sets: sets},
	}
}

// generationTexts are the parts of two generations: exact and near copies within and
// across parts and generations, an empty text, one without words, one that is read again.
func generationTexts() [][]string {
	text := func(i int) string {
		return strings.Repeat(fmt.Sprintf("The %dth text tells of rivers, gardens, letters and %d winters. ", i, i*i), 3) + strings.Join(strings.Split(fmt.Sprint(i*7919*104729), ""), " word ")
	}
	return [][]string{
		{text(1), text(2), text(3) + " end", ""},
		{text(1), text(4), text(2) + " and more", "====="},
		{strings.ToUpper(text(3)), text(5), "=====", text(1) + " again"},
		{text(4), text(6), text(6) + " end", text(1)},
	}
}

// firstParts of generationTexts are the first generation.
const firstParts = 3

// textsStage is an ingest that has those parts.
func textsStage(parts int) corpus.Stage {
	return corpus.Stage{Name: "ingest", Version: 1, Keep: []string{"part"}, Passes: []corpus.Pass{{
		Name: "read",
		Tasks: func(e corpus.Env) (int, error) {
			first, _ := e.Parts()
			return max(0, parts-first), nil
		},
		Run: func(e corpus.Env) error {
			first, _ := e.Parts()
			w, err := e.Create("part", corpus.TextSchema())
			if err != nil {
				return err
			}
			t := corpus.NewTable(corpus.TextSchema())
			for _, text := range generationTexts()[first+e.Task()] {
				t.Append(&corpus.Document{ID: corpus.NewID(text, 0, nil), URL: "https://example.org/" + text[:min(len(text), 9)], Text: text})
				e.Count("docs_out", 1)
				e.Count("bytes_out", int64(len(text)))
			}
			return w.Write(t)
		},
	}}}
}

// bothGenerations are made one after the other.
var bothGenerations = []int{firstParts, len(generationTexts())}

// dedupAll brings dedup up to date with generations, of so many parts together.
func dedupAll(t *testing.T, fs fsx.FS, workers int, generations ...int) error {
	t.Helper()
	for _, parts := range generations {
		e := &engine.Engine{FS: fs, Workers: workers, Scratch: t.TempDir()}
		if _, err := e.Run(t.Context(), engine.Job{Stage: textsStage(parts), Dir: "data/ingest"}); err != nil {
			return err
		}
		in, err := shards.OpenDataset(fs, "data/ingest")
		if err != nil {
			return err
		}
		_, err = e.Run(t.Context(), engine.Job{
			Stage: dedup.Stage(everyKind(t), in.Manifest.Counts()["docs_out"]), Dir: "data/dedup", Follows: "ingest",
			Inputs: map[string]*shards.Dataset{"ingest": in},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

const (
	crashStride  = 5 // from one operation to the next at which the power is cut, at most
	fullEvery    = 3 // of these, those at which the disk is full too
	flipsPerFile = 2 // bits of a file that are flipped, one at a time
)

// contents are the files of these names as they are.
func contents(t *testing.T, fs fsx.FS, names map[string]string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for name := range names {
		b, err := fsx.ReadFile(fs, path.Join("data/dedup", name), corpus.MaxManifest)
		must(t, err)
		all[name] = string(b)
	}
	return all
}

// deduped are the files of the dataset, by name.
func deduped(t *testing.T, fs fsx.FS) map[string]string {
	t.Helper()
	d, err := shards.OpenDataset(fs, "data/dedup")
	must(t, err)
	names := map[string]string{shards.ManifestName: ""}
	for _, f := range d.Files() {
		must(t, d.Verify(f))
		names[f.Name] = ""
	}
	return contents(t, fs, names)
}

// seldomCollected has garbage collected less often during a test: it is nearly all there is.
func seldomCollected(t *testing.T) {
	percent := debug.SetGCPercent(1000)
	t.Cleanup(func() { debug.SetGCPercent(percent) })
}

// TestDedupCrashesInEveryPass cuts the power at two in five operations that write, in
// every pass of two generations, with what was not synced lost or there: the next
// run ends with the bytes of the undisturbed one. A full disk does no more harm.
func TestDedupCrashesInEveryPass(t *testing.T) {
	t.Parallel()
	seldomCollected(t)
	straight := fsxtest.New()
	must(t, dedupAll(t, straight, 1, bothGenerations...))
	want := deduped(t, straight)
	for _, p := range dedup.Stage(everyKind(t), 0).Passes {
		if !strings.Contains(straight.Log(), "data/dedup/passes/"+p.Name+"-") {
			t.Errorf("pass %s wrote nothing", p.Name)
		}
	}
	full := corpus.Errorf(corpus.Disk, "no space left on device")
	for at := 1; at <= straight.Writes(); at += 1 + at%crashStride {
		for _, fail := range []error{fsxtest.ErrCrash, full} {
			if errors.Is(fail, full) && at%fullEvery > 0 {
				continue
			}
			fs := fsxtest.New()
			fs.FailAt, fs.Fail = at, fail
			if err := dedupAll(t, fs, 1, bothGenerations...); !errors.Is(err, fail) {
				t.Fatalf("operation %d: %v, want %v", at, err, fail)
			}
			if errors.Is(fail, full) {
				fs.FailAt = 0
			} else {
				fs = fs.Crash(at%2 == 0)
			}
			if err := dedupAll(t, fs, 1+at%3, bothGenerations...); err != nil {
				t.Fatalf("after %v at operation %d: %v", fail, at, err)
			}
			if d := cmp.Diff(want, deduped(t, fs)); d != "" {
				t.Fatalf("after %v at operation %d: %s", fail, at, d)
			}
		}
	}
}

// TestDedupNeverReadsDamage flips bits in every file that the first generation
// has left, before the second is made: that is told with the file's name, or the
// second generation is what it would have been.
func TestDedupNeverReadsDamage(t *testing.T) {
	seldomCollected(t)
	straight, first := fsxtest.New(), fsxtest.New()
	must(t, dedupAll(t, straight, 1, bothGenerations...))
	must(t, dedupAll(t, first, 1, firstParts))
	want, told := deduped(t, straight), 0
	for _, name := range first.Names() {
		if !strings.HasPrefix(name, "data/dedup/") {
			continue
		}
		size, err := first.Size(name)
		must(t, err)
		for at := int64(0); at < size; at += 1 + size/flipsPerFile {
			fs := fsxtest.New()
			must(t, dedupAll(t, fs, 1, firstParts))
			fs.Flip(name, 8*at+at%8)
			err := dedupAll(t, fs, 1, len(generationTexts()))
			if corpus.ClassOf(err) == corpus.Corrupt && strings.Contains(err.Error(), name) {
				told++
				continue
			}
			must(t, err)
			delete(want, strings.TrimPrefix(name, "data/dedup/")) // what nobody reads is still damaged, which is for check to tell
			if d := cmp.Diff(want, contents(t, fs, want)); d != "" {
				t.Fatalf("byte %d of %s: %s", at, name, d)
			}
		}
	}
	if told == 0 {
		t.Error("no damage was told")
	}
}
