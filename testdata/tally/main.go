// Command tally reads the JSON of `go test -json`, shows what failed, and ends
// with how many tests ran and were skipped. A skip that testdata/skips.txt does
// not list with its reason is a failure.
//
//	go test -json ./... | go run ./testdata/tally
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

type event struct {
	Action, Package, ImportPath, Test, Output string
	Elapsed                                   float64
}

// counts is the outcome of a run.
type counts struct {
	passed, failed, skipped int
	packages                int
	unlisted                []string
}

func main() {
	listed, err := skips("testdata/skips.txt")
	if err != nil {
		fmt.Fprintln(os.Stderr, "tally:", err)
		os.Exit(1)
	}
	var c counts
	output := map[string][]string{} // what each test wrote, until it passes
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 16<<20)
	for in.Scan() {
		var e event
		if json.Unmarshal(in.Bytes(), &e) != nil {
			fmt.Println(in.Text()) // not an event: the go command's own words
			continue
		}
		c.take(e, output, listed)
	}
	for _, s := range c.unlisted {
		fmt.Println("skipped, but not listed in testdata/skips.txt:", s)
	}
	fmt.Printf("%d passed, %d failed, %d skipped\n", c.passed, c.failed+len(c.unlisted), c.skipped)
	if c.failed > 0 || len(c.unlisted) > 0 || c.packages == 0 || in.Err() != nil {
		os.Exit(1)
	}
}

// take counts one event. Only tests count; a package that fails without a
// failed test (it does not build, it panics) counts as one.
func (c *counts) take(e event, output map[string][]string, listed []string) {
	key := e.Package + e.ImportPath + " " + e.Test
	switch e.Action {
	case "output", "build-output":
		output[key] = append(output[key], e.Output)
	case "pass":
		c.end(e, key, output, &c.passed)
	case "skip":
		c.end(e, key, output, &c.skipped)
		if name := e.Package + "." + e.Test; e.Test != "" && !slices.ContainsFunc(listed, func(l string) bool { return name == l || strings.HasPrefix(name, l+"/") }) {
			c.unlisted = append(c.unlisted, name)
		}
	case "fail", "build-fail":
		fmt.Print(strings.Join(output[key], ""))
		c.failed++
		c.packages++
	}
}

func (c *counts) end(e event, key string, output map[string][]string, n *int) {
	delete(output, key)
	if e.Test != "" {
		*n++
		return
	}
	c.packages++
	if e.Action == "pass" {
		fmt.Printf("ok  %s  %.1f s\n", e.Package, e.Elapsed)
	}
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
