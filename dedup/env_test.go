package dedup

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"corpus"
	"corpus/internal/edit"
	"corpus/internal/extsort"
)

// dataset is tables in memory by role and part, batches as they were written.
type dataset struct {
	sync.Mutex
	tables  map[string][]*corpus.Table // "role/part"
	files   map[string]*bytes.Buffer   // "role/first part of the generation"
	counts  corpus.Counts
	first   int // number of the generation's first part
	parts   int // in the generation
	memory  int64
	sort    int64           // of a sort; 0 = a share of memory
	workers int             // of exclusive passes; 0 = 1
	reads   map[string]int  // batches read by role
	sorted  int             // records added to sorts
	blind   bool            // tables do not tell the rows of their batches
	ctx     context.Context // nil = the test's
}

func newDataset() *dataset {
	return &dataset{tables: map[string][]*corpus.Table{}, files: map[string]*bytes.Buffer{}, counts: corpus.Counts{}, reads: map[string]int{}, memory: 128 << 20}
}

// grow starts a generation whose parts hold these texts. The id of a document
// tells its part and row.
func (ds *dataset) grow(parts ...[]string) {
	var all [][]corpus.Document
	for _, texts := range parts {
		var docs []corpus.Document
		for _, text := range texts {
			docs = append(docs, corpus.Document{Text: text})
		}
		all = append(all, docs)
	}
	ds.growBy(all...)
}

// growBy is grow with documents, to which it gives their ids.
func (ds *dataset) growBy(parts ...[]corpus.Document) {
	ds.first += ds.parts
	ds.parts = len(parts)
	ds.counts = corpus.Counts{}
	for p, docs := range parts {
		var batches []*corpus.Table
		for start := 0; start < len(docs); start += 7 {
			t := corpus.NewTable(corpus.TextSchema())
			for i := start; i < min(start+7, len(docs)); i++ {
				docs[i].ID = docID(ds.first+p, i)
				t.Append(&docs[i])
			}
			batches = append(batches, t)
		}
		ds.tables[key("ingest/part", ds.first+p)] = batches
	}
}

// readAgain adds a part to the generation that holds what an earlier one does,
// under the same ids, and returns its documents.
func (ds *dataset) readAgain(part int) (docs []corpus.Document) {
	for _, t := range ds.tables[key("ingest/part", part)] {
		for i := range t.Rows {
			docs = append(docs, t.Document(i))
		}
	}
	ds.tables[key("ingest/part", ds.first+ds.parts)] = ds.tables[key("ingest/part", part)]
	ds.parts++
	return docs
}

// docID is the id of a test document.
func docID(part, row int) (id corpus.ID) {
	copy(id[:], fmt.Sprintf("p%06d-r%07d", part, row))
	return id
}

func key(role string, part int) string { return fmt.Sprintf("%s/%d", role, part) }

// run runs the stage over the last generation.
func (ds *dataset) run(t testing.TB, s corpus.Stage, workers int) error {
	t.Helper()
	for _, p := range s.Passes {
		if err := ds.pass(t, p, workers); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
	}
	return nil
}

func (ds *dataset) pass(t testing.TB, p corpus.Pass, workers int) error {
	n := ds.parts
	if p.Tasks != nil {
		var err error
		if n, err = p.Tasks(&env{t: t, dataset: ds, pass: p}); err != nil {
			return err
		}
	}
	tasks, errs := make(chan int), make([]error, n)
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			for task := range tasks {
				errs[task] = p.Run(&env{t: t, dataset: ds, pass: p, task: task})
			}
		})
	}
	for task := range n {
		tasks <- task
	}
	close(tasks)
	wait.Wait()
	return errors.Join(errs...)
}

// env is a task of a dataset in memory; sorts go through the real sorter.
type env struct {
	*dataset
	t    testing.TB
	pass corpus.Pass
	task int
}

var _ corpus.Env = (*env)(nil)

func (e *env) Task() int                { return e.task }
func (e *env) Parts() (first, n int)    { return e.first, e.parts }
func (e *env) Memory() int64            { return e.memory }
func (e *env) Workers() int             { return max(1, e.workers) }
func (e *env) Progress(int64)           {}
func (e *env) Scratch() (string, error) { return e.t.TempDir(), nil }
func (e *env) Total(_, n string) int64  { e.Lock(); defer e.Unlock(); return e.counts[n] }
func (e *env) Input() corpus.Counts     { panic("not used") }

func (e *env) File(role string) ([]byte, error) {
	if !slices.Contains(e.pass.Inputs, role+"+") {
		return nil, fmt.Errorf("pass %s reads %s, which is not among its inputs", e.pass.Name, role)
	}
	e.Lock()
	defer e.Unlock()
	for part := e.first - 1; part >= 0; part-- {
		if b := e.files[key(role, part)]; b != nil {
			return b.Bytes(), nil
		}
	}
	return nil, fmt.Errorf("no earlier generation has a file %s", role)
}

func (e *env) CreateFile(name string) (io.Writer, error) {
	e.Lock()
	defer e.Unlock()
	w := new(bytes.Buffer)
	e.files[key(strings.TrimSuffix(name, path.Ext(name)), e.first)] = w
	return w, nil
}

func (e *env) Context() context.Context {
	if e.ctx != nil {
		return e.ctx
	}
	return e.t.Context()
}

func (e *env) Sort(width int) (corpus.Sorter, error) {
	s, err := extsort.New(e.t.TempDir(), width, cmp.Or(e.sort, e.memory/8))
	return &sorter{s, e}, err
}

// sorter counts its records.
type sorter struct {
	corpus.Sorter
	*env
}

func (s *sorter) Add(record []byte) error {
	s.Lock()
	s.sorted++
	s.Unlock()
	return s.Sorter.Add(record)
}

func (e *env) Count(name string, n int64) {
	e.Lock()
	defer e.Unlock()
	e.counts[name] += n
}

func (e *env) Open(role string, part int) (corpus.TableReader, error) {
	declared := slices.Contains(e.pass.Inputs, role) && part >= e.first
	if !declared && !slices.Contains(e.pass.Inputs, role+"+") {
		return nil, fmt.Errorf("pass %s reads %s of part %d, which is not among its inputs", e.pass.Name, role, part)
	}
	e.Lock()
	defer e.Unlock()
	batches, ok := e.tables[key(role, part)]
	if !ok {
		return nil, fmt.Errorf("%s of part %d: %w", role, part, corpus.ErrNoTable)
	}
	return &reader{batches: batches, blind: e.blind, read: func() {
		e.Lock()
		defer e.Unlock()
		e.reads[role]++
	}}, nil
}

func (e *env) Rows(role string, part int) (rows int64, err error) {
	e.Lock()
	defer e.Unlock()
	for _, t := range e.tables[key(role, part)] {
		rows += int64(t.Rows)
	}
	return rows, nil
}

func (e *env) Create(role string, s corpus.Schema) (corpus.TableWriter, error) {
	e.Lock()
	defer e.Unlock()
	k := key(role, e.first+e.task)
	e.tables[k] = []*corpus.Table{}
	return &writer{e, k}, nil
}

// reader hands out one table again and again, as a file reader does, so that
// what is kept beyond its time shows.
type reader struct {
	batches []*corpus.Table
	at      int
	last    *corpus.Table
	blind   bool
	read    func()
}

func (r *reader) Batches() int { return len(r.batches) }

func (r *reader) Seek(batch int) error {
	r.at = batch
	return nil
}

func (r *reader) SeekRow(row int64) (first int64, err error) {
	if r.blind {
		return -1, nil
	}
	for i, t := range r.batches {
		if row < first+int64(t.Rows) {
			return first, r.Seek(i)
		}
		first += int64(t.Rows)
	}
	return 0, fmt.Errorf("no row %d", row)
}

func (r *reader) Next() (*corpus.Table, error) {
	if r.last != nil {
		for _, c := range r.last.Columns {
			clear(c.IDs)
			clear(c.Strings)
			for _, h := range c.Hashes {
				clear(h)
			}
		}
	}
	if r.at == len(r.batches) {
		return nil, io.EOF
	}
	r.last = clone(r.batches[r.at])
	r.at++
	r.read()
	return r.last, nil
}

func (r *reader) Close() error { return nil }

type writer struct {
	*env
	key string
}

func (w *writer) Write(t *corpus.Table) error {
	if err := t.Check(); err != nil {
		return err
	}
	w.Lock()
	defer w.Unlock()
	w.tables[w.key] = append(w.tables[w.key], clone(t))
	return nil
}

func clone(t *corpus.Table) *corpus.Table {
	c := &corpus.Table{Schema: t.Schema, Rows: t.Rows, Columns: slices.Clone(t.Columns)}
	for i := range c.Columns {
		k := &c.Columns[i]
		k.IDs, k.Strings, k.Floats, k.Ints = slices.Clone(k.IDs), slices.Clone(k.Strings), slices.Clone(k.Floats), slices.Clone(k.Ints)
		k.Hashes, k.Lists = slices.Clone(k.Hashes), slices.Clone(k.Lists)
		for j := range k.Hashes {
			k.Hashes[j] = slices.Clone(k.Hashes[j])
		}
		k.Lists = slices.Clone(k.Lists)
		for j := range k.Lists {
			k.Lists[j] = slices.Clone(k.Lists[j])
		}
	}
	return c
}

// judged is a verdict in words: documents as "part.row".
type judged struct {
	kind, match, survivor, cluster string
	similarity, matched            float64
	size                           int64
}

// verdicts are those of a part.
func (ds *dataset) verdicts(part int) (all []judged) {
	for _, t := range ds.tables[key(Verdict, part)] {
		c := t.Columns
		for i := range t.Rows {
			all = append(all, judged{
				c[0].Strings[i], place(c[1].IDs[i]), place(c[2].IDs[i]), place(c[5].IDs[i]),
				c[3].Floats[i], c[4].Floats[i], c[6].Ints[i],
			})
		}
	}
	return all
}

// place is "part.row" of a test document's id.
func place(id corpus.ID) string {
	var part, row int
	if _, err := fmt.Sscanf(string(id[:]), "p%06d-r%07d", &part, &row); err != nil {
		return strings.TrimRight(string(id[:]), "\x00")
	}
	return fmt.Sprintf("%d.%d", part, row)
}

// editsOf are the edits of a row, which has to be in order; nil for none.
func editsOf(t *corpus.Table, i int) []corpus.Edit {
	edits, err := edit.Read(t, i, corpus.MaxDocument)
	if err != nil {
		panic(err)
	}
	return append([]corpus.Edit(nil), edits...)
}
