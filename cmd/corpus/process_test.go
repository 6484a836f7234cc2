package main

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"corpus/internal/fsx"
	"corpus/shards"
)

// processEnv makes the test binary behave as corpus, so that it can be killed or
// given a terminal.
const processEnv = "CORPUS_TEST_PROCESS"

func init() {
	if os.Getenv(processEnv) != "" {
		os.Exit(Main(os.Args, os.Stdout, os.Stderr))
	}
}

func corpusProcess(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), processEnv+"=1")
	return cmd
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// hashes are the SHA-256 of every committed file of every dataset.
func hashes(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, stage := range stageNames {
		maps.Copy(all, datasetHashes(t, dir, stage))
	}
	return all
}

// datasetHashes are those of one dataset.
func datasetHashes(t *testing.T, dir, stage string) map[string]string {
	t.Helper()
	base := filepath.Join(dir, "data", stage)
	d, err := shards.OpenDataset(fsx.OS{}, base)
	if err != nil || !d.Exists() {
		t.Fatalf("%s: %v", stage, err)
	}
	names := []string{shards.ManifestName}
	for _, f := range d.Files() {
		names = append(names, f.Name)
	}
	all := map[string]string{}
	for _, n := range names {
		b, err := os.ReadFile(filepath.Join(base, n))
		must(t, err)
		all[stage+"/"+n] = fmt.Sprintf("%x", sha256.Sum256(b))
	}
	return all
}
