package main

import (
	"strings"
	"testing"
)

// events of a package p with two tests, one of which has a subtest.
const (
	passA   = `{"Action":"pass","Package":"p","Test":"TestA"}` + "\n"
	skipA   = `{"Action":"skip","Package":"p","Test":"TestA"}` + "\n"
	failA   = `{"Action":"output","Package":"p","Test":"TestA","Output":"why\n"}` + "\n" + `{"Action":"fail","Package":"p","Test":"TestA"}` + "\n"
	failSub = `{"Action":"fail","Package":"p","Test":"TestB/sub"}` + "\n"
	failB   = `{"Action":"fail","Package":"p","Test":"TestB"}` + "\n"
	passP   = `{"Action":"pass","Package":"p"}` + "\n"
	failP   = `{"Action":"fail","Package":"p"}` + "\n"
	noBuild = `{"Action":"build-output","ImportPath":"p","Output":"undefined: x\n"}` + "\n" + `{"Action":"build-fail","ImportPath":"p"}` + "\n" + failP
)

func TestCount(t *testing.T) {
	for _, c := range []struct {
		name, in string
		runs     int
		ok       bool
		want     string
	}{
		{"all pass", passA + passP + "exit 0\n", 1, true, "1 passed, 0 failed, 0 skipped"},
		{"two runs", passA + passP + "exit 0\n" + passA + passP + "exit 0\n", 2, true, "2 passed, 0 failed, 0 skipped"},
		{"a failed test is one", failA + failP + "exit 1\n", 1, false, "why\n0 passed, 1 failed, 0 skipped"},
		{"so is a failed subtest", passA + failSub + failB + failP + "exit 1\n", 1, false, "1 passed, 1 failed, 0 skipped"},
		{"two that failed", failA + failSub + failB + failP + "exit 1\n", 1, false, "0 passed, 2 failed, 0 skipped"},
		{"the same in both runs", failA + failP + "exit 1\n" + failA + failP + "exit 1\n", 2, false, "0 passed, 2 failed, 0 skipped"},
		{"does not build", noBuild + "exit 1\n", 1, false, "undefined: x\n0 passed, 1 failed, 0 skipped"},
		{"panics after its tests", passA + failP + "exit 1\n", 1, false, "1 passed, 1 failed, 0 skipped"},
		{"go itself fails", "go: no such tool\nexit 1\n", 1, false, "go: no such tool"},
		{"go fails beside tests that pass", passA + passP + "go: broken\nexit 1\n", 1, false, "exit code 1, though no test failed"},
		{"the second run is killed", passA + passP + "exit 0\n" + passA + "exit 137\n", 2, false, "exit code 137, though no test failed"},
		{"the second run never comes", passA + passP + "exit 0\n", 2, false, "1 of 2 runs came to their end"},
		{"nothing was tested", "exit 0\n", 1, false, "no package was tested"},
		{"a skip without a reason", skipA + passP + "exit 0\n", 1, false, "not listed in testdata/skips.txt: p.TestA"},
		{"a skip with one", strings.ReplaceAll(skipA, "TestA", "TestC/sub") + passP + "exit 0\n", 1, true, "0 passed, 0 failed, 1 skipped"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			if ok := count(strings.NewReader(c.in), &out, []string{"p.TestC"}, c.runs); ok != c.ok || !strings.Contains(out.String(), c.want) {
				t.Errorf("got %v, want %v and %q in\n%s", ok, c.ok, c.want, out.String())
			}
		})
	}
}
