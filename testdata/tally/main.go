// Command tally reads the JSON of `go test -json`, shows what failed, and ends
// with how many tests ran and were skipped. A skip that testdata/skips.txt does
// not list with its reason is a failure. After each go test it wants a line with
// its exit code, since a pipe loses it, and as many of them as its argument says.
//
//	{ go test -json ./... 2>&1; echo exit $?; } | go run ./testdata/tally 1
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

type event struct {
	Action, Package, ImportPath, Test, Output string
	Elapsed                                   float64
}

// tally is the outcome of runs so far.
type tally struct {
	out                               io.Writer
	listed                            []string            // tests that may be skipped
	output                            map[string][]string // what each test wrote, until it passes
	failures                          map[string][]string // names of failed tests by package
	passed, failed, skipped, packages int
	wrong                             []string // what is no test but must not be
	exits                             int
}

func main() {
	listed, err := skips("testdata/skips.txt")
	runs := 0
	if err == nil && len(os.Args) == 2 {
		runs, err = strconv.Atoi(os.Args[1])
	}
	if err != nil || runs < 1 {
		fmt.Fprintln(os.Stderr, "tally: wants the number of runs:", err)
		os.Exit(1)
	}
	if !count(os.Stdin, os.Stdout, listed, runs) {
		os.Exit(1)
	}
}

// count reads the events of runs and says whether all is well.
func count(in io.Reader, out io.Writer, listed []string, runs int) bool {
	t := &tally{out: out, listed: listed, output: map[string][]string{}, failures: map[string][]string{}}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		t.line(lines.Text())
	}
	if err := lines.Err(); err != nil {
		t.wrong = append(t.wrong, err.Error())
	}
	if t.exits != runs {
		t.wrong = append(t.wrong, fmt.Sprintf("%d of %d runs came to their end", t.exits, runs))
	}
	if t.packages == 0 {
		t.wrong = append(t.wrong, "no package was tested")
	}
	for _, w := range t.wrong {
		fmt.Fprintln(out, w)
	}
	fmt.Fprintf(out, "%d passed, %d failed, %d skipped\n", t.passed, t.failed, t.skipped)
	return t.failed == 0 && len(t.wrong) == 0
}

// line takes an event, the exit code of a run, or words of the go command.
func (t *tally) line(text string) {
	var e event
	if json.Unmarshal([]byte(text), &e) == nil {
		t.take(e)
		return
	}
	code, ok := strings.CutPrefix(text, "exit ")
	if !ok {
		fmt.Fprintln(t.out, text)
		return
	}
	t.exits++
	if code != "0" && t.failed == 0 {
		t.wrong = append(t.wrong, "a run ended with exit code "+code+", though no test failed")
	}
}

func (t *tally) take(e event) {
	key := e.Package + e.ImportPath + " " + e.Test
	switch e.Action {
	case "output", "build-output":
		t.output[key] = append(t.output[key], e.Output)
		return
	case "pass":
		t.pass(e)
	case "skip":
		t.skip(e)
	case "fail":
		t.fail(e)
	}
	if strings.HasSuffix(e.Action, "fail") { // build-fail too, which the package's own fail follows
		fmt.Fprint(t.out, strings.Join(t.output[key], ""))
	}
	if slices.Contains([]string{"pass", "skip", "fail", "build-fail"}, e.Action) {
		delete(t.output, key)
	}
}

func (t *tally) pass(e event) {
	if e.Test != "" {
		t.passed++
		return
	}
	t.packages++
	fmt.Fprintf(t.out, "ok  %s  %.1f s\n", e.Package, e.Elapsed)
}

// skip counts a test; a package that is skipped has none.
func (t *tally) skip(e event) {
	if e.Test == "" {
		t.packages++
		return
	}
	t.skipped++
	name := e.Package + "." + e.Test
	if !slices.ContainsFunc(t.listed, func(l string) bool { return name == l || strings.HasPrefix(name, l+"/") }) {
		t.wrong = append(t.wrong, "skipped, but not listed in testdata/skips.txt: "+name)
	}
}

// fail counts each failure once: a test that fails through its subtests is
// theirs, and a package counts when none of its tests does, such as one that
// does not build or panics.
func (t *tally) fail(e event) {
	below := func(name string) bool { return strings.HasPrefix(name, e.Test+"/") || e.Test == "" }
	if !slices.ContainsFunc(t.failures[e.Package], below) {
		t.failed++
	}
	if e.Test == "" {
		t.packages++
		delete(t.failures, e.Package) // another run may test it again
		return
	}
	t.failures[e.Package] = append(t.failures[e.Package], e.Test)
}

// skips reads lines "package.Test: reason".
func skips(name string) ([]string, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, line := range strings.Split(string(b), "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		test, reason, ok := strings.Cut(line, ": ")
		if !ok || strings.TrimSpace(reason) == "" {
			return nil, fmt.Errorf("%s: %q has no reason", name, line)
		}
		names = append(names, test)
	}
	return names, nil
}
