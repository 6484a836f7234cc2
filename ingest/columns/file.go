package columns

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
)

// Formats that Sniff tells.
const (
	Parquet = "parquet"
	Arrow   = "arrow"
)

// Why a file, a group or the rest of it cannot be read. What the input itself
// answers (an error of its ReadAt) is passed on as it is.
var (
	ErrDamaged     = errors.New("damaged")
	ErrTruncated   = errors.New("cut short")
	ErrChecksum    = errors.New("wrong checksum")
	ErrTooLarge    = errors.New("beyond a cap")
	ErrBomb        = errors.New("decodes to too much")
	ErrUnsupported = errors.New("not supported")
	ErrNoText      = errors.New("no text column")
)

// Names are the columns to read, each list in the order tried: the first that
// is there and holds strings. A child of a struct is named "metadata.url".
type Names struct{ Text, URL, Title []string }

// Row is the columns of one row; they are valid until the next.
type Row struct {
	Text, URL, Title []byte
	Null             bool // there is no text
	Long             bool // the text is longer than MaxText, and left out
}

// Group is a row group or record batch.
type Group struct {
	Rows  int64
	Bytes int64 // decoded, of the text column as far as it is known
}

// column gives the values of one column of a group, in order. A value is valid
// until the next; one that is longer than the column may give is nil and long.
type column interface {
	next() (value, error)
	read() int64 // bytes of the file so far
}

type value struct {
	b          []byte
	null, long bool
	passed     int64 // bytes of a long one that were passed over
}

// format is what differs between Parquet and Arrow.
type format interface {
	groups() []Group
	// broken is why there may be more groups than are listed.
	broken() error
	// open gives the columns of a group, nil where the file has none.
	open(in *input, group int) ([3]column, error)
}

// File is an open file.
type File struct {
	r      io.ReaderAt
	size   int64
	format format
	list   []Group
	names  [3]string
}

// SniffBytes are enough for Sniff.
const SniffBytes = 4096

// Sniff tells Parquet and Arrow by the first bytes of a file, "" else.
func Sniff(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte(parquetMagic)) || bytes.HasPrefix(head, []byte(parquetEncrypted)):
		return Parquet
	case bytes.HasPrefix(head, []byte(arrowMagic)) || isStream(head):
		return Arrow
	}
	return ""
}

// Open reads the schema and finds the groups.
func Open(r io.ReaderAt, size int64, names Names) (f *File, err error) {
	f = &File{r: r, size: size}
	in := &input{r: r, size: size}
	defer recovered(in, &err)
	head := make([]byte, min(SniffBytes, size))
	if err := in.full(head, 0); err != nil {
		return nil, err
	}
	switch Sniff(head) {
	case Parquet:
		f.format, f.names, err = openParquet(in, names)
	case Arrow:
		f.format, f.names, err = openArrow(in, names)
	default:
		return nil, fmt.Errorf("%w: neither Parquet nor Arrow", ErrDamaged)
	}
	if err != nil {
		return nil, in.cause(err)
	}
	f.list = f.format.groups()
	return f, f.plausible()
}

// plausible refuses more rows than the bytes of the file can mean.
func (f *File) plausible() error {
	rows := int64(0)
	for i, g := range f.Groups() {
		if g.Rows < 0 || g.Bytes < 0 {
			return fmt.Errorf("%w: group %d has %d rows of %d bytes", ErrDamaged, i, g.Rows, g.Bytes)
		}
		if rows += g.Rows; rows < 0 || rows > MaxRows+8*f.size {
			return fmt.Errorf("%w: more than %d rows in %d bytes", ErrBomb, rows, f.size)
		}
	}
	return nil
}

// Columns are the names of the columns of the text, the address and the title;
// "" where there is none.
func (f *File) Columns() (text, url, title string) { return f.names[0], f.names[1], f.names[2] }

// Groups lists the row groups or record batches.
func (f *File) Groups() []Group { return f.list }

// Broken is why the list of groups ends before the file does, nil for a whole
// file: a stream that is cut short.
func (f *File) Broken() error { return f.format.broken() }

// Rows reads a group, at most Groups()[group].Rows rows. An error ends it: the
// rows that are missing are lost. One group is read at a time.
func (f *File) Rows(group int) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		r, err := f.begin(group)
		for i := int64(0); err == nil && i < f.list[group].Rows; i++ {
			var row Row
			if row, err = r.next(); err == nil && !yield(row, nil) {
				return
			}
		}
		if err != nil {
			yield(Row{}, err)
		}
	}
}

// rows is a group that is being read.
type rows struct {
	in      *input
	columns [3]column
	out     int64 // bytes given
}

func (f *File) begin(group int) (r *rows, err error) {
	r = &rows{in: &input{r: f.r, size: f.size}}
	defer recovered(r.in, &err)
	r.columns, err = f.format.open(r.in, group)
	return r, r.in.cause(err)
}

func (r *rows) next() (row Row, err error) {
	defer recovered(r.in, &err)
	for i, c := range r.columns {
		if c == nil {
			continue
		}
		v, err := c.next()
		if err != nil {
			return Row{}, r.in.cause(err)
		}
		r.out += int64(len(v.b)) + v.passed
		switch i {
		case 0:
			row.Text, row.Null, row.Long = v.b, v.null, v.long
		case 1:
			row.URL = v.b
		case 2:
			row.Title = v.b
		}
	}
	return row, r.bomb()
}

func (r *rows) bomb() error {
	if r.out < RatioFloor {
		return nil
	}
	in := int64(0)
	for _, c := range r.columns {
		if c != nil {
			in += c.read()
		}
	}
	return bomb(r.out, in)
}

// bomb says whether so much that decodes to so much is refused.
func bomb(decoded, size int64) error {
	if decoded > RatioFloor && decoded/MaxRatio > size {
		return fmt.Errorf("%w: %d bytes from %d", ErrBomb, decoded, size)
	}
	return nil
}

// longest is the cap of a value of column i of a row.
func longest(i int) int {
	if i == 0 {
		return MaxText
	}
	return MaxLabel
}

// choose finds the columns to read among those that a file has: all lists
// their names, those of strings first… strings tells which can be read.
func choose(names Names, all []string, strings func(i int) bool) (at [3]int, chosen [3]string, err error) {
	for i, list := range [][]string{names.Text, names.URL, names.Title} {
		at[i] = -1
		for _, name := range list {
			if j := find(all, name, strings); j >= 0 && at[i] < 0 {
				at[i], chosen[i] = j, name
			}
		}
	}
	if at[0] < 0 {
		return at, chosen, noText(all)
	}
	return at, chosen, nil
}

func find(all []string, name string, strings func(i int) bool) int {
	for i, n := range all {
		if n == name && strings(i) {
			return i
		}
	}
	return -1
}

func noText(all []string) error {
	const most = 12
	list := strings.Join(all[:min(most, len(all))], ", ")
	if len(all) > most {
		list += fmt.Sprintf(" and %d more", len(all)-most)
	}
	return fmt.Errorf("%w among %s; name it with --text-field", ErrNoText, list)
}

// input is the file as one reader sees it. It keeps the first error of the file
// itself, which decoders may hide behind their own.
type input struct {
	r    io.ReaderAt
	size int64
	err  error
}

func (in *input) ReadAt(p []byte, off int64) (int, error) {
	n, err := in.r.ReadAt(p, off)
	if err != nil && !errors.Is(err, io.EOF) && in.err == nil {
		in.err = err
	}
	return n, err
}

// full reads all of p, which the caller has capped.
func (in *input) full(p []byte, off int64) error {
	if off < 0 || off > in.size-int64(len(p)) {
		return fmt.Errorf("%w: bytes %d to %d of %d", ErrTruncated, off, off+int64(len(p)), in.size)
	}
	if n, err := in.ReadAt(p, off); n < len(p) {
		return in.cause(fmt.Errorf("%w: %w", ErrTruncated, err))
	}
	return nil
}

// section is a range of the file as a stream.
func (in *input) section(off, n int64) (*io.SectionReader, error) {
	if off < 0 || n < 0 || off > in.size-n {
		return nil, fmt.Errorf("%w: bytes %d to %d of %d", ErrTruncated, off, off+n, in.size)
	}
	return io.NewSectionReader(in, off, n), nil
}

// cause is why reading failed: the file's own error, else err as one of ours.
func (in *input) cause(err error) error {
	if err == nil {
		return nil
	}
	if in.err != nil {
		return in.err
	}
	for _, ours := range []error{ErrDamaged, ErrTruncated, ErrChecksum, ErrTooLarge, ErrBomb, ErrUnsupported, ErrNoText} {
		if errors.Is(err, ours) {
			return err
		}
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// recovered turns a panic of a decoder that walked out of its bytes into err.
func recovered(in *input, err *error) {
	switch p := recover().(type) {
	case nil:
	case error:
		*err = in.cause(p)
	default:
		*err = in.cause(fmt.Errorf("%v", p))
	}
}

// room is memory that several columns share.
type room struct{ left int }

// take asks for n bytes before they are allocated.
func (r *room) take(n int) error {
	if n > r.left {
		return fmt.Errorf("%w: pages and dictionaries of more than %d bytes", ErrTooLarge, MaxHeld)
	}
	r.left -= n
	return nil
}

// grow gives a buffer of n bytes, buf itself when it is large enough.
func (r *room) grow(buf []byte, n int) ([]byte, error) {
	if n <= cap(buf) {
		return buf[:n], nil
	}
	if err := r.take(n - cap(buf)); err != nil {
		return nil, err
	}
	return make([]byte, n), nil
}

func le32(b []byte) int64 { return int64(int32(binary.LittleEndian.Uint32(b))) }
