//go:build !torch

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// crashConfig cuts a small workspace into many parts.
const crashConfig = `
ingest: {sources: [raw], unit: 16KiB, part: 32KiB}
dedup: {substring: 60}
filter: {keep: 0.5}
tokenize: {vocab: 500}
shards: {valid: 0.1}
`

// prose is n documents of made-up but varied sentences, as JSON lines.
func prose(n int, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	nouns := strings.Fields("river mountain letter garden winter window story teacher engine harbour market village forest question answer kitchen")
	verbs := strings.Fields("carries follows remembers opens finds leaves builds crosses answers watches paints writes reads mends sells visits")
	var out bytes.Buffer
	for i := range n {
		var b strings.Builder
		for range 8 + r.IntN(8) {
			fmt.Fprintf(&b, "The %s of the %s %s a %s that was %d years old and %s with the %s.\n", nouns[r.IntN(len(nouns))],
				nouns[r.IntN(len(nouns))], verbs[r.IntN(len(verbs))], nouns[r.IntN(len(nouns))], r.IntN(1000), verbs[r.IntN(len(verbs))], nouns[r.IntN(len(nouns))])
		}
		line, _ := json.Marshal(map[string]any{"id": i, "text": b.String()}) // strings cannot fail
		out.Write(append(line, '\n'))
	}
	return out.Bytes()
}

func crashWorkspace(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, ConfigName), []byte(crashConfig), 0o666))
	must(t, os.MkdirAll(filepath.Join(dir, "raw"), 0o777))
	must(t, os.WriteFile(filepath.Join(dir, "raw", "a.jsonl"), prose(700, 1), 0o666))
	must(t, os.WriteFile(filepath.Join(dir, "raw", "b.jsonl"), prose(300, 2), 0o666))
	must(t, os.WriteFile(filepath.Join(dir, "raw", "c.jsonl"), prose(50, 1), 0o666)) // copies of a's
	return dir
}

// records counts the finished tasks of a stage.
func records(dir, stage string) int {
	files, _ := filepath.Glob(filepath.Join(dir, "data", stage, "passes", "*", "[0-9]*.json")) // the pattern is good
	return len(files)
}

// summaries are the last line of each stage of a --json run.
func summaries(t *testing.T, out []byte) map[string]summaryLine {
	t.Helper()
	all := map[string]summaryLine{}
	for s := bufio.NewScanner(bytes.NewReader(out)); s.Scan(); {
		var l summaryLine
		must(t, json.Unmarshal(s.Bytes(), &l))
		all[l.Stage] = l
	}
	return all
}

// killsPerStage with five stages makes 30 kills.
const killsPerStage = 6

// TestKilledRunEndsWithTheSameBytes kills `corpus run` in every stage, after the
// first of its tasks is committed and before the last, and lets the next run
// finish: what it leaves is, byte for byte, what the undisturbed run left. The
// killed and the finishing run take 1 and 4 workers by turns.
func TestKilledRunEndsWithTheSameBytes(t *testing.T) {
	whole := crashWorkspace(t)
	before := map[string]string{} // stage → a copy of the workspace before it
	for _, stage := range stageNames {
		before[stage] = t.TempDir()
		copyTree(t, whole, before[stage])
		args := []string{stage, "--quiet"}
		if out, err := corpusProcess(whole, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", stage, err, out)
		}
	}
	want := hashes(t, whole)
	for _, stage := range stageNames {
		total := records(whole, stage)
		for k := range killsPerStage {
			at := 1 + k*(total-2)/killsPerStage
			t.Run(fmt.Sprintf("%s-%d-of-%d", stage, at, total), func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				copyTree(t, before[stage], dir)
				workers := []string{"1", "4"}
				killAt(t, dir, stage, at, total, workers[k%2])
				out, err := corpusProcess(dir, "run", "--json", "--workers", workers[(k+1)%2]).Output()
				if err != nil {
					t.Fatal(err)
				}
				s := summaries(t, out)[stage]
				if s.UnitsResumed == 0 || s.UnitsResumed >= s.Units {
					t.Errorf("%d of %d units were resumed", s.UnitsResumed, s.Units)
				}
				if d := cmp.Diff(want, hashes(t, dir)); d != "" {
					t.Error(d)
				}
			})
		}
	}
}

// killAt runs and sends SIGKILL as soon as the stage has that many records.
func killAt(t *testing.T, dir, stage string, at, total int, workers string) {
	t.Helper()
	cmd := corpusProcess(dir, "run", "--quiet", "--workers", workers)
	must(t, cmd.Start())
	for deadline := time.Now().Add(time.Minute); records(dir, stage) < at; time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the run does not get there")
		}
	}
	must(t, cmd.Process.Kill())
	err := cmd.Wait()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() {
		t.Fatalf("the run ended before it was killed: %v", err)
	}
	if n := records(dir, stage); n >= total {
		t.Fatalf("killed after the stage's last task (%d of %d)", n, total)
	}
}

func copyTree(t *testing.T, from, to string) {
	t.Helper()
	must(t, filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o777)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, rel), b, 0o666); err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.Chtimes(filepath.Join(to, rel), info.ModTime(), info.ModTime())
	}))
}
