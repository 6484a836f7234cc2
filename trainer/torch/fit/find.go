package main

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// libtorch is an installed libtorch that has headers.
type libtorch struct {
	Include string // holds ATen/, c10/ and torch/
	Lib     string // holds libtorch.so, libtorch_cpu.so and libc10.so
	Version string
	CUDA    bool // has libtorch_cuda.so
	NewABI  bool // std::string of its symbols is std::__cxx11::string
}

const apiInclude = "torch/csrc/api/include"

func (l libtorch) device() string {
	if l.CUDA {
		return "CUDA"
	}
	return "CPU"
}

// findLibtorch looks at $LIBTORCH, which alone counts when set, then at the
// archive unpacked in .libtorch/, the torch of python3, and Debian's package.
func findLibtorch(root string) (libtorch, error) {
	if dir := os.Getenv("LIBTORCH"); dir != "" {
		l, err := inspect(filepath.Join(dir, "include"), filepath.Join(dir, "lib"))
		if err != nil {
			return l, fmt.Errorf("LIBTORCH=%s: %w", dir, err)
		}
		return l, nil
	}
	var why []string
	for _, dir := range candidates(root) {
		l, err := inspect(dir[0], dir[1])
		if err == nil {
			return l, nil
		}
		why = append(why, err.Error())
	}
	return libtorch{}, fmt.Errorf("no libtorch found (%s); run `make libtorch`, or set LIBTORCH to an unpacked libtorch",
		strings.Join(why, "; "))
}

// candidates are pairs of include and library directories, best first.
func candidates(root string) [][2]string {
	var dirs [][2]string
	add := func(base string) {
		dirs = append(dirs, [2]string{filepath.Join(base, "include"), filepath.Join(base, "lib")})
	}
	add(filepath.Join(root, ".libtorch", "libtorch"))
	if base := pythonTorch(); base != "" {
		add(base)
	}
	debian, _ := filepath.Glob("/usr/lib/*-linux-gnu/libtorch_cpu.so")
	for _, so := range debian {
		dirs = append(dirs, [2]string{"/usr/include", filepath.Dir(so)})
	}
	return dirs
}

// pythonTorch is the directory of python3's torch package, or "". It asks the
// import system instead of importing, which would take seconds.
func pythonTorch() string {
	const ask = `import importlib.util as u; s = u.find_spec("torch"); print(s.submodule_search_locations[0] if s else "")`
	out, err := exec.Command("python3", "-c", ask).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

var versionMacro = regexp.MustCompile(`#define TORCH_VERSION_(MAJOR|MINOR|PATCH) (\d+)`)

func inspect(include, lib string) (libtorch, error) {
	l := libtorch{Include: include, Lib: lib}
	text, err := versionHeader(include)
	if err != nil {
		return l, fmt.Errorf("no libtorch headers in %s", include)
	}
	var version []string
	for _, m := range versionMacro.FindAllStringSubmatch(text, -1) {
		version = append(version, m[2])
	}
	l.Version = strings.Join(version, ".")
	if tooOld(l.Version) {
		return l, fmt.Errorf("libtorch %s in %s is too old; %d.%d is the least that is known to work", l.Version, include, leastMajor, leastMinor)
	}
	_, err = os.Stat(filepath.Join(lib, "libtorch_cuda.so"))
	l.CUDA = err == nil
	l.NewABI, err = newABI(filepath.Join(lib, "libc10.so"))
	return l, err
}

// The oldest libtorch that has passed the tests. The shim calls forms of GELU
// that came with 1.12.
const leastMajor, leastMinor = 1, 13

func tooOld(version string) bool {
	var major, minor int
	_, err := fmt.Sscanf(version, "%d.%d", &major, &minor)
	return err != nil || major < leastMajor || major == leastMajor && minor < leastMinor
}

// versionHeader reads the header that defines the version: one file up to
// libtorch 2.7, its neighbour from 2.8 on.
func versionHeader(include string) (string, error) {
	var all strings.Builder
	for _, name := range []string{apiInclude + "/torch/version.h", "torch/headeronly/version.h"} {
		b, err := os.ReadFile(filepath.Join(include, name))
		if err == nil {
			all.Write(b)
		}
	}
	if !strings.Contains(all.String(), "TORCH_VERSION_MAJOR") {
		return "", os.ErrNotExist
	}
	return all.String(), nil
}

// newABI reads from the symbols of libc10.so which of g++'s two forms of
// std::string the library was compiled with.
func newABI(so string) (bool, error) {
	f, err := elf.Open(so)
	if err != nil {
		return false, fmt.Errorf("cannot read %s: %w", so, err)
	}
	defer func() { _ = f.Close() }()
	symbols, err := f.DynamicSymbols()
	if err != nil {
		return false, fmt.Errorf("cannot read the symbols of %s: %w", so, err)
	}
	for _, s := range symbols {
		if strings.Contains(s.Name, "torchCheckFail") && strings.Contains(s.Name, "__cxx11") {
			return true, nil
		}
	}
	return false, nil
}

// slowBLAS is the reference BLAS that Debian's libtorch runs on, over ten times
// slower, where OpenBLAS is not installed; or "".
func (l libtorch) slowBLAS() string {
	if blas, err := filepath.EvalSymlinks(filepath.Join(l.Lib, "libblas.so.3")); err == nil && filepath.Base(filepath.Dir(blas)) == "blas" {
		return blas
	}
	return ""
}

// moduleRoot is the directory of go.mod, upward from the current directory.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("no go.mod here or above; run it inside the repository")
		}
		dir = filepath.Dir(dir)
	}
}
