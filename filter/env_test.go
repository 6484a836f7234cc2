package filter

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"sync"
	"testing"

	"corpus"
)

// world is datasets in memory; tables by "role part".
type world struct {
	parts, workers, batch int
	first                 int   // number of the generation's first part
	decoded               int64 // bytes_decoded of its input
	tables                map[string]*corpus.Table
	counts                corpus.Counts
	mu                    sync.Mutex
}

// task is the Env of one task.
type task struct {
	*world
	pass   corpus.Pass
	number int
}

func (w *world) put(role string, part int, t *corpus.Table) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tables[fmt.Sprint(role, " ", part)] = t
}

// run runs a stage over the parts and leaves its tables in w.
func (w *world) run(t *testing.T, s corpus.Stage) {
	t.Helper()
	if err := w.try(s); err != nil {
		t.Fatal(err)
	}
}

func (w *world) try(s corpus.Stage) error {
	for _, p := range s.Passes {
		n := w.parts
		if p.Tasks != nil {
			n, _ = p.Tasks(task{w, p, 0})
		}
		for i := range n {
			if err := p.Run(task{w, p, i}); err != nil {
				return fmt.Errorf("%s %d: %w", p.Name, i, err)
			}
		}
	}
	return nil
}

func (w *world) table(role string, part int) *corpus.Table {
	return w.tables[fmt.Sprint(role, " ", part)]
}

func (t task) Context() context.Context    { return context.Background() }
func (t task) Task() int                   { return t.number }
func (t task) Parts() (first, n int)       { return t.first, t.parts }
func (t task) File(string) ([]byte, error) { return nil, io.EOF }
func (t task) Total(string, string) int64  { return 0 }
func (t task) Input() corpus.Counts        { return corpus.Counts{"bytes_decoded": t.decoded} }
func (t task) Scratch() (string, error)    { return "", io.EOF }
func (t task) Memory() int64               { return 1 << 30 }
func (t task) Workers() int                { return t.workers }
func (t task) Progress(int64)              {}

func (t task) Rows(role string, part int) (int64, error) { return int64(t.table(role, part).Rows), nil }

func (t task) Count(name string, n int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts[name] += n
}

func (t task) CreateFile(string) (io.Writer, error) { return new(bytes.Buffer), nil }

func (t task) Create(role string, s corpus.Schema) (corpus.TableWriter, error) {
	all := corpus.NewTable(s)
	t.put(role, t.first+t.number, all)
	return &memoryTable{all: all}, nil
}

func (t task) Open(role string, part int) (corpus.TableReader, error) {
	if all := slices.Contains(t.pass.Inputs, role+"+"); !all && !slices.Contains(t.pass.Inputs, role) || part < t.first && !all {
		return nil, fmt.Errorf("pass %s reads %s of part %d, which is not among its inputs", t.pass.Name, role, part)
	}
	all := t.table(role, part)
	if all == nil {
		return nil, fmt.Errorf("no table %s of part %d", role, part)
	}
	return &memoryTable{all: all, batch: t.batch}, nil
}

func (t task) Sort(width int) (corpus.Sorter, error) { return &memorySorter{width: width}, nil }

// memoryTable reads or writes a table.
type memoryTable struct {
	all        *corpus.Table
	row, batch int
}

func (m *memoryTable) Write(t *corpus.Table) error {
	m.all.Rows += t.Rows
	for i := range t.Columns {
		to, from := &m.all.Columns[i], &t.Columns[i]
		to.IDs, to.Strings = append(to.IDs, from.IDs...), append(to.Strings, from.Strings...)
		to.Floats, to.Ints = append(to.Floats, from.Floats...), append(to.Ints, from.Ints...)
		to.Lists, to.Numbers = append(to.Lists, from.Lists...), append(to.Numbers, from.Numbers...)
		to.Hashes = append(to.Hashes, from.Hashes...)
	}
	return m.all.Check()
}

func (m *memoryTable) Next() (*corpus.Table, error) {
	if m.row >= m.all.Rows {
		return nil, io.EOF
	}
	end := min(m.row+m.batch, m.all.Rows)
	t := corpus.NewTable(m.all.Schema)
	t.Rows = end - m.row
	for i := range t.Columns {
		to, from := &t.Columns[i], &m.all.Columns[i]
		switch m.all.Schema[i].Kind {
		case corpus.IDs:
			to.IDs = from.IDs[m.row:end]
		case corpus.Strings:
			to.Strings = from.Strings[m.row:end]
		case corpus.Floats:
			to.Floats = from.Floats[m.row:end]
		case corpus.Ints:
			to.Ints = from.Ints[m.row:end]
		case corpus.Lists:
			to.Lists = from.Lists[m.row:end]
		case corpus.Hashes:
			to.Hashes = from.Hashes[m.row:end]
		case corpus.Numbers:
			to.Numbers = from.Numbers[m.row:end]
		}
	}
	m.row = end
	m.batch++ // sidecars need not be cut as the text is
	return t, nil
}

func (m *memoryTable) Close() error { return nil }

type memorySorter struct {
	width   int
	records [][]byte
}

func (s *memorySorter) Add(r []byte) error {
	if len(r) != s.width {
		return fmt.Errorf("record of %d bytes, want %d", len(r), s.width)
	}
	s.records = append(s.records, slices.Clone(r))
	return nil
}

func (s *memorySorter) Each() iter.Seq2[[]byte, error] {
	slices.SortFunc(s.records, bytes.Compare)
	return func(yield func([]byte, error) bool) {
		for _, r := range s.records {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (s *memorySorter) Close() error { return nil }

// newWorld spreads documents over parts.
func newWorld(docs []corpus.Document, parts, workers int) *world {
	w := &world{workers: workers, batch: 3, tables: map[string]*corpus.Table{}}
	w.grow(docs, parts)
	return w
}

// grow starts a generation; dedup found no duplicates in it.
func (w *world) grow(docs []corpus.Document, parts int) {
	w.first += w.parts
	w.parts, w.decoded, w.counts = parts, 0, corpus.Counts{}
	for p := range parts {
		t, v := corpus.NewTable(corpus.TextSchema()), corpus.NewTable(dedupSchema)
		for _, d := range docs[len(docs)*p/parts : len(docs)*(p+1)/parts] {
			t.Append(&d)
			appendDedup(v, "", d.ID, d.ID, math.NaN())
			w.decoded += int64(len(d.Text))
		}
		w.put(rolePart, w.first+p, t)
		w.put(roleDedup, w.first+p, v)
	}
}

// dedupSchema is the columns of dedup's verdicts that the filter reads.
var dedupSchema = corpus.Schema{
	{Name: "kind", Kind: corpus.Strings},
	{Name: "match", Kind: corpus.IDs},
	{Name: "similarity", Kind: corpus.Floats},
	{Name: "cluster", Kind: corpus.IDs},
	{Name: "size", Kind: corpus.Ints},
	{Name: "weight", Kind: corpus.Ints},
	{Name: "survivor", Kind: corpus.IDs},
}

func appendDedup(t *corpus.Table, kind string, match, cluster corpus.ID, similarity float64) {
	c := t.Columns
	c[0].Strings = append(c[0].Strings, kind)
	c[1].IDs = append(c[1].IDs, match)
	c[2].Floats = append(c[2].Floats, similarity)
	c[3].IDs = append(c[3].IDs, cluster)
	c[4].Ints = append(c[4].Ints, 2)
	survivor := cluster
	if kind == "" {
		survivor = match // itself, in another's cluster where it was spared
	}
	c[6].IDs = append(c[6].IDs, survivor)
	weight := int64(2)
	if kind != "" {
		weight = 0
	}
	c[5].Ints = append(c[5].Ints, weight)
	t.Rows++
}
