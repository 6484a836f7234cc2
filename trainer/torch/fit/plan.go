package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const (
	modulePath  = "github.com/sugarme/gotch"
	packagePath = modulePath + "/libtch"
)

// fitting is one fit: what is called, from which gotch, for which libtorch.
type fitting struct {
	root    string
	lib     libtorch
	version string   // gotch's
	source  string   // libtch in the module cache
	called  []string // names of libtch that trainer/torch uses, sorted
	key     string   // hash of everything the result depends on
}

func (p *fitting) dir() string    { return filepath.Join(p.root, ".libtorch") }
func (p *fitting) target() string { return filepath.Join(p.dir(), "gotch", "libtch") }
func (p *fitting) stamp() string  { return filepath.Join(p.dir(), "fitted") }

func plan(root string, lib libtorch) (*fitting, error) {
	p := &fitting{root: root, lib: lib}
	var err error
	if p.version, p.source, err = download(root); err != nil {
		return nil, err
	}
	if p.called, err = calledNames(filepath.Join(root, "trainer", "torch")); err != nil {
		return nil, err
	}
	p.key, err = p.hash()
	return p, err
}

// download asks the go command for the module that go.mod names.
func download(root string) (version, source string, err error) {
	cmd := exec.Command("go", "mod", "download", "-json", modulePath)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOWORK=off")
	out, err := cmd.Output()
	if err != nil {
		return "", "", fmt.Errorf("go mod download %s: %w: %s", modulePath, err, out)
	}
	var m struct{ Version, Dir string }
	if err := json.Unmarshal(out, &m); err != nil {
		return "", "", fmt.Errorf("go mod download %s: %w", modulePath, err)
	}
	return m.Version, filepath.Join(m.Dir, "libtch"), nil
}

// calledNames are the names of libtch that the Go files below dir use.
func calledNames(dir string) ([]string, error) {
	names := map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil || !importsLibtch(file) {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == "libtch" {
					names[sel.Sel.Name] = true
				}
			}
			return true
		})
		return nil
	})
	return sortedKeys(names), err
}

func importsLibtch(file *ast.File) bool {
	return slices.ContainsFunc(file.Imports, func(s *ast.ImportSpec) bool {
		return strings.Trim(s.Path.Value, `"`) == packagePath
	})
}

// hash covers the libtorch, gotch, the names called, the compiler and this
// command's own source.
func (p *fitting) hash() (string, error) {
	h := sha256.New()
	compiler, err := exec.Command(cxx(), "--version").Output()
	if err != nil {
		return "", fmt.Errorf("no C++ compiler %q: %w; install g++ or set CXX", cxx(), err)
	}
	fmt.Fprintf(h, "%+v\n%s\n%s\n%s\n%s\n", p.lib, p.version, p.source, p.called, compiler)
	own, err := filepath.Glob(filepath.Join(p.root, "trainer", "torch", "fit", "*.go"))
	if err != nil {
		return "", err
	}
	for _, name := range own {
		b, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%d\n%s", len(b), b)
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}

func (p *fitting) fresh() bool {
	b, err := os.ReadFile(p.stamp())
	_, gone := os.Stat(filepath.Join(p.target(), "lib.go"))
	return err == nil && gone == nil && strings.TrimSpace(string(b)) == p.key
}

func (p *fitting) writeStamp() error {
	return os.WriteFile(p.stamp(), []byte(p.key+"\n"), 0o644)
}

func cxx() string {
	if c := os.Getenv("CXX"); c != "" {
		return c
	}
	return "g++"
}

func sortedKeys(set map[string]bool) []string {
	var keys []string
	for k := range set {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
