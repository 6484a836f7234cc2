//go:build !torch

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDamagedIndex damages what dedup remembers of the first generation: the
// second is refused with the command that makes it anew, the dataset stays as it
// was, and that command gives what an undamaged one would have.
func TestDamagedIndex(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, ConfigName), []byte("ingest: {sources: [raw]}\n"), 0o666))
	must(t, putSource(filepath.Join(dir, "raw", "a.jsonl"), "en-1..5", "zh-1..2"))
	must(t, succeed("ingest", "-C", dir))
	must(t, succeed("dedup", "-C", dir))
	must(t, putSource(filepath.Join(dir, "raw", "b.jsonl"), "en-6", "near-1", "exact-2"))
	must(t, succeed("ingest", "-C", dir))
	want := dedupOf(t, dir)
	if len(want) < 11 {
		t.Fatalf("files of two generations: %v", want)
	}
	for _, role := range []string{"index", "fence", "catalog", "signature"} {
		names, err := filepath.Glob(filepath.Join(dir, "data", "dedup", role+"-*"))
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %v, %v", role, names, err)
		}
		good, err := os.ReadFile(names[0])
		must(t, err)
		manifest := filepath.Join(dir, "data", "dedup", "manifest.json")
		before, err := os.ReadFile(manifest)
		must(t, err)
		refused := func(damage string) {
			t.Helper()
			code, _, errOut := call("dedup", "-C", dir, "--quiet")
			if code != 65 || !strings.Contains(errOut, "corpus dedup --rebuild") || !strings.Contains(errOut, filepath.Base(names[0])) {
				t.Errorf("%s %s: exit code %d\n%s", role, damage, code, errOut)
			}
			if after, err := os.ReadFile(manifest); err != nil || string(after) != string(before) {
				t.Errorf("%s %s: the manifest changed: %v", role, damage, err)
			}
		}
		for at := range 16 {
			bad := []byte(string(good))
			bad[at*len(bad)/16] ^= 1 << (at % 8)
			must(t, os.WriteFile(names[0], bad, 0o666))
			refused("with a flipped bit")
		}
		must(t, os.Remove(names[0]))
		refused("removed")
		if role != "signature" {
			must(t, os.WriteFile(names[0], good, 0o666))
		}
	}
	must(t, succeed("dedup", "-C", dir, "--rebuild"))
	if d := cmp.Diff(want, datasetHashes(t, dir, "dedup")); d != "" {
		t.Error(d)
	}
}

// dedupOf are the files that dedup makes in a copy of the workspace.
func dedupOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	other := filepath.Join(t.TempDir(), "other")
	must(t, copyAll(dir, other))
	must(t, succeed("dedup", "-C", other))
	return datasetHashes(t, other, "dedup")
}
