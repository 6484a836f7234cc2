package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"corpus/internal/fsx"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// TestMain makes the program a command of the scripts.
func TestMain(m *testing.M) {
	testscript.Main(tidy{m}, map[string]func(){
		"corpus":          func() { os.Exit(Main(os.Args, os.Stdout, os.Stderr)) },
		"corpus-confined": confined,
	})
}

// tidy runs the tests in a temporary directory of their own and removes it.
type tidy struct{ *testing.M }

func (t tidy) Run() int {
	dir, err := os.MkdirTemp("", "corpus-test-")
	if err == nil {
		err = os.Setenv("TMPDIR", dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := t.M.Run()
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	return code
}

// confined is corpus without the right of root to read every file.
func confined() {
	runtime.LockOSThread()
	for _, capability := range []uintptr{unix.CAP_DAC_OVERRIDE, unix.CAP_DAC_READ_SEARCH} {
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, capability, 0, 0, 0); err != nil && os.Geteuid() == 0 {
			fmt.Fprintln(os.Stderr, "root may not give up its rights here:", err)
			os.Exit(confinementFails)
		}
	}
	program, err := exec.LookPath("corpus")
	if err == nil {
		err = syscall.Exec(program, append([]string{"corpus"}, os.Args[1:]...), os.Environ())
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

const confinementFails = 99

// runScripts runs the scripts of a folder. Their commands beside testscript's:
//
//	exits CODE COMMAND…     run; the exit code must be CODE
//	write FORMAT FILE DOC…  documents such as en-1..20 in one of the formats
//	gz, zst FILE…           write FILE.gz, FILE.zst
//	cut FILE BYTES          keep the first bytes (negative: all but the last)
//	flip PATTERN [OFFSET]   flip the lowest bit of a byte, else of the one in the middle
//	hold FILE, release      take a lock as another process would; let it go
//	summary STAGE KEY=N…    the last line of stdout is a stage's summary; also KEY>N
//	counted N [REGEXP]      stdout has N lines, that match
//	has REGEXP…             stdout has a line that every one of these matches
//	pick NAME REGEXP        set NAME to the first group found in stdout
//	same FILE FILE          two binary files are equal; tells only which where they are not
//	tree DIR FILE           write the names and SHA-256 of the files below DIR to FILE, without locks and .seen
//	copy DIR DIR            copy a tree with its times
//	stops CODE SIGNAL PATTERN COMMAND…
//	                        run, send the signal once a file of PATTERN is there; -1 is a death by signal
//	metrics DIR DIR         the metrics of two runs are equal but for their speed
//	workspace DIR           a finished workspace, see finished
//	ranks FILE [N]          the first N lines (256) of a .tiktoken file whose tokens are the bytes
//	site DIR NAME [CERT]    serve the files of DIR on the loopback; NAME is its address; over
//	                        TLS, which offers HTTP/2 too, when its certificate is to be written
func runScripts(t *testing.T, dir string) {
	testscript.Run(t, testscript.Params{
		Dir: dir,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "write": writeSource, "gz": packWith(".gz", gzipped), "zst": packWith(".zst", zstded), "cut": cutFile,
			"flip": flipFile, "hold": hold, "release": release, "summary": checkSummary, "counted": counted, "has": has,
			"pick": pickValue, "same": same, "tree": tree, "copy": copyFolder, "stops": stops, "metrics": sameMetrics, "workspace": copyFinished, "site": serveSite, "ranks": writeRanks,
		},
	})
}

// byteRanks is tiktoken's vocabulary of the first n bytes alone.
func byteRanks(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, "%s %d\n", base64.StdEncoding.EncodeToString([]byte{byte(i)}), i)
	}
	return b.Bytes()
}

func writeRanks(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && (len(args) == 1 || len(args) == 2), "ranks FILE [N]")
	n := 256
	if len(args) == 2 {
		var err error
		n, err = strconv.Atoi(args[1])
		ts.Check(err)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), byteRanks(n), 0o644))
}

func usage(ts *testscript.TestScript, ok bool, text string) {
	if !ok {
		ts.Fatalf("usage: %s", text)
	}
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) >= 2, "exits CODE COMMAND…")
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		code = exit.ExitCode()
	}
	if code == confinementFails {
		ts.Fatalf("cannot be tested: root may not give up its rights here")
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
	if strings.Contains(ts.ReadFile("stderr"), "goroutine ") {
		ts.Fatalf("it panicked")
	}
}

func writeSource(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) >= 3 && formats[args[0]] != nil, "write FORMAT FILE DOC…")
	docs, err := makeDocuments(args[2:])
	ts.Check(err)
	name := ts.MkAbs(args[1])
	ts.Check(os.MkdirAll(filepath.Dir(name), 0o777))
	ts.Check(os.WriteFile(name, formats[args[0]](docs), 0o666))
}

func packWith(suffix string, pack func([]byte) []byte) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		usage(ts, !neg && len(args) > 0, "gz FILE… or zst FILE…")
		for _, name := range args {
			ts.Check(os.WriteFile(ts.MkAbs(name)+suffix, pack([]byte(ts.ReadFile(name))), 0o666))
		}
	}
}

func cutFile(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 2, "cut FILE BYTES")
	size, err := strconv.Atoi(args[1])
	ts.Check(err)
	if size < 0 {
		size += len(ts.ReadFile(args[0]))
	}
	ts.Check(os.Truncate(ts.MkAbs(args[0]), int64(size)))
}

func flipFile(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && (len(args) == 1 || len(args) == 2), "flip PATTERN [OFFSET]")
	name := one(ts, args[0])
	b, err := os.ReadFile(name)
	ts.Check(err)
	at := len(b) / 2
	if len(args) == 2 {
		at, err = strconv.Atoi(args[1])
		ts.Check(err)
	}
	b[at] ^= 1
	ts.Check(os.WriteFile(name, b, 0o666))
}

// one is the only file that a pattern matches.
func one(ts *testscript.TestScript, pattern string) string {
	names, err := filepath.Glob(ts.MkAbs(pattern))
	ts.Check(err)
	if len(names) != 1 {
		ts.Fatalf("%s matches %d files, want 1: %v", pattern, len(names), names)
	}
	return names[0]
}

// holders are the locks that scripts hold, by script.
var holders sync.Map

func hold(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && (len(args) == 1 || len(args) == 2 && args[1] == "shared"), "hold FILE [shared]")
	lock, err := io.Closer(nil), error(nil)
	if len(args) == 2 {
		lock, err = fsx.OS{}.Share(ts.MkAbs(args[0]))
	} else {
		lock, err = fsx.OS{}.Lock(ts.MkAbs(args[0]), "process 4711 (corpus run)")
	}
	ts.Check(err)
	holders.Store(ts, lock)
	ts.Defer(func() { release(ts, false, nil) })
}

func release(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 0, "release")
	if lock, ok := holders.LoadAndDelete(ts); ok {
		ts.Check(lock.(io.Closer).Close())
	}
}

// summaryKeys are those that every summary has.
var summaryKeys = strings.Fields("type stage docs_in docs_out bytes_in bytes_out dropped units units_resumed seconds")

func checkSummary(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) > 0, "summary STAGE KEY=N…")
	var last map[string]any
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		last = nil
		if err := json.Unmarshal([]byte(line), &last); err != nil {
			ts.Fatalf("%q is not a JSON object: %v", line, err)
		}
		if last["stage"] == args[0] {
			break
		}
	}
	if last["type"] != "summary" || last["stage"] != args[0] {
		ts.Fatalf("the last line is %v, want a summary of %s", last, args[0])
	}
	for _, k := range summaryKeys {
		if _, ok := last[k]; !ok {
			ts.Fatalf("the summary has no %s", k)
		}
	}
	for _, a := range args[1:] {
		checkValue(ts, last, a)
	}
}

var condition = regexp.MustCompile(`^(.+?)([=<>])(.+)$`)

// checkValue tests KEY=VALUE, KEY<N or KEY>N; a key such as dropped/near leads
// into an object. What is not there is 0.
func checkValue(ts *testscript.TestScript, object map[string]any, test string) {
	m := condition.FindStringSubmatch(test)
	usage(ts, m != nil, "KEY=VALUE")
	var got any = object
	for k := range strings.SplitSeq(m[1], "/") {
		if inner, ok := got.(map[string]any); ok {
			got = inner[k]
		}
	}
	if got == nil {
		got = 0.0
	}
	n, isNumber := got.(float64)
	want, err := strconv.ParseFloat(m[3], 64)
	ok := fmt.Sprint(got) == m[3]
	if isNumber {
		ts.Check(err)
		ok = m[2] == "=" && n == want || m[2] == "<" && n < want || m[2] == ">" && n > want
	}
	if !ok {
		ts.Fatalf("%s is %v, want %s", m[1], got, test)
	}
}

func stdoutLines(ts *testscript.TestScript) []string {
	text := strings.TrimSuffix(ts.ReadFile("stdout"), "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

func counted(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && (len(args) == 1 || len(args) == 2), "counted N [REGEXP]")
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got, re := 0, regexp.MustCompile("")
	if len(args) == 2 {
		re, err = regexp.Compile(args[1])
		ts.Check(err)
	}
	for _, line := range stdoutLines(ts) {
		if re.MatchString(line) {
			got++
		}
	}
	if got != want {
		ts.Fatalf("%d lines, want %d", got, want)
	}
}

func has(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, len(args) > 0, "has REGEXP…")
	found := false
	for _, line := range stdoutLines(ts) {
		all := true
		for _, a := range args {
			re, err := regexp.Compile(a)
			ts.Check(err)
			all = all && re.MatchString(line)
		}
		found = found || all
	}
	if found == neg {
		ts.Fatalf("found is %v: a line with %q", found, args)
	}
}

func pickValue(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 2, "pick NAME REGEXP")
	re, err := regexp.Compile(args[1])
	ts.Check(err)
	m := re.FindStringSubmatch(ts.ReadFile("stdout"))
	if len(m) < 2 {
		ts.Fatalf("stdout has no %s", args[1])
	}
	ts.Setenv(args[0], m[1])
}

func same(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 2, "same FILE FILE")
	if a, b := ts.ReadFile(args[0]), ts.ReadFile(args[1]); a != b {
		ts.Fatalf("%s and %s differ, of %d and %d bytes", args[0], args[1], len(a), len(b))
	}
}

func tree(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 2, "tree DIR FILE")
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), listTree(ts.MkAbs(args[0])), 0o666))
}

// listTree is a line "name SHA-256" for each file below dir.
func listTree(dir string) []byte {
	var b bytes.Buffer
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || slices.Contains([]string{".lock", readersLock, ".seen"}, d.Name()) {
			return err // locks say who had them last, the cache goes by the clock
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		fmt.Fprintf(&b, "%s %x\n", rel, sha256.Sum256(content))
		return err
	})
	if err != nil {
		fmt.Fprintln(&b, err) // shows in the comparison
	}
	return b.Bytes()
}

func copyFolder(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 2, "copy DIR DIR")
	ts.Check(copyAll(ts.MkAbs(args[0]), ts.MkAbs(args[1])))
}

// copyAll copies a tree; the files keep their times, which ingest looks at.
func copyAll(from, to string) error {
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return err
	}
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		return errors.Join(err, os.Chtimes(filepath.Join(to, rel), info.ModTime(), info.ModTime()))
	})
}

// patience is how long a script waits for a file.
const patience = time.Minute

// stops sends a signal to a command that is under way.
func stops(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) > 3, "stops CODE SIGNAL PATTERN COMMAND…")
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	program := filepath.Join(strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator))[0], args[3])
	cmd := exec.Command(program, args[4:]...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), []string{"PATH=" + ts.Getenv("PATH"), "TMPDIR=" + ts.Getenv("TMPDIR")}
	out := &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = out, out
	ts.Check(cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		if names, err := filepath.Glob(ts.MkAbs(args[2])); err != nil || len(names) > 0 {
			ts.Check(err)
			break
		}
		if len(ended) > 0 || time.Now().After(deadline) {
			_ = cmd.Process.Kill() // it may have ended
			ts.Fatalf("%s does not come\n%s", args[2], out)
		}
	}
	ts.Check(cmd.Process.Signal(unix.SignalNum("SIG" + args[1])))
	if err := <-ended; err == nil && want != 0 {
		ts.Fatalf("it ended before it was stopped\n%s", out)
	}
	fmt.Fprint(ts.Stderr(), out.String())
	if code := cmd.ProcessState.ExitCode(); code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

func serveSite(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && (len(args) == 2 || len(args) == 3), "site DIR NAME [CERTIFICATE]")
	files := http.FileServer(http.Dir(ts.MkAbs(args[0])))
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 1 {
			http.Error(w, "the crawler speaks HTTP/1.1", http.StatusHTTPVersionNotSupported)
			return
		}
		files.ServeHTTP(w, r)
	}))
	ts.Defer(srv.Close)
	if len(args) == 2 {
		srv.Start()
	} else {
		srv.EnableHTTP2 = true
		srv.Config.ErrorLog = log.New(io.Discard, "", 0)
		srv.StartTLS()
		cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})
		ts.Check(os.WriteFile(ts.MkAbs(args[2]), cert, 0o666))
	}
	ts.Setenv(args[1], srv.URL)
}

var speed = regexp.MustCompile(`,?"(tokens_per_second|time|memory|mfu)":[^,}]*`)

func sameMetrics(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 2, "metrics DIR DIR")
	var texts [2]string
	for i, dir := range args {
		texts[i] = speed.ReplaceAllString(ts.ReadFile(filepath.Join(dir, "metrics.jsonl")), "")
	}
	if texts[0] != texts[1] || texts[0] == "" {
		ts.Fatalf("%s\n%s\n%s\n%s", args[0], texts[0], args[1], texts[1])
	}
}
