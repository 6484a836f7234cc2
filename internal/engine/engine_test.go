package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path"
	"strings"
	"sync/atomic"
	"testing"

	"corpus"
	"corpus/internal/fsx"
	"corpus/internal/fsx/fsxtest"
	"corpus/shards"

	"github.com/google/go-cmp/cmp"
)

// source is a stage of five parts that finds its own input, written over
// generations: each call with more parts adds those that are new.
func source(parts int) corpus.Stage {
	return corpus.Stage{Name: "ingest", Version: 1, Keep: []string{"part"}, Passes: []corpus.Pass{{
		Name: "read", Config: "none",
		Tasks: func(e corpus.Env) (int, error) {
			first, _ := e.Parts()
			return parts - first, nil
		},
		Run: func(e corpus.Env) error {
			first, _ := e.Parts()
			w, err := e.Create("part", corpus.TextSchema())
			if err != nil {
				return err
			}
			t := corpus.NewTable(corpus.TextSchema())
			for i := range 3 {
				d := corpus.Document{Source: fmt.Sprint(first + e.Task()), Text: strings.Repeat("text ", i+1), LangScore: math.NaN()}
				d.ID = corpus.NewID(d.Source, int64(i), []byte(d.Text))
				t.Append(&d)
				e.Count("docs_out", 1)
			}
			return w.Write(t)
		},
	}}}
}

// sizes is a stage with a sidecar, a pass that sorts everything, and a single file.
func sizes(limit int) corpus.Stage {
	schema := corpus.Schema{{Name: "bytes", Kind: corpus.Ints}}
	return corpus.Stage{Name: "sizes", Version: 1, Keep: []string{"bytes", "report"}, Publish: []string{"report"}, Derive: listParts, Passes: []corpus.Pass{
		{Name: "measure", Inputs: []string{"ingest/part"}, Run: func(e corpus.Env) error {
			w, err := e.Create("bytes", schema)
			if err != nil {
				return err
			}
			first, _ := e.Parts()
			return corpus.EachTable(e, "ingest/part", first+e.Task(), func(in *corpus.Table) error {
				t := corpus.NewTable(schema)
				for i := range in.Rows {
					t.Columns[0].Ints = append(t.Columns[0].Ints, int64(len(in.Document(i).Text)))
					t.Rows++
				}
				return w.Write(t)
			})
		}},
		{Name: "report", Config: limit, Inputs: []string{"bytes+"}, Tasks: corpus.One, Run: func(e corpus.Env) error {
			s, err := e.Sort(1)
			if err != nil {
				return err
			}
			first, n := e.Parts()
			for part := range first + n {
				err := corpus.EachTable(e, "bytes", part, func(in *corpus.Table) error {
					for _, b := range in.Columns[0].Ints {
						if err := s.Add([]byte{byte(b)}); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					return err
				}
			}
			w, err := e.CreateFile("report.txt")
			if err != nil {
				return err
			}
			for b, err := range s.Each() {
				if err != nil {
					return err
				}
				if int(b[0]) <= limit {
					fmt.Fprintln(w, b[0])
				}
			}
			return nil
		}},
	}}
}

// listParts is a file made from the manifest.
func listParts(m *corpus.Manifest) ([]corpus.Derived, error) {
	return []corpus.Derived{{Name: "parts.txt", Data: fmt.Appendln(nil, len(m.Parts()))}}, nil
}

// both runs the two stages and returns their summaries.
func both(t *testing.T, fs fsx.FS, workers, parts, limit int) (a, b Summary, err error) {
	return bothAs(t, fs, workers, parts, limit, false)
}

func bothAs(t *testing.T, fs fsx.FS, workers, parts, limit int, rebuild bool) (a, b Summary, err error) {
	e := &Engine{FS: fs, Workers: workers, Scratch: t.TempDir()}
	if a, err = e.Run(context.Background(), Job{Stage: source(parts), Dir: "data/ingest", Rebuild: rebuild}); err != nil {
		return a, b, err
	}
	in, err := shards.OpenDataset(fs, "data/ingest")
	if err != nil {
		return a, b, err
	}
	b, err = e.Run(context.Background(), Job{
		Stage: sizes(limit), Dir: "data/sizes",
		Inputs: map[string]*shards.Dataset{"ingest": in}, Follows: "ingest", Rebuild: rebuild,
	})
	return a, b, err
}

// contents are all files that manifests name, and the manifests.
func contents(t *testing.T, fs fsx.FS) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, dir := range []string{"data/ingest", "data/sizes"} {
		d, err := shards.OpenDataset(fs, dir)
		if err != nil || !d.Exists() {
			t.Fatal(dir, err)
		}
		names := []string{shards.ManifestName}
		for _, f := range d.Files() {
			if err := d.Verify(f); err != nil {
				t.Fatal(err)
			}
			names = append(names, f.Name)
		}
		for _, n := range names {
			b, err := fsx.ReadFile(fs, path.Join(dir, n), 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			all[path.Join(dir, n)] = string(b)
		}
	}
	return all
}

func TestRunResumesNothingWhenUpToDate(t *testing.T) {
	fs := fsxtest.New()
	if _, _, err := both(t, fs, 2, 5, 255); err != nil {
		t.Fatal(err)
	}
	before := contents(t, fs)
	if !strings.HasPrefix(before["data/sizes/report.txt"], "5\n5\n5\n5\n5\n10\n") {
		t.Fatalf("report is %q", before["data/sizes/report.txt"])
	}
	a, b, err := both(t, fs, 2, 5, 255)
	if err != nil || !a.UpToDate || !b.UpToDate {
		t.Fatal(a, b, err)
	}
	if d := cmp.Diff(before, contents(t, fs)); d != "" {
		t.Fatal(d)
	}
}

// A rebuild writes anew what is damaged, though its task's record is good.
func TestRebuildMendsDamage(t *testing.T) {
	fs := fsxtest.New()
	if _, _, err := both(t, fs, 2, 5, 255); err != nil {
		t.Fatal(err)
	}
	want := contents(t, fs)
	for name := range want {
		if strings.Contains(name, "/part-") || strings.Contains(name, "/bytes-") {
			fs.Flip(name, 77)
		}
	}
	if _, _, err := bothAs(t, fs, 2, 5, 255, true); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, contents(t, fs)); d != "" {
		t.Fatal(d)
	}
}

// A changed limit runs the pass that has it, not the measuring one.
func TestChangedLimitReusesMeasures(t *testing.T) {
	fs := fsxtest.New()
	if _, _, err := both(t, fs, 2, 5, 255); err != nil {
		t.Fatal(err)
	}
	_, b, err := both(t, fs, 2, 5, 6)
	if err != nil || b.UnitsResumed != 5 || b.Units != 6 {
		t.Fatal(b, err)
	}
	if got := contents(t, fs)["data/sizes/report.txt"]; got != strings.Repeat("5\n", 5) {
		t.Fatalf("report is %q", got)
	}
}

// New input makes a new generation; the files of the old one stay as they are.
func TestGrowth(t *testing.T) {
	fs := fsxtest.New()
	if _, _, err := both(t, fs, 2, 3, 255); err != nil {
		t.Fatal(err)
	}
	before := contents(t, fs)
	a, b, err := both(t, fs, 2, 5, 255)
	if err != nil || a.Generations != 1 || b.Generations != 1 || a.Counts["docs_out"] != 6 {
		t.Fatal(a, b, err)
	}
	after := contents(t, fs)
	for name, want := range before {
		if strings.Contains(name, "part-") && after[name] != want {
			t.Errorf("%s changed", name)
		}
	}
	if n := strings.Count(after["data/sizes/report.txt"], "\n"); n != 15 {
		t.Errorf("the second report has %d lines, want those of both generations", n)
	}
}

// A pass reads the newest single file of earlier generations, which is in its key.
func TestFileOfEarlierGeneration(t *testing.T) {
	fs := fsxtest.New()
	e := &Engine{FS: fs, Workers: 1, Scratch: t.TempDir()}
	total := corpus.Stage{Name: "total", Keep: []string{"bytes", "total"}, Passes: []corpus.Pass{
		sizes(255).Passes[0],
		{Name: "add", Inputs: []string{"bytes", "total+"}, Tasks: corpus.One, Run: func(e corpus.Env) error {
			first, n := e.Parts()
			if first > 0 {
				b, err := e.File("total")
				if err != nil {
					return err
				}
				if string(b) != fmt.Sprint(first) {
					return fmt.Errorf("total %s before part %d", b, first)
				}
			}
			w, err := e.CreateFile("total.txt")
			fmt.Fprint(w, first+n)
			return err
		}},
	}}
	for _, parts := range []int{2, 3, 7} {
		if _, err := e.Run(t.Context(), Job{Stage: source(parts), Dir: "data/ingest"}); err != nil {
			t.Fatal(err)
		}
		in, err := shards.OpenDataset(fs, "data/ingest")
		if err != nil {
			t.Fatal(err)
		}
		job := Job{Stage: total, Dir: "data/total", Inputs: map[string]*shards.Dataset{"ingest": in}, Follows: "ingest"}
		if _, err := e.Run(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		d, err := shards.OpenDataset(fs, "data/total")
		if err != nil {
			t.Fatal(err)
		}
		b, err := d.File("total")
		if want := fmt.Sprint(len(in.Parts())); err != nil || string(b) != want {
			t.Errorf("total %s, want %s: %v", b, want, err)
		}
	}
}

func TestWorkersDoNotChangeBytes(t *testing.T) {
	one, four := fsxtest.New(), fsxtest.New()
	if _, _, err := both(t, one, 1, 6, 255); err != nil {
		t.Fatal(err)
	}
	if _, _, err := both(t, four, 4, 6, 255); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(contents(t, one), contents(t, four)); d != "" {
		t.Fatal(d)
	}
}

// history is a dataset that grows, then changes a limit, with a file derived from
// the manifest beside its published copy.
func history(t *testing.T, fs fsx.FS, steps int) error {
	t.Helper()
	for _, s := range []struct{ parts, limit int }{{1, 255}, {2, 255}, {2, 6}}[:steps] {
		if _, _, err := both(t, fs, 1, s.parts, s.limit); err != nil {
			return err
		}
	}
	return nil
}

// The power fails at every write operation of a history, with unsynced data kept
// and lost: what is left are good datasets, but for copies under plain names, and
// the next run ends with the bytes of the run that was left alone.
func TestCrashAtEveryWrite(t *testing.T) {
	const steps = 3
	straight := fsxtest.New()
	if err := history(t, straight, steps); err != nil {
		t.Fatal(err)
	}
	want, ops := contents(t, straight), straight.Writes()
	for at := 1; at <= ops; at++ {
		for _, keep := range []bool{false, true} {
			fs := fsxtest.New()
			fs.FailAt, fs.Fail = at, fsxtest.ErrCrash
			if err := history(t, fs, steps); !errors.Is(err, fsxtest.ErrCrash) {
				t.Fatalf("crash at %d: %v", at, err)
			}
			after := fs.Crash(keep)
			if err := verifyCommitted(after); err != nil {
				t.Fatalf("crash at %d left %v", at, err)
			}
			if err := resume(t, after, steps); err != nil {
				t.Fatalf("crash at %d, rerun: %v", at, err)
			}
			if d := cmp.Diff(want, contents(t, after)); d != "" {
				t.Fatalf("crash at %d: %s", at, d)
			}
		}
	}
}

// resume goes on with a history from the generations there are.
func resume(t *testing.T, fs fsx.FS, steps int) error {
	t.Helper()
	d, err := shards.OpenDataset(fs, "data/sizes")
	if err != nil || !d.Exists() {
		return errors.Join(err, history(t, fs, steps))
	}
	if len(d.Manifest.Generations) == 1 { // the limit came last
		if _, _, err := both(t, fs, 1, 2, 255); err != nil {
			return err
		}
	}
	_, _, err = both(t, fs, 1, 2, 6)
	return err
}

// verifyCommitted verifies what manifests name, plain names apart.
func verifyCommitted(fs fsx.FS) error {
	for _, dir := range []string{"data/ingest", "data/sizes"} {
		d, err := shards.OpenDataset(fs, dir)
		if err != nil {
			return err
		}
		for _, f := range d.Files() {
			if !isPlain(f) {
				err = errors.Join(err, d.Verify(f))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// What lies under a plain name is mended by the stage that wrote it, though it
// has nothing else to do.
func TestPlainNamesAreMended(t *testing.T) {
	fs := fsxtest.New()
	if err := history(t, fs, 1); err != nil {
		t.Fatal(err)
	}
	want := contents(t, fs)
	fs.Flip("data/sizes/report.txt", 3)
	if err := fs.Remove("data/sizes/parts.txt"); err != nil {
		t.Fatal(err)
	}
	if verifyAll(fs) == nil {
		t.Fatal("the damage is not seen")
	}
	if _, b, err := both(t, fs, 1, 1, 255); err != nil || !b.UpToDate {
		t.Fatal(b, err)
	}
	if d := cmp.Diff(want, contents(t, fs)); d != "" {
		t.Fatal(d)
	}
}

// A setting that the second generation is refused with leaves both as they were.
func TestRefusedChangeKeepsAllGenerations(t *testing.T) {
	fs := fsxtest.New()
	if err := history(t, fs, 2); err != nil {
		t.Fatal(err)
	}
	want := contents(t, fs)
	in, err := shards.OpenDataset(fs, "data/ingest")
	if err != nil {
		t.Fatal(err)
	}
	s, looks := sizes(6), 0
	s.Gate = func(corpus.Counts) error {
		if looks++; looks == 2 {
			return corpus.Errorf(corpus.Refused, "no")
		}
		return nil
	}
	job := Job{Stage: s, Dir: "data/sizes", Inputs: map[string]*shards.Dataset{"ingest": in}, Follows: "ingest"}
	if _, err := (&Engine{FS: fs, Scratch: t.TempDir()}).Run(context.Background(), job); corpus.ClassOf(err) != corpus.Refused {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, contents(t, fs)); d != "" {
		t.Fatal(d)
	}
}

// An input that was rebuilt with fewer generations takes those of its followers.
func TestFewerGenerations(t *testing.T) {
	fs := fsxtest.New()
	if err := history(t, fs, 1); err != nil {
		t.Fatal(err)
	}
	want := contents(t, fs)
	if err := history(t, fs, 2); err != nil {
		t.Fatal(err)
	}
	e := &Engine{FS: fs, Scratch: t.TempDir()}
	if _, err := e.Run(context.Background(), Job{Stage: source(1), Dir: "data/ingest", Rebuild: true}); err != nil {
		t.Fatal(err)
	}
	in, err := shards.OpenDataset(fs, "data/ingest")
	if err != nil {
		t.Fatal(err)
	}
	job := Job{Stage: sizes(255), Dir: "data/sizes", Inputs: map[string]*shards.Dataset{"ingest": in}, Follows: "ingest"}
	if _, err := e.Run(context.Background(), job); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, contents(t, fs)); d != "" {
		t.Fatal(d)
	}
}

// A pass that the ceiling has no room for is refused before anything is written,
// and one of which few fit runs few at a time.
func TestMemoryBoundsTheWorkers(t *testing.T) {
	fs := fsxtest.New()
	e := &Engine{FS: fs, Workers: 8, Memory: 100 << 20, Scratch: t.TempDir()}
	s := source(6)
	s.Passes[0].Memory = 100<<20 + 1
	_, err := e.Run(context.Background(), Job{Stage: s, Dir: "data/ingest"})
	if corpus.ClassOf(err) != corpus.Refused || !strings.Contains(err.Error(), "give --memory 101MiB or more") {
		t.Fatal(err)
	}
	if names := fs.Names(); len(names) > 0 {
		t.Fatalf("a refused stage wrote %q", names)
	}
	var now, most atomic.Int64
	s.Passes[0].Memory = 33 << 20
	write := s.Passes[0].Run
	s.Passes[0].Run = func(env corpus.Env) error {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		return write(env)
	}
	if _, err := e.Run(context.Background(), Job{Stage: s, Dir: "data/ingest"}); err != nil || most.Load() > 3 {
		t.Fatalf("%d tasks at a time, want at most 3: %v", most.Load(), err)
	}
	exclusive := corpus.Pass{Exclusive: true, Memory: 50 << 20}
	if n := (&env{run: &run{engine: e}, pass: &exclusive}).Workers(); n != 2 {
		t.Fatalf("an exclusive task has %d workers, want 2", n)
	}
	shared := corpus.Pass{Memory: 50 << 20}
	if n := (&env{run: &run{engine: e}, pass: &shared, share: 1}).Workers(); n != 2 {
		t.Fatalf("a task alone has %d workers, want 2", n)
	}
}

// Disk is asked for when there is something to write, and only then.
func TestNeedIsAskedForWork(t *testing.T) {
	fs := fsxtest.New()
	var asked []int64
	e := &Engine{FS: fs, Scratch: t.TempDir(), Room: func(stage string, need int64) error {
		if asked = append(asked, need); need > 7 {
			return corpus.Errorf(corpus.Disk, "%s needs %d", stage, need)
		}
		return nil
	}}
	run := func(parts int, need int64) error {
		s := source(parts)
		s.Passes[0].Need = func(corpus.Env) (int64, error) { return need, nil }
		_, err := e.Run(context.Background(), Job{Stage: s, Dir: "data/ingest"})
		return err
	}
	if err := errors.Join(run(1, 7), run(1, 8)); err != nil || len(asked) != 1 {
		t.Fatal(asked, err)
	}
	if err := run(2, 8); corpus.ClassOf(err) != corpus.Disk {
		t.Fatal(asked, err)
	}
}

// A plan is told before anything is written, held against the disk, and ends the
// run where it is all that is wanted.
func TestPlanWritesNothing(t *testing.T) {
	fs := fsxtest.New()
	var told []corpus.Plan
	e := &Engine{FS: fs, Scratch: t.TempDir(), Plan: func(_ string, p corpus.Plan) error {
		told = append(told, p)
		return nil
	}, Room: func(stage string, need int64) error {
		if need > 12 {
			return corpus.Errorf(corpus.Disk, "%s needs %d", stage, need)
		}
		return nil
	}}
	s := source(1)
	run := func(only bool, data int64) error {
		s.Plan = func(env corpus.Env) (corpus.Plan, error) {
			if _, err := env.Sort(8); err != nil {
				return corpus.Plan{}, err
			}
			return corpus.Plan{Steps: []corpus.Step{{Data: 1, Scratch: 9}, {Data: data, Scratch: 1}}}, nil
		}
		_, err := e.Run(context.Background(), Job{Stage: s, Dir: "data/ingest", Plan: only})
		return err
	}
	if err := run(true, 10); err != nil || len(told) != 1 || told[0].Disk() != 12 {
		t.Fatal(told, err)
	}
	if err := run(true, 11); corpus.ClassOf(err) != corpus.Disk {
		t.Fatal(told, err)
	}
	if names := fs.Names(); len(names) > 0 {
		t.Fatalf("plans wrote %q", names)
	}
	if left, err := os.ReadDir(e.Scratch); err != nil || len(left) > 0 {
		t.Fatalf("plans left %v in scratch, %v", left, err)
	}
	if err := run(false, 10); err != nil || len(told) != 3 {
		t.Fatal(told, err)
	}
}

// A failing disk is reported at every operation, never swallowed.
func TestErrorAtEveryWrite(t *testing.T) {
	broken := errors.New("disk is broken")
	straight := fsxtest.New()
	if _, _, err := both(t, straight, 1, 3, 255); err != nil {
		t.Fatal(err)
	}
	want := contents(t, straight)
	for at := 1; at <= straight.Writes(); at++ {
		fs := fsxtest.New()
		fs.FailAt, fs.Fail = at, broken
		if _, _, err := both(t, fs, 1, 3, 255); !errors.Is(err, broken) {
			t.Fatalf("error at %d: %v", at, err)
		}
		if _, _, err := both(t, fs, 1, 3, 255); err != nil {
			t.Fatalf("error at %d, rerun: %v", at, err)
		}
		if d := cmp.Diff(want, contents(t, fs)); d != "" {
			t.Fatalf("error at %d: %s", at, d)
		}
	}
}

// Every flipped bit of a committed file is found by Verify, and one in the
// manifest by opening.
func TestEveryFlippedBitIsFound(t *testing.T) {
	fs := fsxtest.New()
	if _, _, err := both(t, fs, 1, 1, 255); err != nil {
		t.Fatal(err)
	}
	for name, content := range contents(t, fs) {
		for bit := range int64(len(content)) * 8 {
			fs.Flip(name, bit)
			err := verifyAll(fs)
			var e *corpus.Error
			if !errors.As(err, &e) || e.Class != corpus.Corrupt || e.Path != name {
				t.Fatalf("%s bit %d: %v", name, bit, err)
			}
			fs.Flip(name, bit)
		}
	}
}

func verifyAll(fs fsx.FS) error {
	for _, dir := range []string{"data/ingest", "data/sizes"} {
		d, err := shards.OpenDataset(fs, dir)
		if err != nil {
			return err
		}
		for _, f := range d.Files() {
			if err := d.Verify(f); err != nil {
				return err
			}
		}
	}
	return nil
}

// The order of operations is a promise: data, sync, rename, directory sync,
// then the record; the manifest last.
func TestOperationsGolden(t *testing.T) {
	fs := fsxtest.New()
	if _, _, err := both(t, fs, 1, 1, 255); err != nil {
		t.Fatal(err)
	}
	golden := "testdata/operations.txt"
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(golden, []byte(fs.Log()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), fs.Log()); d != "" {
		t.Fatal(d)
	}
}

func TestGateKeepsTheLastGoodDataset(t *testing.T) {
	fs := fsxtest.New()
	e := &Engine{FS: fs, Scratch: t.TempDir()}
	s := source(2)
	s.Gate = func(c corpus.Counts) error { return corpus.Errorf(corpus.Refused, "only %d documents", c["docs_out"]) }
	_, err := e.Run(context.Background(), Job{Stage: s, Dir: "data/ingest"})
	if corpus.ClassOf(err) != corpus.Refused {
		t.Fatal(err)
	}
	if d, err := shards.OpenDataset(fs, "data/ingest"); err != nil || d.Exists() {
		t.Fatal("a refused result was committed", err)
	}
}

// TestTablesOfOneTask: a table that a single task of an earlier generation wrote is
// found under its first part, and under the others there is none.
func TestTablesOfOneTask(t *testing.T) {
	fs := fsxtest.New()
	schema := corpus.Schema{{Name: "n", Kind: corpus.Ints}}
	var found []string
	stage := corpus.Stage{Name: "one", Version: 1, Keep: []string{"sum"}, Passes: []corpus.Pass{{
		Name: "sum", Inputs: []string{"sum+"}, Tasks: corpus.One, Run: func(e corpus.Env) error {
			first, _ := e.Parts()
			for part := range first {
				r, err := e.Open("sum", part)
				if err == nil {
					found = append(found, fmt.Sprint(first, " ", part))
					err = r.Close()
				}
				if err != nil && !errors.Is(err, corpus.ErrNoTable) {
					return err
				}
			}
			_, err := e.Create("sum", schema)
			return err
		},
	}}}
	e := &Engine{FS: fs, Workers: 1, Scratch: t.TempDir()}
	for _, parts := range []int{2, 5, 6} {
		if _, err := e.Run(t.Context(), Job{Stage: source(parts), Dir: "data/ingest"}); err != nil {
			t.Fatal(err)
		}
		in, err := shards.OpenDataset(fs, "data/ingest")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Run(t.Context(), Job{Stage: stage, Dir: "data/one", Inputs: map[string]*shards.Dataset{"ingest": in}, Follows: "ingest"}); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"2 0", "5 0", "5 2"}, found); diff != "" {
		t.Error(diff)
	}
}
