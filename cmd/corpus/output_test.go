package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// full is a disk without room.
type full struct{ room int }

func (f *full) Write(p []byte) (int, error) {
	if len(p) > f.room {
		return 0, errors.New("no space left on device")
	}
	f.room -= len(p)
	return len(p), nil
}

// TestOutputThatFails wants exit code 74 where a list or a summary could not be
// written whole, be it the first byte or a later one.
func TestOutputThatFails(t *testing.T) {
	dir := copyOfFinished(t)
	for _, args := range [][]string{{"status"}, {"status", "--json"}, {"cat", "ingest"}, {"why", "a.jsonl"}, {"check"}, {"dedup", "--json"}} {
		for _, room := range []int{0, 20} {
			var errOut bytes.Buffer
			code := Main(append(append([]string{"corpus"}, args...), "-C", dir), &full{room}, &errOut)
			if code != 74 || !bytes.Contains(errOut.Bytes(), []byte("no space left on device")) {
				t.Errorf("%v with room for %d bytes: exit code %d, %s", args, room, code, &errOut)
			}
		}
	}
}

// TestNamesAreShownHarmless wants no control character of a file's name on the
// terminal.
func TestNamesAreShownHarmless(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, ConfigName), nil, 0o666))
	must(t, os.WriteFile(filepath.Join(dir, "red\x1b[31m"), []byte("\x00\x00"), 0o666))
	must(t, putSource(filepath.Join(dir, "good.jsonl"), "en-1"))
	code, out, errOut := call("ingest", "-C", dir, dir)
	if code != 0 || strings.Contains(out+errOut, "\x1b") || !strings.Contains(errOut, "binary") {
		t.Errorf("exit code %d, %q", code, out+errOut)
	}
	if code, out, errOut = call("ingest", "-C", dir, filepath.Join(dir, "blue\x1b[34m")); code != 66 || strings.Contains(out+errOut, "\x1b") {
		t.Errorf("exit code %d, %q", code, out+errOut)
	}
}
