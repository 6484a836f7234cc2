package ingest

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"corpus"
)

// manyLines is a source of n documents of about size bytes.
func manyLines(n, size int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(jsonLine(fmt.Sprintf("%d %s", i, strings.Repeat("x", size))))
	}
	return b.String()
}

// TestMemberIsDecodedOnce: the parts of a source that has no place to begin in
// its middle are read from one stream, and a run that begins in its middle gives
// the same.
func TestMemberIsDecodedOnce(t *testing.T) {
	content := manyLines(300, 100)
	for name, packed := range map[string]string{"gzip": members(content), "zstd": frames(content)} {
		t.Run(name, func(t *testing.T) {
			dir := put(t, "a.jsonl", packed)
			cfg := Config{UnitBytes: 1000, PartBytes: 3000, Detect: func(string) (string, float64) { return "", 0 }}
			inputs, err := find(t.Context(), &Config{}, []string{dir})
			if err != nil {
				t.Fatal(err)
			}
			m, again := newMemory(2), newMemory(2)
			r := newRun(cfg.defaults(), inputs)
			env := m.task("scan", 0)
			if err := r.scan(env); err != nil {
				t.Fatal(err)
			}
			parts, err := r.plan(env)
			if err != nil || len(parts) < 10 {
				t.Fatalf("%d parts: %v", len(parts), err)
			}
			streams := map[*stream]bool{}
			for i := range parts {
				if err := r.read(m.task("read", i)); err != nil {
					t.Fatal(err)
				}
				if r.reader.st != nil {
					streams[r.reader.st] = true
				}
			}
			if len(streams) != 1 || r.reader.file != nil {
				t.Errorf("%d streams for one member; file left open: %v", len(streams), r.reader.file != nil)
			}
			half := newRun(cfg.defaults(), inputs)
			half.plan = r.plan
			for i := len(parts) / 2; i < len(parts); i++ {
				if err := half.read(again.task("read", i)); err != nil {
					t.Fatal(err)
				}
				for _, role := range []string{RoleText, RoleLost, RoleSource} {
					got, want := again.tables[key(role, i)], m.tables[key(role, i)]
					if fmt.Sprint(dump(got)) != fmt.Sprint(dump(want)) {
						t.Fatalf("%s of part %d differs when reading begins in the middle", role, i)
					}
				}
			}
		})
	}
}

func dump(batches []*corpus.Table) (all []corpus.Table) {
	for _, b := range batches {
		all = append(all, *b)
	}
	return all
}

// TestOneMemberKeepsWorkersBusy: while one goroutine decodes, as many as there
// are workers are in Detect at once, or the test would wait for ever.
func TestOneMemberKeepsWorkersBusy(t *testing.T) {
	const workers = 4
	var mu sync.Mutex
	waiting, all := 0, make(chan struct{})
	detect := func(string) (string, float64) {
		mu.Lock()
		if waiting++; waiting == workers {
			close(all)
		}
		mu.Unlock()
		select {
		case <-all:
		case <-time.After(time.Minute):
			t.Error("the workers are not at work together")
		}
		return "", 0
	}
	m := newMemory(workers)
	m.run(t, Config{Detect: detect}, put(t, "a.jsonl", members(manyLines(10*workers, jobBytes/2))))
	if n := len(m.docs()); n != 10*workers {
		t.Errorf("%d documents", n)
	}
}
