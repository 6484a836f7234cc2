package ingest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"iter"
)

// chunk is what a walk told that began at a guess, in the middle of a source,
// told as if the decoded stream had the offset from there.
type chunk struct {
	from int64
	log  []byte // of events: kind and distances
	pos  int64  // of the last event
	raw  int64
	ends []ending
	most int64 // see stream; of its first segment
}

// endingSize is what an ending takes, about: its damage has a text.
const endingSize = 512

// Kinds of events.
const (
	recordEnds = iota
	memberBegins
	segmentEnds
	segmentBegins
)

type event struct {
	kind int
	mark        // raw only where a member or segment begins
	end  ending // of a segment
}

func newChunk(from int64) *chunk { return &chunk{from: from, pos: from, raw: from} }

func (c *chunk) begin(m mark) error {
	c.add(segmentBegins, m)
	return c.fits()
}

func (c *chunk) member(m mark) { c.add(memberBegins, m) }

func (c *chunk) record(end int64) error {
	c.add(recordEnds, mark{pos: end})
	return c.fits()
}

// fits is an error when there is more to tell than may wait for its turn.
func (c *chunk) fits() error {
	if len(c.log)+len(c.ends)*endingSize > MaxChunkLog {
		return errFar
	}
	return nil
}

func (c *chunk) end(e ending) bool {
	c.add(segmentEnds, mark{pos: e.pos})
	c.ends = append(c.ends, e)
	return e.damage != nil
}

func (c *chunk) add(kind int, m mark) {
	c.log = binary.AppendVarint(c.log, (m.pos-c.pos)<<2|int64(kind))
	c.pos = m.pos
	if kind == memberBegins || kind == segmentBegins {
		c.log = binary.AppendUvarint(c.log, uint64(m.raw-c.raw))
		c.raw = m.raw
	}
}

// events are what was told, moved by shift.
func (c *chunk) events(shift int64) iter.Seq[event] {
	return func(yield func(event) bool) {
		log, ends := c.log, c.ends
		at := mark{c.from + shift, c.from}
		for len(log) > 0 {
			v, n := binary.Varint(log)
			log = log[n:]
			at.pos += v >> 2
			e := event{kind: int(v & 3), mark: at}
			switch e.kind {
			case memberBegins, segmentBegins:
				d, n := binary.Uvarint(log)
				log = log[n:]
				at.raw += int64(d)
				e.raw = at.raw
			case segmentEnds:
				e.end, ends = ends[0].moved(shift), ends[1:]
			}
			if !yield(e) {
				return
			}
		}
	}
}

func (e ending) moved(shift int64) ending {
	e.pos += shift
	if e.damage != nil {
		d := *e.damage
		d.pos += shift
		e.damage = &d
	}
	return e
}

// meets says whether a record of its first segment ends, or the first begins,
// at a place: from there on the records are the source's.
func (c *chunk) meets(at, shift int64) bool {
	if at == c.from+shift {
		return true
	}
	for e := range c.events(shift) {
		if e.kind == segmentEnds || e.pos > at && e.kind == recordEnds {
			return false
		}
		if e.pos == at && e.kind == recordEnds {
			return true
		}
	}
	return false
}

// tell tells all of it that lies behind a place, and whether the source is over.
func (c *chunk) tell(at, shift int64, l listener) (over bool, err error) {
	for e := range c.events(shift) {
		switch e.kind {
		case memberBegins:
			l.member(e.mark)
		case segmentBegins:
			err = l.begin(e.mark)
		case segmentEnds:
			if !l.end(e.end) {
				return true, nil
			}
		case recordEnds:
			if e.pos > at {
				err = l.record(e.pos)
			}
		}
		if err != nil {
			return false, err
		}
	}
	return false, nil
}

// beginning is the first place in a range of the file where a member may begin;
// of a plain file, a record.
func beginning(f io.ReaderAt, s *scanned, from, to int64) (at int64, ok bool, err error) {
	if s.comp != plain {
		return resume(f, s.size, s.comp, from, to)
	}
	from-- // of the line end
	buf := make([]byte, 64<<10)
	for from < to-1 {
		n, err := f.ReadAt(buf[:min(int64(len(buf)), s.size-from)], from)
		if i := lineBegins(buf[:n], s.format); i >= 0 {
			return from + int64(i), from+int64(i) < to, nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, false, err
		}
		if n < len(buf) {
			return 0, false, nil
		}
		from += int64(n) - versionSize
	}
	return 0, false, nil
}

// versionSize is what tells a version line and the line end before it.
const versionSize = 17

// lineBegins is where the first line begins in b, in a WARC file the first
// version line; -1 when there is none.
func lineBegins(b []byte, format string) int {
	if format != formatWARC {
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			return i + 1
		}
		return -1
	}
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte("\nWARC/"))
		if i < 0 {
			return -1
		}
		if at += i + 1; versionLine(b[at:]) {
			return at
		}
	}
}
