package ingest

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"testing"

	"corpus"
)

// memory is a dataset held in memory, and the Env of the tasks that make it.
type memory struct {
	tables  map[string][]*corpus.Table // role/part → batches
	counts  map[string]corpus.Counts   // by pass
	first   int
	parts   int // of the last generation
	workers int
}

func newMemory(workers int) *memory {
	return &memory{tables: map[string][]*corpus.Table{}, counts: map[string]corpus.Counts{}, workers: workers}
}

type task struct {
	*memory
	ctx  context.Context
	pass string
	n    int
	mu   *sync.Mutex
}

func (m *memory) task(pass string, n int) task {
	return task{m, context.Background(), pass, n, &sync.Mutex{}}
}

func (t task) Context() context.Context { return t.ctx }
func (t task) Task() int                { return t.n }
func (t task) Parts() (int, int)        { return t.first, 0 }
func (t task) Memory() int64            { return 64 << 20 }
func (t task) Workers() int             { return t.workers }
func (t task) Progress(int64)           {}

func (t task) Total(pass, name string) int64        { return t.counts[pass][name] }
func (t task) Rows(string, int) (int64, error)      { return 0, fmt.Errorf("no rows here") }
func (t task) Input() corpus.Counts                 { return corpus.Counts{} }
func (t task) File(string) ([]byte, error)          { return nil, fmt.Errorf("no files here") }
func (t task) Sort(int) (corpus.Sorter, error)      { return nil, fmt.Errorf("no sorter here") }
func (t task) Scratch() (string, error)             { return "", fmt.Errorf("no scratch here") }
func (t task) CreateFile(string) (io.Writer, error) { return nil, fmt.Errorf("no files here") }

func (t task) Count(name string, n int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts[t.pass] == nil {
		t.counts[t.pass] = corpus.Counts{}
	}
	t.counts[t.pass][name] += n
}

type tableReader struct{ batches []*corpus.Table }

func (r *tableReader) Next() (*corpus.Table, error) {
	if len(r.batches) == 0 {
		return nil, io.EOF
	}
	b := r.batches[0]
	r.batches = r.batches[1:]
	return b, nil
}
func (r *tableReader) Close() error { return nil }

type tableWriter struct {
	m   *memory
	key string
}

func (w tableWriter) Write(t *corpus.Table) error {
	if err := t.Check(); err != nil {
		return err
	}
	c := corpus.NewTable(t.Schema)
	c.Rows = t.Rows
	for i := range t.Columns {
		c.Columns[i].IDs = slices.Clone(t.Columns[i].IDs)
		c.Columns[i].Strings = slices.Clone(t.Columns[i].Strings)
		c.Columns[i].Ints = slices.Clone(t.Columns[i].Ints)
		c.Columns[i].Floats = slices.Clone(t.Columns[i].Floats)
	}
	w.m.tables[w.key] = append(w.m.tables[w.key], c)
	return nil
}

func key(role string, part int) string { return fmt.Sprintf("%s/%d", role, part) }

func (t task) Open(role string, part int) (corpus.TableReader, error) {
	b, ok := t.tables[key(role, part)]
	if !ok {
		return nil, fmt.Errorf("no table %s of part %d", role, part)
	}
	return &tableReader{slices.Clone(b)}, nil
}

func (t task) Create(role string, _ corpus.Schema) (corpus.TableWriter, error) {
	k := key(role, t.first+t.n)
	t.tables[k] = []*corpus.Table{}
	return tableWriter{t.memory, k}, nil
}

// run makes a generation and gives the number of its parts.
func (m *memory) run(t testing.TB, cfg Config, sources ...string) int {
	t.Helper()
	if cfg.Detect == nil {
		cfg.Detect = func(text string) (string, float64) { return "en", float64(len(text)%10) / 10 }
	}
	stage, err := Stage(t.Context(), cfg, sources)
	if err != nil {
		t.Fatal(err)
	}
	return m.stage(t, stage)
}

// stage runs the passes and gives the number of parts.
func (m *memory) stage(t testing.TB, stage corpus.Stage) int {
	t.Helper()
	if err := m.try(stage); err != nil {
		t.Fatal(err)
	}
	return m.parts
}

func (m *memory) try(stage corpus.Stage) error {
	for _, p := range stage.Passes {
		env := m.task(p.Name, 0)
		n, err := p.Tasks(env)
		if err != nil {
			return err
		}
		for env.n = range n {
			if err := p.Run(env); err != nil {
				return err
			}
		}
		m.parts = n
	}
	return nil
}

// docs are the documents of all parts in order.
func (m *memory) docs() []corpus.Document {
	var all []corpus.Document
	for p := 0; m.tables[key(RoleText, p)] != nil; p++ {
		for _, t := range m.tables[key(RoleText, p)] {
			for i := range t.Rows {
				all = append(all, t.Document(i))
			}
		}
	}
	return all
}

// lost are the lost records of all parts in order.
func (m *memory) lost() []lostRow {
	var all []lostRow
	for p := 0; m.tables[key(RoleLost, p)] != nil; p++ {
		for _, t := range m.tables[key(RoleLost, p)] {
			for i := range t.Rows {
				c := t.Columns
				all = append(all, lostRow{c[0].Strings[i], c[1].Ints[i], loss{c[2].Strings[i], c[3].Strings[i]}})
			}
		}
	}
	return all
}

// count is a count over both passes.
func (m *memory) count(name string) int64 { return m.counts["scan"][name] + m.counts["read"][name] }

// all is everything the dataset holds, for comparing.
func (m *memory) all() string {
	s := ""
	for _, k := range slices.Sorted(maps.Keys(m.tables)) {
		for _, t := range m.tables[k] {
			s += fmt.Sprintln(k, t.Rows, t.Columns)
		}
	}
	for _, p := range []string{"scan", "read"} {
		for _, k := range slices.Sorted(maps.Keys(m.counts[p])) {
			s += fmt.Sprintln(p, k, m.counts[p][k])
		}
	}
	return s
}

// texts are the texts of the documents in order.
func (m *memory) texts() []string {
	var all []string
	for _, d := range m.docs() {
		all = append(all, d.Text)
	}
	return all
}

// gives compares the only text ("" = none) and the last reason of a loss.
func (m *memory) gives(t *testing.T, text, lost string) {
	t.Helper()
	var want []string
	if text != "" {
		want = []string{text}
	}
	if got := m.texts(); !slices.Equal(got, want) {
		t.Errorf("text %q, want %q", got, want)
	}
	reason := ""
	for _, l := range m.lost() {
		reason = l.reason
	}
	if reason != lost {
		t.Errorf("lost %v, want %q", m.lost(), lost)
	}
}
