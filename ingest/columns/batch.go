package columns

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// Slots of RecordBatch and DictionaryBatch in Message.fbs.
const (
	batchLength      = 0
	batchNodes       = 1
	batchBuffers     = 2
	batchCompression = 3
	batchVariadic    = 4

	dictionaryData = 1

	nodeBytes   = 16
	bufferBytes = 16

	ipcLZ4  = 0
	ipcZstd = 1
	ipcNone = -1
)

// layout is where the buffers of a record batch are.
type layout struct {
	block
	header flat
	fields []field
	codec  int
	rows   int64
	first  []int32 // buffer of each field
	count  []int32 // buffers of each field
	list   int     // where the list of buffers begins in the header
	total  int
}

func newLayout(b block, header flat, fields []field) (*layout, error) {
	l := &layout{block: b, header: header, fields: fields, codec: ipcNone, rows: header.long(batchLength, 0)}
	if c, ok := header.table(batchCompression); ok {
		l.codec = c.byte(0)
		if l.codec != ipcLZ4 && l.codec != ipcZstd || c.byte(1) != 0 {
			return nil, fmt.Errorf("%w: body compression %d", ErrUnsupported, l.codec)
		}
	}
	l.list, l.total = header.vector(batchBuffers, bufferBytes)
	variadic, views := header.vector(batchVariadic, 8)
	next := 0
	l.first, l.count = make([]int32, len(fields)), make([]int32, len(fields))
	for i, f := range fields {
		n := f.buffers
		if f.view && !f.dictionary {
			if views == 0 {
				return nil, fmt.Errorf("%w: a view without its number of buffers", ErrDamaged)
			}
			more := int64(binary.LittleEndian.Uint64(header.Bytes[variadic:]))
			if more < 0 || more > int64(l.total) {
				return nil, fmt.Errorf("%w: a view of %d buffers", ErrDamaged, more)
			}
			n, variadic, views = n+int(more), variadic+8, views-1
		}
		l.first[i], l.count[i] = int32(next), int32(n)
		if next += n; next > l.total {
			return nil, fmt.Errorf("%w: %d buffers for %d columns", ErrDamaged, l.total, len(fields))
		}
	}
	return l, nil
}

func (l *layout) buffers(field int) (first, n int) { return int(l.first[field]), int(l.count[field]) }

// place is where a buffer is in the file.
func (l *layout) place(buffer int) (at, n int64, err error) {
	b := l.header.Bytes[l.list+buffer*bufferBytes:]
	at, n = int64(binary.LittleEndian.Uint64(b)), int64(binary.LittleEndian.Uint64(b[8:]))
	if at < 0 || n < 0 || at > l.body-n {
		return 0, 0, fmt.Errorf("%w: a buffer outside its record batch", ErrDamaged)
	}
	return l.at + l.meta + at, n, nil
}

// size is the decoded size of a buffer.
func (l *layout) size(in *input, buffer int) (int64, error) {
	at, n, err := l.place(buffer)
	if err != nil || l.codec == ipcNone || n < 8 {
		return n, err
	}
	var head [8]byte
	if err := in.full(head[:], at); err != nil {
		return 0, err
	}
	if size := int64(binary.LittleEndian.Uint64(head[:])); size >= 0 {
		return size, nil
	}
	return n - 8, nil
}

// stored is where a buffer that is not compressed is; false for another.
func (l *layout) stored(in *input, buffer int) (at, n int64, ok bool, err error) {
	at, n, err = l.place(buffer)
	if err != nil || l.codec == ipcNone {
		return at, n, true, err
	}
	if n < 8 {
		return at, 0, true, nil
	}
	var head [8]byte
	err = in.full(head[:], at)
	return at + 8, n - 8, int64(binary.LittleEndian.Uint64(head[:])) == -1, err
}

// stream gives the decoded bytes of a buffer.
func (l *layout) stream(in *input, buffer, window int) (*bufio.Reader, error) {
	at, n, stored, err := l.stored(in, buffer)
	if err != nil {
		return nil, err
	}
	section, err := in.section(at, n)
	if err != nil {
		return nil, err
	}
	window = min(window, int(n)+1)
	if stored {
		return bufio.NewReaderSize(section, window), nil
	}
	size, err := l.size(in, buffer)
	if err != nil {
		return nil, err
	}
	if err := bomb(size, n); err != nil {
		return nil, err
	}
	raw, d := bufio.NewReaderSize(section, window), decoder{}
	var out io.Reader
	if l.codec == ipcLZ4 {
		out = d.frames(raw)
	} else if out, err = d.zstd(raw); err != nil {
		return nil, err
	}
	return bufio.NewReaderSize(io.LimitReader(out, max(0, size)), int(min(64<<10, max(0, size)))), nil
}

// bitmap is which values are there.
type bitmap struct {
	in  *bufio.Reader
	bit int
	now byte
}

func (b *bitmap) next() (bool, error) {
	if b.bit%8 == 0 {
		var err error
		if b.now, err = b.in.ReadByte(); err != nil {
			return false, fmt.Errorf("%w: a record batch ends before its rows: %w", ErrDamaged, err)
		}
	}
	set := b.now>>(b.bit%8)&1 == 1
	b.bit++
	return set, nil
}

// arrowValues are values of which some are not there, in whose place there may
// be anything.
type arrowValues interface {
	valueReader
	skip() error
}

// arrowColumn is one column of a record batch.
type arrowColumn struct {
	valid  []*bitmap // of the structs around it, and its own; those that have one
	values arrowValues
	bytes  int64
}

func (c *arrowColumn) read() int64 { return c.bytes }

func (c *arrowColumn) next() (value, error) {
	null := false
	for _, v := range c.valid {
		ok, err := v.next()
		if err != nil {
			return value{}, err
		}
		null = null || !ok
	}
	if null {
		return value{null: true}, c.values.skip()
	}
	return c.values.next()
}

// open begins the columns of a record batch.
func (a *arrowFile) open(in *input, group int) (cols [3]column, err error) {
	g := a.all[group]
	if g.bad != nil {
		return cols, g.bad
	}
	t, err := readMessage(in, g.block)
	if err != nil {
		return cols, err
	}
	header, ok := t.table(messageHeader)
	if !ok || t.byte(messageType) != typeBatch {
		return cols, fmt.Errorf("%w: no record batch at byte %d", ErrDamaged, g.at)
	}
	l, err := newLayout(g.block, header, a.fields)
	if err != nil {
		return cols, err
	}
	space := &room{MaxHeld}
	for i, at := range a.at {
		if at < 0 {
			continue
		}
		c, err := a.column(in, l, at, i)
		if err != nil {
			return cols, err
		}
		f := &a.fields[at]
		if f.dictionary {
			c.values, err = a.indexed(in, l, g, i, space)
		} else {
			c.values, err = l.values(in, at, longest(i), space)
		}
		if err != nil {
			return cols, err
		}
		cols[i] = c
	}
	return cols, nil
}

// column is a column without its values.
func (a *arrowFile) column(in *input, l *layout, at, i int) (*arrowColumn, error) {
	c := &arrowColumn{}
	first, n := l.buffers(at)
	for k := range n {
		_, size, err := l.place(first + k)
		if err != nil {
			return nil, err
		}
		c.bytes += size
	}
	for _, f := range append(a.fields[at].parents[:len(a.fields[at].parents):len(a.fields[at].parents)], at) {
		b, err := l.validity(in, f)
		if err != nil {
			return nil, err
		}
		if b != nil {
			c.valid = append(c.valid, b)
		}
	}
	return c, nil
}

// smallWindow is for buffers of a few bits or bytes a row.
const smallWindow = 4096

// validity is the bitmap of a field, nil when all values are there.
func (l *layout) validity(in *input, f int) (*bitmap, error) {
	first, _ := l.buffers(f)
	size, err := l.size(in, first)
	if err != nil || size == 0 {
		return nil, err
	}
	s, err := l.stream(in, first, smallWindow)
	return &bitmap{in: s}, err
}

// values reads the strings of a field.
func (l *layout) values(in *input, at, longest int, space *room) (arrowValues, error) {
	first, n := l.buffers(at)
	f := l.fields[at]
	if f.view {
		s, err := l.stream(in, first+1, smallWindow)
		return &views{l: l, in: in, views: s, first: first + 2, n: n - 2, held: -1, longest: longest, room: space}, err
	}
	ends, err := l.stream(in, first+1, smallWindow)
	if err != nil {
		return nil, err
	}
	data, err := l.stream(in, first+2, 64<<10)
	if err != nil {
		return nil, err
	}
	wide := f.kind == arrowLargeBinary || f.kind == arrowLargeUtf8
	s := &cuts{ends: ends, data: data, wide: wide, longest: longest}
	return s, nil
}

// cuts is values that are cut out of one buffer by the ends in another.
type cuts struct {
	ends, data *bufio.Reader
	wide       bool // ends of 64 bits
	begun      bool
	last       int64
	longest    int
	buf        []byte
}

func (s *cuts) end() (int64, error) {
	var b [8]byte
	n := 4
	if s.wide {
		n = 8
	}
	if _, err := io.ReadFull(s.ends, b[:n]); err != nil {
		return 0, fmt.Errorf("%w: a record batch ends before its rows: %w", ErrDamaged, err)
	}
	if s.wide {
		return int64(binary.LittleEndian.Uint64(b[:])), nil
	}
	return le32(b[:]), nil
}

func (s *cuts) next() (value, error) {
	if !s.begun {
		var err error
		if s.last, err = s.end(); err != nil || s.last < 0 {
			return value{}, fmt.Errorf("%w: values begin at %d: %w", ErrDamaged, s.last, err)
		}
		if _, err := io.CopyN(io.Discard, s.data, s.last); err != nil {
			return value{}, err
		}
		s.begun = true
	}
	end, err := s.end()
	if err != nil {
		return value{}, err
	}
	n := end - s.last
	if n < 0 {
		return value{}, fmt.Errorf("%w: a value of %d bytes", ErrDamaged, n)
	}
	s.last = end
	return take(s.data, n, s.longest, &s.buf)
}

func (s *cuts) skip() error {
	_, err := s.next()
	return err
}

// views is values that are told by length, buffer and offset; short ones stand
// in the place of these.
type views struct {
	l        *layout
	in       *input
	views    *bufio.Reader
	first, n int // buffers with the long values
	longest  int
	room     *room
	view     [16]byte

	held   int // buffer that is decoded or from which ahead is, -1 = none
	loads  int
	data   []byte
	stored bool
	at     int64 // of data in the buffer
	size   int64 // of the buffer, where it is stored
	place  int64
}

const inlineBytes = 12

func (v *views) next() (value, error) {
	if _, err := io.ReadFull(v.views, v.view[:]); err != nil {
		return value{}, fmt.Errorf("%w: a record batch ends before its rows: %w", ErrDamaged, err)
	}
	n := le32(v.view[:])
	if n < 0 {
		return value{}, fmt.Errorf("%w: a value of %d bytes", ErrDamaged, n)
	}
	if n <= inlineBytes {
		return value{b: v.view[4 : 4+n]}, nil
	}
	if n > int64(v.longest) {
		return value{long: true}, nil
	}
	buffer, from := le32(v.view[8:]), le32(v.view[12:])
	if buffer < 0 || buffer >= int64(v.n) || from < 0 {
		return value{}, fmt.Errorf("%w: a value in buffer %d of %d", ErrDamaged, buffer, v.n)
	}
	b, err := v.cut(int(buffer), from, n)
	return value{b: b}, err
}

func (v *views) skip() error {
	_, err := v.views.Discard(len(v.view))
	return err
}

// cut takes a value out of a buffer.
func (v *views) cut(buffer int, from, n int64) ([]byte, error) {
	if buffer != v.held {
		if err := v.hold(buffer); err != nil {
			return nil, err
		}
	}
	if v.stored && (from < v.at || from+n > v.at+int64(len(v.data))) {
		if err := v.ahead(from, n); err != nil {
			return nil, err
		}
	}
	from -= v.at
	if from < 0 || from+n > int64(len(v.data)) {
		return nil, fmt.Errorf("%w: a value outside its buffer", ErrDamaged)
	}
	return v.data[from : from+n], nil
}

// viewAhead is how much of a stored buffer is read at once.
const viewAhead = 256 << 10

func (v *views) ahead(from, n int64) error {
	n = min(max(n, viewAhead), v.size-from)
	if n < 0 {
		return fmt.Errorf("%w: a value outside its buffer", ErrDamaged)
	}
	var err error
	if v.data, err = v.room.grow(v.data, int(n)); err != nil {
		return err
	}
	v.at = from
	return v.in.full(v.data, v.place+from)
}

// hold turns to a buffer. A compressed one is decoded as a whole, which values
// that jump between buffers would ask for again and again.
func (v *views) hold(buffer int) error {
	var err error
	v.held, v.at = buffer, 0
	v.place, v.size, v.stored, err = v.l.stored(v.in, v.first+buffer)
	if err != nil {
		return err
	}
	if v.stored {
		v.data = v.data[:0]
		return nil
	}
	if v.loads++; v.loads > 4*v.n+16 {
		return fmt.Errorf("%w: values jump between compressed buffers", ErrTooLarge)
	}
	size, err := v.l.size(v.in, v.first+buffer)
	if err != nil {
		return err
	}
	if size < 0 || size > MaxHeld {
		return fmt.Errorf("%w: compressed buffer of %d bytes", ErrTooLarge, size)
	}
	if v.data, err = v.room.grow(v.data, int(size)); err != nil {
		return err
	}
	s, err := v.l.stream(v.in, v.first+buffer, 64<<10)
	if err != nil {
		return err
	}
	_, err = io.ReadFull(s, v.data)
	return err
}
