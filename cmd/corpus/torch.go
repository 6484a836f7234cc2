//go:build torch

package main

import (
	"cmp"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"corpus/trainer"
	"corpus/trainer/torch"
)

// newModel makes a model on libtorch.
func newModel(c trainer.Config, threads int, device string) (trainer.Model, error) {
	return torch.New(c, torch.Options{Threads: threads, Device: device})
}

// modelEnv is what the bits of a training depend on here.
func modelEnv(threads int, device string) trainer.Env {
	return trainer.Env{Program: programVersion(), Library: torch.Version(), Device: cmp.Or(device, "cpu"), CPU: cpuModel(), Threads: threads}
}

// spinCount is how often a thread of libgomp that waits for work looks before
// it sleeps. By default it spins for about a millisecond, in which OpenBLAS's
// threads and whatever else runs get no processor. A thirtieth of it gave half
// as many training steps again (BenchmarkStep/gpt2-tiny, two cores).
const spinCount = "10000"

// calmThreads starts the program again with GOMP_SPINCOUNT set, which libgomp
// reads as it is loaded, unless the user has set what decides it.
func calmThreads() {
	needs := len(os.Args) > 1 && slices.Contains([]string{"train", "generate", "run"}, os.Args[1])
	if !needs || os.Getenv("GOMP_SPINCOUNT") != "" || os.Getenv("OMP_WAIT_POLICY") != "" {
		return
	}
	if self, err := os.Executable(); err == nil && os.Setenv("GOMP_SPINCOUNT", spinCount) == nil {
		_ = syscall.Exec(self, os.Args, os.Environ()) // only slower without it
	}
}

// cpuModel names the processor, on which the bits of a sum depend.
func cpuModel() string {
	b, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(b)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
