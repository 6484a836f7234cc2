//go:build torch

package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"corpus/trainer"
	"corpus/trainer/torch"

	"golang.org/x/sys/cpu"
)

// canTrain is nil: this build can.
func canTrain() error { return nil }

// newModel makes a model on libtorch.
func newModel(c trainer.Config, threads int, device, precision string, recompute bool) (trainer.Model, error) {
	return torch.New(c, torch.Options{Threads: threads, Device: device, Precision: precision, Recompute: recompute})
}

// modelEnv is what the bits of a training depend on here.
func modelEnv(threads int, device string) trainer.Env {
	return trainer.Env{Program: programVersion(), Library: library(), Device: torch.DeviceName(device), CPU: cpuModel(), Threads: threads}
}

// programVersion names this build, for checkpoints.
func programVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	version := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			version += " " + s.Value
		}
	}
	return version
}

// modelPeak is the operations a second that the device can do.
func modelPeak(threads int, device, precision string) float64 {
	return torch.Peak(torch.Options{Threads: threads, Device: device, Precision: precision})
}

// spinCount is how often a thread of libgomp that waits for work looks before
// it sleeps. By default it spins for about a millisecond, in which OpenBLAS's
// threads and whatever else runs get no processor. A thirtieth of it gave half
// as many training steps again (BenchmarkStep/gpt2-tiny, two cores).
const spinCount = "10000"

// tuneLibraries starts the program again with what libgomp and OpenBLAS read as
// they are loaded, unless the user has set it.
func tuneLibraries() {
	if len(os.Args) < 2 || !slices.Contains([]string{"train", "generate", "run", "ablate"}, os.Args[1]) {
		return
	}
	before := os.Environ()
	if os.Getenv("OMP_WAIT_POLICY") == "" {
		setDefault("GOMP_SPINCOUNT", spinCount)
	}
	if core := blasCore(torch.BLASCore(), cpu.X86.HasAVX2 && cpu.X86.HasFMA); core != "" {
		setDefault("OPENBLAS_CORETYPE", core)
	}
	if self, err := os.Executable(); err == nil && len(os.Environ()) > len(before) {
		_ = syscall.Exec(self, os.Args, os.Environ()) // only slower without it
	}
}

func setDefault(name, value string) {
	if os.Getenv(name) == "" {
		_ = os.Setenv(name, value) // the names are good
	}
}

// blasCore is what OpenBLAS should take the processor for, or "" where its own
// choice is good. One that is younger than OpenBLAS it takes for one of 2004,
// whose kernels train at half the speed.
func blasCore(chosen string, avx2 bool) string {
	if chosen == "Prescott" && avx2 {
		return "Haswell"
	}
	return ""
}

// library names what multiplies: on its version and kernels the bits depend.
func library() string {
	return strings.TrimSpace(torch.Version() + " " + torch.BLASCore())
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
