//go:build torch

package main

import (
	"os"
	"runtime"
	"strings"

	"corpus/trainer"
	"corpus/trainer/torch"
)

// newModel makes a model on libtorch.
func newModel(c trainer.Config, threads int, device string) (trainer.Model, trainer.Env, error) {
	m, err := torch.New(c, torch.Options{Threads: threads, Device: device})
	if device == "" {
		device = "cpu"
	}
	return m, trainer.Env{Program: programVersion(), Library: torch.Version(), Device: device, CPU: cpuModel(), Threads: threads}, err
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
