//go:build torch

package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// withTorch says that this build can train.
const withTorch = true

// TestTorchScripts trains and generates for real.
func TestTorchScripts(t *testing.T) { runScripts(t, "testdata/script-torch") }

// Only a processor that OpenBLAS does not know, but that can do more, is named.
func TestBLASCore(t *testing.T) {
	for _, c := range []struct {
		chosen string
		avx2   bool
		want   string
	}{{"Prescott", true, "Haswell"}, {"Prescott", false, ""}, {"Zen", true, ""}, {"", true, ""}} {
		if got := blasCore(c.chosen, c.avx2); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

// TestEveryFlippedBitOfARunIsFound flips one bit in every byte of the small
// files of a run that was stopped, and in many of the large ones: check finds
// it, and going on refuses to begin.
func TestEveryFlippedBitOfARunIsFound(t *testing.T) {
	dir := copyOfFinished(t)
	train := []string{"train", "--objective", "clm", "--batch", "2", "--seq-len", "16", "--steps", "4", "--save-every", "2", "--workers", "1", "-C", dir, "--quiet"}
	must(t, succeed(train...))
	run := filepath.Join(dir, "runs", "clm")
	last, generate := "checkpoints/step-00000004/", []string{"generate", "--run", "clm", "--prompt", "The", "--max-new", "1", "-C", dir}
	for _, f := range []struct {
		name string
		next []string
	}{
		{"run.json", train},
		{"manifest.json", generate},
		{"model.safetensors", generate},
		{"config.json", generate},
		{"tokenizer.json", generate},
		{last + "manifest.json", train},
		{last + "state.json", train},
		{last + "model.safetensors", train},
		{last + "optimizer.safetensors", train},
	} {
		t.Run(f.name, func(t *testing.T) { flipRun(t, filepath.Join(run, f.name), []string{"check", "-C", dir}, f.next) })
	}
}

// flipRun flips a bit in every byte of a small file, in some 150 of a large one
// with the first and last among them, for check; and in a few of those for the
// command that reads the file.
func flipRun(t *testing.T, name string, check, next []string) {
	whole, err := os.ReadFile(name)
	must(t, err)
	step := 1
	if len(whole) > 1<<14 {
		step = len(whole)/50 | 1
	}
	calls := 0
	for at := range whole {
		if at%step != 0 && at >= 50 && at < len(whole)-50 {
			continue
		}
		b := slices.Clone(whole)
		b[at] ^= 1 << (calls % 8)
		must(t, os.WriteFile(name, b, 0o666))
		err := noticed(name, check)
		if next != nil && calls%40 == 0 {
			err = errors.Join(err, noticed(name, next))
		}
		if err != nil {
			t.Fatalf("byte %d of %d: %v", at, len(whole), err)
		}
		calls++
	}
	must(t, os.WriteFile(name, whole, 0o666))
	t.Logf("%d bits", calls)
}
