package ingest

import (
	"errors"
	"io"
	"math"
)

// listener hears what a walk comes by, in order.
type listener interface {
	// begin tells where a segment begins: a member, and a record in it.
	begin(m mark) error
	// member tells a member where decoding can begin, at or before the record
	// told next.
	member(m mark)
	// record tells where one ends.
	record(end int64) error
	// end tells where a segment ends; its answer is whether to look for another.
	end(e ending) bool
}

// ending is where a segment ends, and why: damage, or the end of the source.
type ending struct {
	pos    int64
	damage *damage
	open   string // of the end of the source: what is missing of the last record
}

// walk goes over the records of a source, through all its damages.
type walk struct {
	file  io.ReaderAt
	s     *scanned // of a wide set no member is told
	step  int64    // of the file: of its members the first is told
	limit int64    // offset in the file: records that begin in or behind the first member there are for others
	guess bool     // nobody knows that a member begins where the walk does

	st   *stream
	c    *cursor
	most int64 // of the first stream
}

// newWalk walks over all of a source.
func newWalk(f io.ReaderAt, s *scanned) *walk {
	return &walk{file: f, s: s, step: markStep, limit: math.MaxInt64}
}

func (w *walk) close() {
	if w.st != nil {
		w.st.Close()
	}
}

// open stands at a record that begins at pos, in or behind the member m.
func (w *walk) open(m, since mark, pos int64) error {
	w.close()
	w.st = openStream(w.file, w.s.size, w.s.comp, m.raw, m.pos)
	w.st.since, w.st.limit = since, w.limit
	if w.s.comp == plain {
		w.st.edge = w.limit
	}
	if w.guess {
		w.st.far = MaxBehind
	}
	if w.s.charset == "" && w.s.comp != plain {
		w.st.step = w.step
	}
	text := recoded(w.st, w.s.charset)
	if _, err := io.CopyN(io.Discard, text, pos-m.pos); err != nil {
		return err
	}
	var buf []byte
	if w.c != nil {
		buf = w.c.buf[:0]
	}
	w.c = &cursor{r: text, off: pos, buf: buf}
	return nil
}

// run walks to the limit, or says that the source is over.
func (w *walk) run(l listener) (over bool, err error) {
	for first := true; ; first = false {
		e, err := w.segment(l)
		if first {
			w.most = w.st.most
		}
		if err != nil || e == nil {
			return false, err
		}
		if !l.end(*e) {
			return true, nil
		}
		raw, ok, err := w.behind(e.damage)
		if err != nil || !ok {
			return true, err
		}
		m := mark{e.pos, raw}
		if err := l.begin(m); err != nil || raw >= w.limit {
			return false, err
		}
		if err := w.open(m, m, m.pos); err != nil {
			return false, err
		}
	}
}

// behind is where reading goes on after damage: never again where the damaged
// member begins. Who guesses looks no further than the limit, and leaves it to
// others to find a bomb.
func (w *walk) behind(d *damage) (raw int64, ok bool, err error) {
	from, to := max(d.raw, w.st.last.raw+1), w.s.size
	if w.guess {
		to = min(to, w.limit)
	}
	if !w.guess || d.reason != Bomb {
		raw, ok, err = resume(w.file, w.s.size, w.s.comp, from, to)
	}
	if !ok && err == nil && w.guess {
		err = errFar
	}
	return raw, ok, err
}

// segment walks to the end of the stream, its first damage, or the limit: then
// the ending is nil. Once the stream has ended, it goes through what is left.
func (w *walk) segment(l listener) (*ending, error) {
	r, e := newReader(w.s, w.c), &ending{}
	for w.c.off < w.st.edge || w.c.err != nil {
		rec, err := r.next()
		if errors.Is(err, io.EOF) {
			w.members(math.MaxInt64, l)
			e.pos = w.c.off + int64(len(w.c.window()))
			errors.As(w.c.err, &e.damage)
			return e, nil
		}
		if err != nil {
			return nil, err
		}
		if rec.lost == Truncated && w.c.broken() == "" && errors.Is(w.c.err, io.EOF) {
			e.open = rec.detail
		}
		w.members(rec.end, l)
		if err := l.record(rec.end); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// members tells those that begin up to a place.
func (w *walk) members(to int64, l listener) {
	for len(w.st.marks) > 0 && w.st.marks[0].pos <= to {
		l.member(w.st.marks[0])
		w.st.marks = w.st.marks[1:]
	}
}

// newReader reads the records of a format of many records.
func newReader(s *scanned, c *cursor) reader {
	switch s.format {
	case formatWARC:
		c.most = MaxRecord + MaxWARCHeader + SniffBytes
		return &warc{c: c, max: MaxRecord}
	case formatARC:
		c.most = MaxRecord + MaxARCHeader + SniffBytes
		return &arc{c: c, max: MaxRecord}
	case formatWiki:
		c.most = MaxRevision + SniffBytes
		return &wiki{c: c, max: MaxRevision}
	}
	c.most = MaxLine + SniffBytes
	if s.format == formatCSV {
		l, _ := parseLayout(s.layout)
		return &separated{c: c, max: MaxLine, delimiter: l.delimiter}
	}
	return &lines{c: c, max: MaxLine}
}
