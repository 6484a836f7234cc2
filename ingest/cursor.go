package ingest

import (
	"errors"
	"io"
)

// cursor is a window on a decoded stream that grows on demand and knows its
// offset.
type cursor struct {
	r    io.Reader
	buf  []byte
	from int   // first byte of the window in buf
	off  int64 // decoded offset of that byte
	// least is the smallest buffer worth having; 0 = 128 KiB
	least int
	// most is the largest window asked for; 0 = any. Growing goes no further.
	most int
	err  error // why no more bytes come: io.EOF, *damage, or the file's error
}

func newCursor(r io.Reader, off int64) *cursor { return &cursor{r: r, off: off} }

// window is the bytes that are there.
func (c *cursor) window() []byte { return c.buf[c.from:] }

// ensure has at least n bytes in the window, or all there are before the end.
func (c *cursor) ensure(n int) []byte {
	for len(c.buf)-c.from < n && c.err == nil {
		c.room(n)
		k, err := c.r.Read(c.buf[len(c.buf):cap(c.buf)])
		c.buf = c.buf[:len(c.buf)+k]
		c.err = err
	}
	return c.window()
}

// more adds bytes to the window and says whether any came.
func (c *cursor) more() bool {
	have := len(c.window())
	return len(c.ensure(have+1)) > have
}

// room makes space for a window of n bytes, moving it to the front when that
// is enough.
func (c *cursor) room(n int) {
	least := c.least
	if least == 0 {
		least = 128 << 10
	}
	if len(c.buf) < cap(c.buf) && c.from+n <= cap(c.buf) {
		return
	}
	buf := c.buf
	if n > cap(c.buf) || cap(c.buf) < least {
		size := 2 * n
		if c.most > 0 {
			size = max(n, min(size, c.most))
		}
		buf = make([]byte, 0, max(least, size))
	}
	c.buf = append(buf[:0], c.window()...)
	c.from = 0
}

// skip drops n bytes of the window.
func (c *cursor) skip(n int) {
	c.from += n
	c.off += int64(n)
}

// fault is the error of the file itself, nil when the stream ended or was
// damaged: those are data.
func (c *cursor) fault() error {
	var d *damage
	if c.err == nil || errors.Is(c.err, io.EOF) || errors.As(c.err, &d) {
		return nil
	}
	return c.err
}

// broken is the reason of damage that ended the stream, "" at a clean end.
func (c *cursor) broken() string {
	var d *damage
	if errors.As(c.err, &d) {
		return d.reason
	}
	return ""
}

// record is one record of a source, or the place where one was lost.
type record struct {
	off, end int64  // in the decoded stream
	raw      []byte // its bytes without the ends of lines behind, valid until the next
	file     file   // instead of raw, of a file that is one document and larger than a text may be
	open     bool   // the source ended before the record's own end mark
	lost     string // reason, "" when it is whole
	detail   string

	head header // of a WARC record
	body []byte
	ends [2]int // of a row: where its text and its address end in raw
	rows int64  // lost together, 0 = one
	bad  bool   // the first damage of its source in this part, which the scan did not see
}

// reader gives the records of a stream in order; io.EOF ends, also at damage.
type reader interface {
	next() (record, error)
}
