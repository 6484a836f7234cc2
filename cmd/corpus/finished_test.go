package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// finishedConfig keeps all that passes the rules.
const finishedConfig = `ingest: {sources: [raw]}
filter: {keep: 1}
tokenize: {vocab: 500}
shards: {valid: 0.2}
`

// finishedSources are the sources of the finished workspace by name: 24 good
// English texts, 4 good Chinese ones, two copies, and some that fail rules.
var finishedSources = map[string][]string{
	"a.jsonl": {"en-1..24", "zh-1..4", "short-1", "echo-3"},
	"b.jsonl": {"near-5", "exact-6", "toxic-30"},
}

// finished is the directory of a workspace in which `corpus run` has ended. It
// is made once; tests copy it.
var finished = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "corpus-finished-")
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, ConfigName), []byte(finishedConfig), 0o666); err != nil {
		return "", err
	}
	for name, specs := range finishedSources {
		if err := putSource(filepath.Join(dir, "raw", name), specs...); err != nil {
			return "", err
		}
	}
	return dir, succeed("run", "-C", dir)
})

// putSource writes documents as JSON lines.
func putSource(name string, specs ...string) error {
	docs, err := makeDocuments(specs)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	return os.WriteFile(name, jsonLines(docs), 0o666)
}

// call runs a command line in this process.
func call(args ...string) (code int, out, errOut string) {
	var o, e bytes.Buffer
	code = Main(append([]string{"corpus"}, args...), &o, &e)
	return code, o.String(), e.String()
}

// succeed runs a command line that must end with exit code 0.
func succeed(args ...string) error {
	if code, out, errOut := call(args...); code != 0 {
		return fmt.Errorf("corpus %v: exit code %d\n%s%s", args, code, out, errOut)
	}
	return nil
}

// copyOfFinished is a copy of the finished workspace, for the test alone.
func copyOfFinished(t *testing.T) string {
	t.Helper()
	from, err := finished()
	must(t, err)
	to := filepath.Join(t.TempDir(), "ws")
	must(t, copyAll(from, to))
	return to
}

func copyFinished(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 1, "workspace DIR")
	from, err := finished()
	ts.Check(err)
	ts.Check(copyAll(from, ts.MkAbs(args[0])))
}

// noticed is nil when the command exits 65 and names the file.
func noticed(name string, command []string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("corpus %v panics: %v", command, p)
		}
	}()
	var out bytes.Buffer
	a := &app{out: &out, err: &out} // Main without its signals, which cost more than a check
	code := a.exit(a.run(context.Background(), append([]string{"corpus"}, command...)))
	_, below, _ := strings.Cut(strings.Replace(name, "/runs/", "/data/", 1), "/data/")
	if code != 65 || !strings.Contains(out.String(), "/"+below+":") {
		return fmt.Errorf("corpus %v: exit code %d, want 65 and %s\n%s", command, code, below, out.String())
	}
	return nil
}
