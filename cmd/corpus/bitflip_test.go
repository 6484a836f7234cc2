//go:build !torch

package main

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"corpus/internal/fsx"
	"corpus/shards"
)

// flipConfig makes a workspace whose files are small enough to flip them all; a
// trained tokenizer has 100 sentinels, which are most of it.
const flipConfig = `ingest: {sources: [raw.jsonl]}
filter: {keep: 1, limits: {gopher.min_words: 1, gopher.stop_words: 0}}
tokenize: {tokenizer: bytes.tiktoken, pattern: '\w+|\W', special: ["<|endoftext|>"]}
shards: {valid: 0.5}
`

// flipSource makes a finished workspace with that configuration.
func flipSource(t *testing.T) string {
	t.Helper()
	percent := debug.SetGCPercent(1000)
	t.Cleanup(func() { debug.SetGCPercent(percent) }) // after the parallel ones
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, ConfigName), []byte(flipConfig), 0o666))
	must(t, os.WriteFile(filepath.Join(dir, "bytes.tiktoken"), byteRanks(256), 0o666))
	must(t, putSource(filepath.Join(dir, "raw.jsonl"), "en-1..2", "near-1"))
	must(t, succeed("run", "-C", dir))
	return dir
}

// flipStep is how far apart the bytes are in which a bit is flipped; the bit moves
// with the byte, so an odd step takes each of the eight in turn.
const flipStep = 3

// TestCheckFindsEveryFlippedBit flips one bit in every third byte of every file of
// every dataset: check exits 65 and names the file.
func TestCheckFindsEveryFlippedBit(t *testing.T) {
	whole := flipSource(t)
	for _, stage := range stageNames {
		t.Run(stage, func(t *testing.T) {
			t.Parallel()
			alone := flipWorkspace(t)
			dir := filepath.Join(alone, "data", stage)
			must(t, copyAll(filepath.Join(whole, "data", stage), dir))
			d, err := shards.OpenDataset(fsx.OS{}, dir)
			must(t, err)
			flipAll(t, filepath.Join(dir, shards.ManifestName), "check", "-C", alone)
			for _, f := range d.Files() {
				flipAll(t, filepath.Join(dir, f.Name), "check", "-C", alone)
			}
		})
	}
}

// flipped is a file whose bits are flipped, by a pattern of its name below
// data, and the command that reads it next. The others (report.json, state.json,
// dataset_info.json, signatures, index and standing clusters of an only
// generation, see TestDamagedIndex) no command reads.
var flipped = []struct {
	name, file string
	needs      []string // other datasets that the command reads
	next       []string
}{
	{"text part", "ingest/part-*.arrow", nil, []string{"dedup", "--out", "other"}},
	{"list of lost records", "ingest/lost-*.arrow", nil, []string{"status", "--lost"}},
	{"list of sources", "ingest/source-*.arrow", nil, []string{"ingest", "more.jsonl"}},
	{"manifest of ingest", "ingest/manifest.json", nil, []string{"dedup", "--out", "other"}},
	{"dedup's verdicts", "dedup/verdict-*.arrow", []string{"ingest"}, []string{"filter", "--out", "other"}},
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

// TestNextCommandFindsEveryFlippedBit is the same for the command that reads
// the file next.
func TestNextCommandFindsEveryFlippedBit(t *testing.T) {
	whole := flipSource(t)
	for _, f := range flipped {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			dir := flipWorkspace(t)
			own, _, _ := strings.Cut(f.file, "/")
			for _, set := range append([]string{own}, f.needs...) {
				must(t, copyAll(filepath.Join(whole, "data", set), filepath.Join(dir, "data", set)))
			}
			must(t, putSource(filepath.Join(dir, "more.jsonl"), "en-3"))
			next := slices.Clone(f.next)
			if last := len(next) - 1; next[last] == "other" || next[last] == "more.jsonl" {
				next[last] = filepath.Join(dir, next[last])
			}
			names, err := filepath.Glob(filepath.Join(dir, "data", f.file))
			if err != nil || len(names) != 1 {
				t.Fatalf("%v, %v", names, err)
			}
			flipAll(t, names[0], append(next, "-C", dir, "--quiet")...)
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

// flipAll flips a bit of one byte in flipStep and wants the command to see it.
func flipAll(t *testing.T, name string, command ...string) {
	t.Helper()
	b, err := os.ReadFile(name)
	must(t, err)
	file, err := os.OpenFile(name, os.O_WRONLY, 0)
	must(t, err)
	defer file.Close()
	if len(b) == 0 {
		t.Fatalf("%s is empty", name)
	}
	for at := 0; at < len(b); at += flipStep {
		was := b[at]
		_, err := file.WriteAt([]byte{was ^ 1<<(at%8)}, int64(at))
		must(t, err)
		if err := noticed(name, command); err != nil {
			t.Fatalf("bit %d of byte %d of %d: %v", at%8, at, len(b), err)
		}
		_, err = file.WriteAt([]byte{was}, int64(at))
		must(t, err)
	}
	t.Logf("%s: %d bytes", filepath.Base(name), len(b))
}
