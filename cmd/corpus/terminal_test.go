package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestTerminal looks at what a person sees: one live line on a terminal, whole
// lines without one, no colour anywhere.
func TestTerminal(t *testing.T) {
	for _, c := range []struct {
		name, env string
		tty, live bool
	}{
		{"terminal", "TERM=xterm", true, true},
		{"terminal without colour", "NO_COLOR=1", true, true},
		{"dumb terminal", "TERM=dumb", true, false},
		{"file", "TERM=xterm", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			must(t, os.WriteFile(filepath.Join(dir, ConfigName), []byte("ingest: {sources: [raw], unit: 64KiB, part: 64KiB}\n"), 0o666))
			must(t, putSource(filepath.Join(dir, "raw", "a.jsonl"), "en-1..60"))
			seen := stderrOf(t, dir, c.env, c.tty)
			if strings.Contains(seen, "\x1b[K") != c.live || c.live != strings.Contains(seen, "\r\x1b[Kingest ") {
				t.Errorf("a live line: want %v\n%q", c.live, seen)
			}
			rest := strings.ReplaceAll(seen, "\x1b[K", "")
			if strings.Contains(rest, "\x1b") {
				t.Errorf("colour or other control sequences in %q", seen)
			}
			if !strings.Contains(seen, "ingest: 60 documents") {
				t.Errorf("no summary in %q", seen)
			}
		})
	}
}

// stderrOf is what `corpus ingest` writes to a terminal or a pipe.
func stderrOf(t *testing.T, dir, env string, tty bool) string {
	t.Helper()
	cmd := corpusProcess(dir, "ingest")
	cmd.Env = append(cmd.Env, env)
	var out bytes.Buffer
	cmd.Stderr = &out
	if !tty {
		must(t, cmd.Run())
		return out.String()
	}
	control, terminal := openTerminal(t)
	cmd.Stderr = terminal
	must(t, cmd.Start())
	must(t, terminal.Close())
	_, err := io.Copy(&out, control) // ends with EIO when the other side is closed
	if err != nil && !strings.Contains(err.Error(), unix.EIO.Error()) {
		t.Error(err)
	}
	must(t, cmd.Wait())
	return out.String()
}

// openTerminal makes a pseudo-terminal.
func openTerminal(t *testing.T) (control, terminal *os.File) {
	t.Helper()
	control, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("this machine has no pseudo-terminals: %v", err)
	}
	t.Cleanup(func() { control.Close() })
	must(t, unix.IoctlSetPointerInt(int(control.Fd()), unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(int(control.Fd()), unix.TIOCGPTN)
	must(t, err)
	terminal, err = os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|unix.O_NOCTTY, 0)
	must(t, err)
	return control, terminal
}
