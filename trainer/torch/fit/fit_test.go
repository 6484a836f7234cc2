package main

import (
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const sampleCPP = `#include "torch_api.h"
#define LONG one \
  two
using namespace std;

// A comment with { and "quotes
char *first(int a) {
  PROTECT(for (;;) { if (a) { return "}"; } } throw 'x';)
  return nullptr;
}

template <typename T>
T helper(int a) { return T(a); }
/* { */ int second(int a,
           int b) {
  return helper<int>(a + '}');
}
static int counter;
int third() { return 3; }
`

func names(file []chunk) []string {
	var out []string
	for _, c := range file {
		if c.name != "" {
			out = append(out, c.name)
		}
	}
	return out
}

func TestSplitCPP(t *testing.T) {
	file := splitCPP(sampleCPP)
	if join(file) != sampleCPP {
		t.Errorf("chunks do not add up to the source: %q", join(file))
	}
	if got, want := names(file), []string{"first", "helper", "second", "third"}; !slices.Equal(got, want) {
		t.Errorf("functions %v, want %v", got, want)
	}
}

func FuzzSplitCPP(f *testing.F) {
	for _, s := range []string{sampleCPP, "", "}", "{", "\"", "'\\", "/*", "#x\\\n", "a(){}", "//"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := join(splitCPP(s)); got != s {
			t.Errorf("chunks of %q add up to %q", s, got)
		}
	})
}

func TestKeepCPP(t *testing.T) {
	file := splitCPP(sampleCPP)
	keepCPP([][]chunk{file}, map[string]bool{"second": true})
	text := join(file)
	for _, want := range []string{"int second", "T helper", "static int counter", "#define LONG"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q was dropped", want)
		}
	}
	for _, gone := range []string{"first", "third"} {
		if strings.Contains(text, gone+"(") {
			t.Errorf("%q was kept", gone)
		}
	}
}

func TestTrimmedGo(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.go", `package libtch

//#include "x.h"
import "C"

import (
	"log"
	"unsafe"
)

type Ctensor = C.tensor

// Used is called.
func Used(p *Ctensor) { C.at_used(p, helper()) }

// Unused is not.
func Unused() { log.Fatal(C.at_unused()) }

func helper() unsafe.Pointer { return nil }
`)
	write(t, dir, "b.go", "package libtch\n\nfunc Alone() {}\n")
	files, err := parseGo(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := keepGo(files, []string{"Used"})
	if !c["at_used"] || c["at_unused"] {
		t.Errorf("C names %v", c)
	}
	text := files[0].trimmed()
	if _, err := parser.ParseFile(token.NewFileSet(), "a.go", text, 0); err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{"Unused", "log"} {
		if strings.Contains(text, gone) {
			t.Errorf("%s was kept:\n%s", gone, text)
		}
	}
	for _, kept := range []string{"func Used", "func helper", `"unsafe"`, "x.h", "type Ctensor"} {
		if !strings.Contains(text, kept) {
			t.Errorf("%s was dropped:\n%s", kept, text)
		}
	}
	if files[1].trimmed() != "" {
		t.Error("a file of which nothing is called was kept")
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A function that the compiler refuses gives way to one that throws; the others
// stay, and the result compiles.
func TestStub(t *testing.T) {
	if _, err := exec.LookPath(cxx()); err != nil {
		t.Skipf("needs a C++ compiler: %v", err)
	}
	p := &fitting{root: t.TempDir()}
	if err := os.MkdirAll(p.target(), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, p.target(), handWritten, `#include <stdexcept>
#define PROTECT(x) try { x } catch (const std::exception &e) {}
int good(int a) { return a; }
#include "`+generated+`"
`)
	write(t, p.target(), generated, `
void atg_missing(int *out, int a) {
  PROTECT(
    out[0] = torch::no_such_function(a);
  )
}

void atg_there(int *out, int a) {
  PROTECT(
    out[0] = good(a);
  )
}

int *atg_wrong_type(int a) {
  return good(a) + "text" + 2.5;
}
`)
	stubbed, err := p.stub()
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"atg_missing", "atg_wrong_type"}; !slices.Equal(stubbed, want) {
		t.Errorf("stubbed %v, want %v", stubbed, want)
	}
	b, err := os.ReadFile(filepath.Join(p.target(), generated))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), "atg_missing: not in this libtorch") || !strings.Contains(string(b), "out[0] = good(a)") {
		t.Errorf("stubbed file:\n%s", b)
	}
	write(t, p.target(), handWritten, "int broken = ;\n")
	if _, err := p.stub(); err == nil {
		t.Error("an error outside every function was not reported")
	}
}

func TestWriteWork(t *testing.T) {
	root := t.TempDir()
	write(t, root, "go.mod", "module corpus\n\ngo 1.26.0\n")
	for range 2 { // the second changes nothing
		if err := writeWork(root); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(filepath.Join(root, "go.work"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"go 1.26.0\n", "use .\n", "replace " + modulePath + " => ./.libtorch/gotch\n"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("go.work lacks %q:\n%s", want, b)
		}
	}
	write(t, root, "go.work", "go 1.26.0\n\nuse (\n\t.\n\t./other\n)\n")
	if err := writeWork(root); err != nil {
		t.Fatal(err)
	}
	b, err = os.ReadFile(filepath.Join(root, "go.work"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), "./other") || !strings.Contains(string(b), modulePath+" => ./.libtorch/gotch") {
		t.Errorf("a go.work that was there became:\n%s", b)
	}
}

func TestFindLibtorch(t *testing.T) {
	t.Setenv("LIBTORCH", t.TempDir())
	if _, err := findLibtorch(t.TempDir()); err == nil || !strings.Contains(err.Error(), "LIBTORCH=") {
		t.Errorf("an empty LIBTORCH gives %v", err)
	}
	dir := t.TempDir()
	include := filepath.Join(dir, "include", apiInclude, "torch")
	if err := os.MkdirAll(include, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, include, "version.h", "#define TORCH_VERSION_MAJOR 2\n#define TORCH_VERSION_MINOR 11\n#define TORCH_VERSION_PATCH 1\n")
	l, err := inspect(filepath.Join(dir, "include"), filepath.Join(dir, "lib"))
	if l.Version != "2.11.1" || err == nil {
		t.Errorf("headers without a library give %+v, %v", l, err)
	}
	write(t, include, "version.h", "#define TORCH_VERSION_MAJOR 1\n#define TORCH_VERSION_MINOR 8\n#define TORCH_VERSION_PATCH 1\n")
	if _, err := inspect(filepath.Join(dir, "include"), filepath.Join(dir, "lib")); err == nil || !strings.Contains(err.Error(), "1.8.1") || !strings.Contains(err.Error(), "too old") {
		t.Errorf("libtorch 1.8.1: %v", err)
	}
}

func TestTooOld(t *testing.T) {
	for version, want := range map[string]bool{"": true, "1": true, "0.4.1": true, "1.8.0": true, "1.12.1": true, "1.13.0": false, "1.13": false, "2.0.1": false, "10.1": false} {
		if got := tooOld(version); got != want {
			t.Errorf("%q: %v", version, got)
		}
	}
}

// What trainer/torch calls is in gotch, and the trimmed package still parses.
func TestCalledNames(t *testing.T) {
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	called, err := calledNames(filepath.Join(root, "trainer", "torch"))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(called, "AtgMatmul") || slices.Contains(called, "AtgConv2d") {
		t.Errorf("called: %v", called)
	}
	version, source, err := download(root)
	if err != nil {
		t.Skipf("needs gotch in the module cache: %v", err)
	}
	files, err := parseGo(source)
	if err != nil {
		t.Fatal(err)
	}
	keepGo(files, called)
	declared := map[string]bool{}
	for _, f := range files {
		for _, d := range f.decls {
			if d.keep {
				for _, n := range d.names {
					declared[n] = true
				}
			}
		}
	}
	for _, name := range called {
		if !declared[name] {
			t.Errorf("gotch %s has no libtch.%s", version, name)
		}
	}
}
