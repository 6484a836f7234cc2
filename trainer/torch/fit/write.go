package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	handWritten = "torch_api.cpp"
	generated   = "torch_api_generated.cpp.h"
)

// copyPackage writes the trimmed libtch, its link lines, and links named
// include and lib to the libtorch found.
func (p *fitting) copyPackage() error {
	if err := os.RemoveAll(filepath.Join(p.dir(), "gotch")); err != nil {
		return err
	}
	if err := os.MkdirAll(p.target(), 0o755); err != nil {
		return err
	}
	files, err := parseGo(p.source)
	if err != nil {
		return err
	}
	wanted := keepGo(files, p.called)
	for _, f := range files {
		if text := f.trimmed(); text != "" {
			if err := p.write(f.name, text); err != nil {
				return err
			}
		}
	}
	if err := p.copyCPP(wanted); err != nil {
		return err
	}
	return p.writeBuild()
}

func (p *fitting) copyCPP(wanted map[string]bool) error {
	names := []string{handWritten, generated}
	files := make([][]chunk, len(names))
	for i, name := range names {
		b, err := os.ReadFile(filepath.Join(p.source, name))
		if err != nil {
			return err
		}
		files[i] = splitCPP(string(b))
	}
	keepCPP(files, wanted)
	dropIncludes(files[0])
	for i, name := range names {
		if err := p.write(name, join(files[i])); err != nil {
			return err
		}
	}
	for _, header := range []string{"torch_api.h", "torch_api_generated.h"} {
		b, err := os.ReadFile(filepath.Join(p.source, header))
		if err != nil {
			return err
		}
		if err := p.write(header, string(b)); err != nil {
			return err
		}
	}
	return nil
}

func (p *fitting) write(name, text string) error {
	return os.WriteFile(filepath.Join(p.target(), name), []byte(text), 0o644)
}

// cxxFlags compile C++ against the libtorch found.
func (p *fitting) cxxFlags() []string {
	return []string{
		"-std=gnu++20", "-w", "-D_GLIBCXX_USE_CXX11_ABI=" + bit(p.lib.NewABI),
		"-I" + filepath.Join(p.dir(), "include"), "-I" + filepath.Join(p.dir(), "include", apiInclude),
	}
}

func bit(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// ldFlags link it. The CUDA library registers its kernels when it is loaded,
// so that the linker must not leave it out for having no symbol in use.
func (p *fitting) ldFlags() []string {
	flags := []string{"-L" + p.lib.Lib, "-Wl,-rpath," + p.lib.Lib, "-ltorch", "-ltorch_cpu", "-lc10", "-lstdc++"}
	if p.lib.CUDA {
		flags = append(flags, "-Wl,--no-as-needed", "-ltorch_cuda", "-lc10_cuda", "-Wl,--as-needed")
	}
	return flags
}

func (p *fitting) writeBuild() error {
	lib := fmt.Sprintf("package libtch\n\n// #cgo CFLAGS: -I${SRCDIR} -w\n// #cgo CXXFLAGS: -I${SRCDIR} -O1 %s\n// #cgo LDFLAGS: %s\nimport \"C\"\n",
		strings.Join(p.cxxFlags(), " "), strings.Join(p.ldFlags(), " "))
	if err := p.write("lib.go", lib); err != nil {
		return err
	}
	mod := "module " + modulePath + "\n\ngo 1.20\n"
	if err := os.WriteFile(filepath.Join(p.dir(), "gotch", "go.mod"), []byte(mod), 0o644); err != nil {
		return err
	}
	if err := relink(p.lib.Include, filepath.Join(p.dir(), "include")); err != nil {
		return err
	}
	if err := relink(p.lib.Lib, filepath.Join(p.dir(), "lib")); err != nil {
		return err
	}
	abi := "// The form of std::string that the fitted libtorch was compiled with.\n#define _GLIBCXX_USE_CXX11_ABI " + bit(p.lib.NewABI) + "\n"
	return os.WriteFile(filepath.Join(p.dir(), "fit.h"), []byte(abi), 0o644)
}

func relink(target, link string) error {
	if err := os.Remove(link); err != nil && !os.IsNotExist(err) {
		return err
	}
	return os.Symlink(target, link)
}

// stub compiles the wrappers without making code, and lets those throw which
// this libtorch cannot compile. It returns their names.
func (p *fitting) stub() ([]string, error) {
	var stubbed []string
	for range 5 {
		log, err := p.compile()
		if err == nil {
			return stubbed, nil
		}
		names, werr := p.stubLines(log)
		if werr != nil {
			return nil, werr
		}
		if len(names) == 0 {
			return nil, fmt.Errorf("libtorch %s does not compile under gotch, and no wrapper is the cause: %w\n%s", p.lib.Version, err, log)
		}
		stubbed = append(stubbed, names...)
	}
	return nil, fmt.Errorf("libtorch %s still does not compile after stubbing %v", p.lib.Version, stubbed)
}

func (p *fitting) compile() (string, error) {
	args := append([]string{"-fsyntax-only", "-I."}, p.cxxFlags()...)
	cmd := exec.Command(cxx(), append(args, handWritten)...)
	cmd.Dir = p.target()
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

var errorLine = regexp.MustCompile(`(?m)^(` + handWritten + `|` + generated + `):(\d+):(?:\d+:)? .*(?:error:|required from here)`)

// stubLines replaces the functions that the compiler's messages point into.
func (p *fitting) stubLines(log string) ([]string, error) {
	bad := map[string][]int{}
	for _, m := range errorLine.FindAllStringSubmatch(log, -1) {
		line, err := strconv.Atoi(m[2])
		if err != nil {
			return nil, err
		}
		bad[m[1]] = append(bad[m[1]], line)
	}
	var stubbed []string
	for _, name := range []string{handWritten, generated} {
		b, err := os.ReadFile(filepath.Join(p.target(), name))
		if err != nil {
			return nil, err
		}
		file := splitCPP(string(b))
		stubbed = append(stubbed, stubChunks(file, bad[name])...)
		if err := p.write(name, join(file)); err != nil {
			return nil, err
		}
	}
	return stubbed, nil
}

// stubChunks gives the functions that hold one of the lines (from 1) a body
// that throws, and returns their names.
func stubChunks(file []chunk, lines []int) []string {
	var names []string
	line := 1
	for i, c := range file {
		first := line
		line += strings.Count(c.text, "\n")
		hit := slices.ContainsFunc(lines, func(n int) bool { return n >= first && n < line })
		if c.name == "" || !hit {
			continue
		}
		head, _, _ := strings.Cut(c.text, "{")
		file[i].text = head + "{\n  PROTECT(throw std::runtime_error(\"" + c.name + ": not in this libtorch\");)\n  " + giveBack(head) + "\n}\n\n"
		names = append(names, c.name)
	}
	return names
}

func giveBack(head string) string {
	if strings.HasPrefix(strings.TrimSpace(withoutComments(head)), "void ") {
		return "return;"
	}
	return "return {};"
}

// writeWork directs the go command to the fitted copy. A go.work that is
// already there keeps what else it says.
func writeWork(root string) error {
	path := filepath.Join(root, "go.work")
	b, err := os.ReadFile(path)
	if err == nil {
		if strings.Contains(string(b), modulePath+" => ./.libtorch/gotch") {
			return nil
		}
		cmd := exec.Command("go", "work", "edit", "-replace", modulePath+"=./.libtorch/gotch")
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("go work edit: %w: %s", err, out)
		}
		return nil
	}
	version, err := goVersion(root)
	if err != nil {
		return err
	}
	text := "// Written by trainer/torch/fit: gotch as fitted to this machine's libtorch.\n" +
		version + "\n\nuse .\n\nreplace " + modulePath + " => ./.libtorch/gotch\n"
	return os.WriteFile(path, []byte(text), 0o644)
}

var goLine = regexp.MustCompile(`(?m)^go \S+$`)

func goVersion(root string) (string, error) {
	b, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return "", err
	}
	line := goLine.FindString(string(b))
	if line == "" {
		return "", fmt.Errorf("%s/go.mod has no go line", root)
	}
	return line, nil
}
