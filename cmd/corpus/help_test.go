package main

import (
	"strings"
	"testing"
)

// TestHelp wants every command listed, and the exit codes in every help.
func TestHelp(t *testing.T) {
	_, all, _ := call("--help")
	commands := (&app{}).commands()
	if len(commands) < 14 {
		t.Errorf("there are %d commands", len(commands))
	}
	for _, c := range commands {
		if !strings.Contains(all, "   "+c.Name+" ") || c.Usage == "" {
			t.Errorf("corpus --help does not list %s", c.Name)
		}
		for _, args := range [][]string{{c.Name, "--help"}, {"help", c.Name}} {
			code, out, errOut := call(args...)
			if code != 0 || errOut != "" || !strings.Contains(out, "corpus "+c.Name+" - "+c.Usage) {
				t.Errorf("%v: exit code %d\n%s%s", args, code, out, errOut)
			}
			wantExitCodes(t, args, out)
		}
	}
	for _, args := range [][]string{nil, {"help"}, {"--help"}, {"-h"}} {
		code, out, errOut := call(args...)
		if code != 0 || errOut != "" {
			t.Errorf("%v: exit code %d, %s", args, code, errOut)
		}
		wantExitCodes(t, args, out)
	}
}

// TestHelpShowsDefaults wants the values that hold when nothing is said, and
// every setting among the flags of run.
func TestHelpShowsDefaults(t *testing.T) {
	_, run, _ := call("run", "--help")
	for _, s := range settings() {
		if !strings.Contains(run, "--"+s.flag+" ") || !strings.Contains(run, "[$"+s.variable()+"]") {
			t.Errorf("run --help does not list --%s and %s", s.flag, s.variable())
		}
	}
	for flag, value := range map[string]string{"max-bad": "0.01", "near": `"fineweb"`, "bands": "0", "keep": "0.02", "vocab": "16000", "valid": "0.01"} {
		_, line, _ := strings.Cut(run, "--"+flag+" ")
		if line, _, _ = strings.Cut(line, "\n"); !strings.Contains(line, "(default: "+value+")") {
			t.Errorf("--%s %s: want the default %s", flag, line, value)
		}
	}
}

// wantExitCodes wants all exit codes of the design in a help text.
func wantExitCodes(t *testing.T, args []string, help string) {
	t.Helper()
	_, codes, ok := strings.Cut(help, "Exit codes:")
	for _, c := range strings.Fields("0 1 3 4 64 65 66 69 74 75 78 130 143") {
		if !ok || !strings.Contains(codes, " "+c+" ") && !strings.Contains(codes, "\n"+c+" ") {
			t.Errorf("corpus %v --help does not explain exit code %s", args, c)
		}
	}
}
