package dedup

import (
	"cmp"
	"errors"
	"io"
	"slices"

	"corpus"
	"corpus/dedup/substring"
)

// markSchema is the columns of tables of marks, in the order of places.
func markSchema() corpus.Schema {
	return corpus.Schema{
		{Name: "part", Kind: corpus.Ints},
		{Name: "first", Kind: corpus.Ints}, // offset among the surviving texts of the part
		{Name: "count", Kind: corpus.Ints},
	}
}

// markWriter writes marks that come in the order of places, those that touch as one.
type markWriter struct {
	out   corpus.TableWriter
	batch *corpus.Table
	last  substring.Mark // not yet in batch; of no window: there is none
}

func newMarkWriter(env corpus.Env, role string) (*markWriter, error) {
	out, err := env.Create(role, markSchema())
	return &markWriter{out: out, batch: corpus.NewTable(markSchema())}, err
}

func (w *markWriter) add(m substring.Mark) error {
	if w.last.Count > 0 && w.last.Join(m) {
		return nil
	}
	w.row()
	w.last = m
	if w.batch.Rows < rowsPerBatch {
		return nil
	}
	defer w.batch.Reset()
	return w.out.Write(w.batch)
}

// row adds the last mark to the batch.
func (w *markWriter) row() {
	if w.last.Count == 0 {
		return
	}
	c := w.batch.Columns
	c[0].Ints = append(c[0].Ints, int64(w.last.First.Part()))
	c[1].Ints = append(c[1].Ints, w.last.First.Offset())
	c[2].Ints = append(c[2].Ints, w.last.Count)
	w.batch.Rows++
}

func (w *markWriter) flush() error {
	w.row()
	w.last = substring.Mark{}
	return w.out.Write(w.batch)
}

// markReader steps through the marks of a table, or takes all windows of so many
// bytes for marked.
type markReader struct {
	all   int
	in    corpus.TableReader
	table *corpus.Table
	i     int
}

// openMarks opens a table of marks at the first of a part, or before it.
func openMarks(env corpus.Env, role string, part int) (*markReader, error) {
	first, _ := env.Parts()
	in, err := env.Open(role, first) // of the pass's only task
	if err != nil {
		return nil, err
	}
	r := &markReader{in: in, table: corpus.NewTable(markSchema())}
	if err := seekPart(in, int64(part)); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *markReader) close() {
	if r.in != nil {
		r.in.Close()
	}
}

// peek is the mark at hand; ok is false behind the last.
func (r *markReader) peek() (m substring.Mark, ok bool, err error) {
	for r.i == r.table.Rows {
		t, err := r.in.Next()
		if errors.Is(err, io.EOF) {
			return m, false, nil
		}
		if err != nil {
			return m, false, err
		}
		r.table, r.i = t, 0
	}
	c := r.table.Columns
	m.First, m.Count = substring.At(int(c[0].Ints[r.i]), c[1].Ints[r.i]), c[2].Ints[r.i]
	return m, true, nil
}

// has says whether there are marks in a part that is not before that of the mark
// at hand.
func (r *markReader) has(part int) (bool, error) {
	for {
		m, ok, err := r.peek()
		if err != nil || !ok || m.First.Part() >= part {
			return ok && m.First.Part() == part, err
		}
		r.i++
	}
}

// within are the offsets of windows in the text of n bytes at a place, which is
// behind that of the last call.
func (r *markReader) within(at substring.Place, n int) (offsets []substring.Span, err error) {
	if r.all > 0 {
		if n >= r.all {
			offsets = []substring.Span{{Start: 0, End: n - r.all + 1}}
		}
		return offsets, nil
	}
	for {
		m, ok, err := r.peek()
		if err != nil || !ok || m.First >= at+substring.Place(n) {
			return offsets, err
		}
		if m.First >= at {
			start := int(m.First - at)
			offsets = append(offsets, substring.Span{Start: start, End: start + int(m.Count)})
		}
		r.i++
	}
}

// markReaders are tables of marks read side by side.
type markReaders []*markReader

// within is the same of all tables, in order.
func (all markReaders) within(at substring.Place, n int) (offsets []substring.Span, err error) {
	for _, r := range all {
		some, err := r.within(at, n)
		if err != nil {
			return nil, err
		}
		offsets = append(offsets, some...)
	}
	slices.SortFunc(offsets, func(a, b substring.Span) int { return cmp.Compare(a.Start, b.Start) })
	return offsets, nil
}

func (all markReaders) close() {
	for _, r := range all {
		r.close()
	}
}
