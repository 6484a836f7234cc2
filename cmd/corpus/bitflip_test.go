//go:build !torch

package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

// flipConfig makes a workspace whose files are small enough to flip them all.
const flipConfig = `ingest: {sources: [raw.jsonl]}
filter: {keep: 1, limits: {gopher.min_words: 1, gopher.stop_words: 0}}
tokenize: {vocab: 364}
shards: {valid: 0.5}
`

// flipped is a file whose bits are flipped, by a pattern of its name below
// data, and what must notice it: check always, and a command that reads it.
var flipped = []struct {
	name, file string
	needs      []string // other datasets that the command reads
	next       []string
}{
	{"text part", "ingest/part-*.arrow", nil, []string{"dedup", "--out", "other"}},
	{"list of lost records", "ingest/lost-*.arrow", nil, []string{"status", "--lost"}},
	{"manifest of ingest", "ingest/manifest.json", nil, []string{"dedup", "--out", "other"}},
	{"dedup's verdicts", "dedup/verdict-*.arrow", []string{"ingest"}, []string{"filter", "--out", "other"}},
	{"dedup's signatures", "dedup/signature-*.arrow", []string{"ingest"}, nil},
	{"manifest of dedup", "dedup/manifest.json", []string{"ingest"}, []string{"filter", "--out", "other"}},
	{"attributes", "filter/attrs/repetition-*.arrow", []string{"ingest", "dedup"}, []string{"filter", "--keep", "0.9"}},
	{"language and size", "filter/attrs/lang-*.arrow", []string{"ingest", "dedup"}, []string{"cat", "ingest", "--attrs"}},
	{"filter's verdicts", "filter/verdict-*.arrow", []string{"ingest", "dedup"}, []string{"cat", "filter"}},
	{"kept documents", "filter/kept/part-*.arrow", nil, []string{"tokenize", "--out", "other"}},
	{"manifest of filter", "filter/manifest.json", nil, []string{"tokenize", "--out", "other"}},
	{"tokenizer", "tokenize/tokenizer-*.json", []string{"filter"}, []string{"shards", "--out", "other"}},
	{"published tokenizer", "tokenize/tokenizer.json", []string{"filter"}, []string{"shards", "--out", "other"}},
	{"manifest of tokenize", "tokenize/manifest.json", []string{"filter"}, []string{"shards", "--out", "other"}},
	{"tokens to train on", "shards/train/part-*.arrow", []string{"tokenize"}, []string{"train", "--objective", "clm"}},
	{"tokens held out", "shards/valid/part-*.arrow", []string{"tokenize"}, []string{"train", "--objective", "clm"}},
	{"manifest of shards", "shards/manifest.json", []string{"tokenize"}, []string{"train", "--objective", "clm"}},
}

// A command is run for every byte of a file up to everyByte bytes; of a larger
// one for every fifth byte, so that all bits of a byte have their turn, and for
// those at its end, where few readers look. check takes every byte of all but
// the content-named tokenizer, which is the published one again.
const (
	everyByte = 1800
	stride    = 5
	tail      = 64
)

// TestEveryFlippedBitIsFound flips one bit in every byte, the bit moving with
// the byte: check and the command that reads the file next exit 65 and name it.
func TestEveryFlippedBitIsFound(t *testing.T) {
	percent := debug.SetGCPercent(1000)
	t.Cleanup(func() { debug.SetGCPercent(percent) }) // after the parallel ones
	whole := t.TempDir()
	must(t, os.WriteFile(filepath.Join(whole, ConfigName), []byte(flipConfig), 0o666))
	must(t, putSource(filepath.Join(whole, "raw.jsonl"), "en-1..2", "near-1"))
	must(t, succeed("run", "-C", whole))
	for _, f := range flipped {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			own, _, _ := strings.Cut(f.file, "/")
			alone, dir := flipWorkspace(t), flipWorkspace(t)
			for _, set := range f.needs {
				must(t, copyAll(filepath.Join(whole, "data", set), filepath.Join(dir, "data", set)))
			}
			must(t, copyAll(filepath.Join(whole, "data", own), filepath.Join(alone, "data", own)))
			must(t, os.Symlink(filepath.Join(alone, "data", own), filepath.Join(dir, "data", own)))
			var next []string
			if f.next != nil {
				next = append(slices.Clone(f.next), "-C", dir, "--quiet")
			}
			names, err := filepath.Glob(filepath.Join(alone, "data", f.file))
			if err != nil || len(names) != 1 {
				t.Fatalf("%v, %v", names, err)
			}
			flipAll(t, names[0], []string{"check", "-C", alone}, next)
		})
	}
}

// flipWorkspace is a workspace without data.
func flipWorkspace(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, ConfigName), nil, 0o666))
	must(t, os.Mkdir(filepath.Join(dir, "data"), 0o777))
	return dir
}

// flipAll flips a bit of every byte in turn and wants both commands to see it.
func flipAll(t *testing.T, name string, check, next []string) {
	b, err := os.ReadFile(name)
	must(t, err)
	file, err := os.OpenFile(name, os.O_WRONLY, 0)
	must(t, err)
	defer file.Close()
	checks, calls := 0, 0
	for at, was := range b {
		some := at%stride == 0 || at >= len(b)-tail
		if !some && strings.HasPrefix(filepath.Base(name), "tokenizer-") {
			continue
		}
		_, err := file.WriteAt([]byte{was ^ 1<<(at%8)}, int64(at))
		must(t, err)
		err = noticed(name, check)
		checks++
		if next != nil && (len(b) <= everyByte || some) {
			err = errors.Join(err, noticed(name, next))
			calls++
		}
		if err != nil {
			t.Fatalf("bit %d of byte %d of %d: %v", at%8, at, len(b), err)
		}
		_, err = file.WriteAt([]byte{was}, int64(at))
		must(t, err)
	}
	if calls == 0 && next != nil {
		t.Fatal("nothing was flipped")
	}
	t.Logf("%s: check saw %d flipped bits, %v %d", filepath.Base(name), checks, next, calls)
}
