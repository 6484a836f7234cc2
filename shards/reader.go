package shards

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"corpus"
	"corpus/internal/fsx"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/ipc"
	"github.com/klauspost/compress/zstd"
	"github.com/zeebo/xxh3"
)

// reader streams a part; Arrow never sees a byte whose checksum does not match.
type reader struct {
	path    string
	file    fsx.File
	bytes   *verifier
	schema  *arrow.Schema
	columns columns
	table   *corpus.Table
	rows    int64
	want    int64 // -1 when they are not read in order
	rebuild string
}

var _ corpus.Seeker = (*reader)(nil)

// OpenTable opens a part or sidecar that a manifest or record describes as f.
// rebuild is the command that writes the file again, for the error message.
func OpenTable(fs fsx.FS, path string, f corpus.File, s corpus.Schema, rebuild string) (_ corpus.TableReader, err error) {
	if err := checkSize(fs, path, f, rebuild); err != nil {
		return nil, err
	}
	file, err := fs.Open(path)
	if err != nil {
		return nil, corrupt(path, 0, "cannot be opened", err, rebuild)
	}
	defer func() {
		if err != nil {
			file.Close()
		}
	}()
	defer recoverCorrupt(&err, path, rebuild)
	verified := &verifier{path: path, r: file, checks: f.Checks, rebuild: rebuild}
	schema, err := verified.schema()
	if err != nil {
		return nil, asCorrupt(path, err, rebuild)
	}
	if s == nil {
		if s, err = schemaOf(schema); err != nil {
			return nil, corrupt(path, 0, err.Error(), nil, rebuild)
		}
	}
	if !schema.Equal(arrowSchema(s)) {
		return nil, corrupt(path, 0, "has other columns than expected", nil, rebuild)
	}
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(MaxRange))
	if err != nil {
		return nil, err
	}
	return &reader{path: path, file: file, bytes: verified, schema: schema, columns: columns{zstd: d}, table: corpus.NewTable(s), want: f.Rows, rebuild: rebuild}, nil
}

func checkSize(fs fsx.FS, path string, f corpus.File, rebuild string) error {
	size, err := fs.Size(path)
	if err != nil {
		return corrupt(path, 0, "is missing", err, rebuild)
	}
	if size != f.Size {
		return corrupt(path, 0, fmt.Sprintf("has %d bytes, the manifest says %d", size, f.Size), nil, rebuild)
	}
	return nil
}

// Next is the next record batch.
func (r *reader) Next() (_ *corpus.Table, err error) {
	defer recoverCorrupt(&err, r.path, r.rebuild)
	if r.bytes.at >= r.Batches() {
		return nil, r.end()
	}
	data, err := r.bytes.next()
	if err != nil {
		return nil, err
	}
	batch, err := readBatch(data)
	if err != nil {
		return nil, asCorrupt(r.path, err, r.rebuild)
	}
	columns, err := r.columns.read(r.schema, batch)
	if err != nil {
		return nil, asCorrupt(r.path, err, r.rebuild)
	}
	r.table.Reset()
	r.table.Rows = batch.rows
	for i, f := range r.table.Schema {
		readColumn(f.Kind, columns[i], &r.table.Columns[i])
	}
	r.rows += int64(batch.rows)
	return r.table, r.table.Check()
}

// end is io.EOF where what ends the file is whole and there were all rows.
func (r *reader) end() error {
	if r.bytes.at < len(r.bytes.checks) {
		if _, err := r.bytes.next(); err != nil {
			return err
		}
	}
	if r.rows != r.want && r.want >= 0 {
		return corrupt(r.path, 0, fmt.Sprintf("has %d rows, the manifest says %d", r.rows, r.want), nil, r.rebuild)
	}
	return io.EOF
}

// Batches is the number of record batches; one range more ends the file.
func (r *reader) Batches() int { return len(r.bytes.checks) - 1 }

// Seek goes to a batch.
func (r *reader) Seek(batch int) error {
	if batch < 0 || batch >= r.Batches() {
		return fmt.Errorf("%s: there is no batch %d", r.path, batch)
	}
	r.want = -1
	r.bytes.seek(batch)
	return nil
}

// SeekRow goes to the batch of a row; the file is not read.
func (r *reader) SeekRow(row int64) (first int64, err error) {
	for batch, c := range r.bytes.checks[:r.Batches()] {
		if row < first+c.Rows {
			return first, r.Seek(batch)
		}
		first += c.Rows
	}
	if first == 0 {
		return -1, nil
	}
	return 0, fmt.Errorf("%s: there is no row %d", r.path, row)
}

// Close closes the file.
func (r *reader) Close() error {
	r.columns.zstd.Close()
	return r.file.Close()
}

// verifier reads range by range and hands out only what matches.
type verifier struct {
	path    string
	r       io.ReaderAt
	checks  []corpus.Check
	starts  []int64 // offset of each of checks, once one was sought
	at      int     // the next of checks
	rebuild string
	off     int64
	mem     []byte
}

// schema is the one that stands before the first batch, which is read again after it.
func (v *verifier) schema() (*arrow.Schema, error) {
	if len(v.checks) == 0 {
		return nil, corrupt(v.path, 0, "has no checksums in the manifest", nil, v.rebuild)
	}
	data, err := v.next()
	if err != nil {
		return nil, err
	}
	r, err := ipc.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	defer r.Release()
	v.seek(0)
	return r.Schema(), nil
}

// next is the next range, valid until the one after it.
func (v *verifier) next() ([]byte, error) {
	c := v.checks[v.at]
	if c.Size <= 0 || c.Size > MaxRange {
		return nil, corrupt(v.path, v.off, "has a range of an impossible size", nil, v.rebuild)
	}
	if int64(cap(v.mem)) < c.Size {
		v.mem = make([]byte, c.Size)
	}
	buf := v.mem[:c.Size]
	if _, err := io.ReadFull(io.NewSectionReader(v.r, v.off, c.Size), buf); err != nil {
		return nil, corrupt(v.path, v.off, "ends too early", err, v.rebuild)
	}
	if xxh3.Hash(buf) != c.Sum {
		return nil, corrupt(v.path, v.off, "does not match its checksum", nil, v.rebuild)
	}
	v.at++
	v.off += c.Size
	return buf, nil
}

// seek goes to the beginning of a range.
func (v *verifier) seek(to int) {
	if v.starts == nil {
		v.starts = make([]int64, len(v.checks))
		for i, c := range v.checks[:len(v.checks)-1] {
			v.starts[i+1] = v.starts[i] + c.Size
		}
	}
	v.at, v.off = to, v.starts[to]
}

func corrupt(path string, off int64, what string, cause error, rebuild string) error {
	e := &corpus.Error{Class: corpus.Corrupt, What: what, Path: path, Offset: off, Err: cause}
	if rebuild != "" {
		e.Next = "rebuild it with `" + rebuild + "`"
	}
	return e
}

func asCorrupt(path string, err error, rebuild string) error {
	var e *corpus.Error
	if errors.As(err, &e) {
		return err
	}
	return corrupt(path, 0, "is not readable", err, rebuild)
}

// recoverCorrupt turns a panic of the Arrow decoder into an error.
func recoverCorrupt(err *error, path, rebuild string) {
	if p := recover(); p != nil {
		*err = corrupt(path, 0, fmt.Sprintf("is not readable: %v", p), nil, rebuild)
	}
}
