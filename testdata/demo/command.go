package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// badInput is the exit code of corpus for "done, but some input was bad".
const badInput = 3

// demo is one run of the demo.
type demo struct {
	corpus, dir, goroot string
	checks              int // that held so far
}

// say prints what comes next.
func (d *demo) say(format string, args ...any) {
	fmt.Printf("\n# "+strings.ReplaceAll(format, "\n", "\n# ")+"\n", args...)
}

// check prints what was checked, and fails when it does not hold.
func (d *demo) check(ok bool, format string, args ...any) error {
	what := fmt.Sprintf(format, args...)
	if !ok {
		return fmt.Errorf("this does not hold: %s", what)
	}
	d.checks++
	fmt.Println("✓ " + what)
	return nil
}

// run shows and runs a command of corpus, which must end with the exit code
// want, and gives all that it prints.
func (d *demo) run(want int, args ...string) (string, error) {
	fmt.Printf("\n$ corpus %s\n", quoted(args))
	var all bytes.Buffer
	err := d.command(want, io.MultiWriter(os.Stdout, &all), io.MultiWriter(os.Stderr, &all), args)
	return all.String(), err
}

// query runs a command of corpus and gives its standard output.
func (d *demo) query(args ...string) ([]byte, error) {
	var out bytes.Buffer
	err := d.command(0, &out, os.Stderr, args)
	return out.Bytes(), err
}

func (d *demo) command(want int, out, errOut io.Writer, args []string) error {
	if args[0] == "init" {
		args = []string{"init", d.dir}
	} else {
		args = append(args, "-C", d.dir)
	}
	c := exec.Command(d.corpus, args...)
	c.Stdout, c.Stderr = out, errOut
	err := c.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return err
	}
	if code := c.ProcessState.ExitCode(); code != want {
		return fmt.Errorf("corpus %s ended with exit code %d, want %d", args[0], code, want)
	}
	if want != 0 {
		return d.check(true, "corpus %s ends with exit code %d", args[0], want)
	}
	return nil
}

// quoted is args as one would type them.
func quoted(args []string) string {
	words := make([]string, len(args))
	for i, a := range args {
		if words[i] = a; strings.ContainsAny(a, " []<>") {
			words[i] = `"` + a + `"`
		}
	}
	return strings.Join(words, " ")
}

// goroot is the root of the Go distribution.
func goroot() (string, error) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	return strings.TrimSpace(string(out)), err
}
