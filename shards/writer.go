package shards

import (
	"fmt"
	"io"
	"math"

	"corpus"

	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/ipc"
	"github.com/apache/arrow/go/v15/arrow/memory"
	"github.com/zeebo/xxh3"
)

// endOfStream is the mark that ends an Arrow IPC stream.
var endOfStream = []byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}

// Writer writes one part: an Arrow IPC stream cut into record batches of about
// corpus.BatchBytes, each with its checksum. Text parts and sidecars are
// compressed with zstd. Token shards (a first column of tokens) are not, and
// end in an IPC footer behind the stream, so that they can be mapped.
type Writer struct {
	schema corpus.Schema
	out    *rangeWriter
	arrow  interface {
		Write(rec arrowRecord) error
		Close() error
	}
	builder *array.RecordBuilder
	mapped  bool
	pending int // bytes in builder
	batches int
	rows    int64
}

var _ corpus.Cutter = (*Writer)(nil)

// NewWriter starts a part of the schema on w.
func NewWriter(w io.Writer, s corpus.Schema) (*Writer, error) {
	schema := arrowSchema(s)
	out := &rangeWriter{w: w}
	t := &Writer{schema: s, out: out, builder: array.NewRecordBuilder(memory.DefaultAllocator, schema)}
	t.mapped = len(s) > 0 && (s[0].Kind == corpus.Uint16s || s[0].Kind == corpus.Uint32s)
	if !t.mapped {
		t.arrow = ipc.NewWriter(out, ipc.WithSchema(schema), ipc.WithZstd())
		return t, nil
	}
	fw, err := ipc.NewFileWriter(&footerless{rangeWriter: out}, ipc.WithSchema(schema))
	t.arrow = fw
	return t, err
}

// Write appends rows and cuts record batches.
func (t *Writer) Write(table *corpus.Table) error {
	if err := table.Check(); err != nil {
		return err
	}
	if len(table.Schema) != len(t.schema) {
		return fmt.Errorf("table has %d columns, the part %d", len(table.Schema), len(t.schema))
	}
	if err := t.narrow(table); err != nil {
		return err
	}
	for row := range table.Rows {
		for i, f := range t.schema {
			t.pending += appendRow(t.builder.Field(i), f.Kind, &table.Columns[i], row)
		}
		t.rows++
		if t.pending >= corpus.BatchBytes {
			if err := t.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Cut ends the record batch, if it has rows.
func (t *Writer) Cut() error {
	if t.pending == 0 {
		return nil
	}
	return t.flush()
}

// narrow refuses ids that 16 bits would cut off.
func (t *Writer) narrow(table *corpus.Table) error {
	for i, f := range t.schema {
		if f.Kind != corpus.Uint16s {
			continue
		}
		for row, ids := range table.Columns[i].Tokens {
			for _, id := range ids {
				if id > math.MaxUint16 {
					return fmt.Errorf("column %s, row %d: token id %d needs more than 16 bits", f.Name, row, id)
				}
			}
		}
	}
	return nil
}

func (t *Writer) flush() error {
	rec := t.builder.NewRecord()
	defer rec.Release()
	t.pending = 0
	t.batches++
	if err := t.arrow.Write(rec); err != nil {
		return err
	}
	t.out.cut(rec.NumRows(), tokensOf(rec))
	return nil
}

// tokensOf counts the tokens of a record batch; 0 for other tables.
func tokensOf(rec arrowRecord) int64 {
	list, ok := rec.Column(0).(*array.List)
	if !ok {
		return 0
	}
	switch ids := list.ListValues().(type) {
	case *array.Uint16, *array.Uint32:
		return int64(ids.Len())
	}
	return 0
}

// Close ends the part. Rows and Checks are complete after it.
func (t *Writer) Close() error {
	defer t.builder.Release()
	if t.pending > 0 || t.batches == 0 {
		if err := t.flush(); err != nil {
			return err
		}
	}
	if t.mapped {
		if _, err := t.out.Write(endOfStream); err != nil {
			return err
		}
	}
	if err := t.arrow.Close(); err != nil {
		return err
	}
	t.out.cut(0, 0)
	return nil
}

// Rows is the number of rows written.
func (t *Writer) Rows() int64 { return t.rows }

// Tokens is the type of a token shard's ids, "uint16" or "uint32", else "".
func (t *Writer) Tokens() string {
	switch {
	case !t.mapped:
		return ""
	case t.schema[0].Kind == corpus.Uint16s:
		return "uint16"
	default:
		return "uint32"
	}
}

// Checks are the checksums of the file's ranges: one for each record batch (the
// first with the schema before it) and one for what ends the file.
func (t *Writer) Checks() []corpus.Check { return t.out.checks }

// rangeWriter sums what passes until the next cut.
type rangeWriter struct {
	w      io.Writer
	sum    xxh3.Hasher
	size   int64 // since the last cut
	pos    int64
	checks []corpus.Check
}

func (r *rangeWriter) Write(p []byte) (int, error) {
	n, err := r.w.Write(p)
	r.sum.Write(p[:n])
	r.size += int64(n)
	r.pos += int64(n)
	return n, err
}

// cut ends a range, which holds so many rows and tokens.
func (r *rangeWriter) cut(rows, tokens int64) {
	if r.size > 0 {
		r.checks = append(r.checks, corpus.Check{Size: r.size, Sum: r.sum.Sum64(), Rows: rows, Tokens: tokens})
	}
	r.sum.Reset()
	r.size = 0
}
