package ingest

import (
	"cmp"
	"context"
	"errors"
	"io"

	"corpus/ingest/columns"
)

// unitReader reads units one after the other; a unit that follows the last one
// goes on in the same stream, and so does the next member of an archive.
type unitReader struct {
	input  *input // whose file is open
	file   file
	inside *archive // of file, when it is one

	source *source
	bytes  io.ReaderAt // of the source
	st     *stream
	c      *cursor
	r      reader
	table  *columns.File // of a columnar source
	broken bool          // damage was found in this part
}

// close leaves the file.
func (u *unitReader) close() {
	u.leave()
	if u.inside != nil {
		_ = u.inside.Close()
	} else if u.file != nil {
		u.file.Close()
	}
	*u = unitReader{}
}

// leave leaves the source, not the archive it may lie in.
func (u *unitReader) leave() {
	if u.st != nil {
		u.st.Close()
	}
	*u = unitReader{input: u.input, file: u.file, inside: u.inside}
}

// open opens a source, and leaves the last.
func (u *unitReader) open(ctx context.Context, s *source) error {
	if u.source == s {
		return nil
	}
	if u.leave(); u.input != s.input {
		u.close()
		f, err := s.input.open(ctx)
		if err != nil {
			return err
		}
		u.input, u.file = s.input, f
	}
	u.source, u.bytes = s, u.file
	if s.archive == "" {
		return nil
	}
	if u.inside == nil {
		a, err := openArchive(u.file, s.input.size, s.holder)
		if err != nil {
			return cmp.Or(u.file.same(), err)
		}
		u.inside = a
	}
	u.bytes = u.inside.member(&s.scanned)
	return nil
}

// stand stands at the beginning of unit i.
func (u *unitReader) stand(ctx context.Context, s *source, i int) error {
	un := s.units[i]
	if u.source == s && u.c != nil && u.c.off == un.start && u.c.fault() == nil {
		return nil
	}
	if err := u.open(ctx, s); err != nil {
		return err
	}
	if u.st != nil {
		u.st.Close()
	}
	u.st = openStream(u.bytes, s.size, s.comp, un.raw, un.base)
	u.st.since = s.segment(i)
	text := recoded(u.st, s.charset)
	if _, err := io.CopyN(io.Discard, text, un.start-un.base); err != nil {
		return cmp.Or(u.file.same(), err)
	}
	u.c = newCursor(text, un.start)
	u.r = newReader(&s.scanned, u.c)
	return nil
}

// segment is where the stream began, to the scan, that unit i is of: its ratio
// counts from there.
func (s *scanned) segment(i int) mark {
	for i > 0 && s.units[i-1].reason == "" {
		i--
	}
	return mark{s.units[i].base, s.units[i].raw}
}

// whole gives a member of an archive that is one document. Members are decoded
// one after the other, so the workers cannot do it.
func (u *unitReader) whole(ctx context.Context, s *source, give func(job) bool) error {
	if err := u.open(ctx, s); err != nil {
		return err
	}
	recs, err := wholeRecords(u.bytes, s, s.units[0])
	if err != nil {
		return cmp.Or(u.file.same(), err)
	}
	return u.give(job{source: s, begin: true, units: 1, recs: recs, cost: s.units[0].end}, give)
}

// jobBytes is how many bytes of records make a job: small enough that a unit
// keeps many workers busy, large enough that handing over costs nothing.
const jobBytes = 256 << 10

// read gives the records of unit i in jobs, each after a look at the file: what
// was read until then is what was scanned.
func (u *unitReader) read(ctx context.Context, s *source, i int, give func(job) bool) error {
	if s.columnar() {
		return u.rows(ctx, s, i, give)
	}
	un := s.units[i]
	if err := u.stand(ctx, s, i); err != nil {
		return err
	}
	j := job{source: s, begin: i == 0, units: 1}
	cut := false
	for u.c.off < un.end {
		rec, err := u.r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		rec = held(rec, un)
		cut = cut || rec.lost != "" && rec.lost == un.reason
		j.recs = append(j.recs, rec)
		j.cost += int64(len(rec.raw)) + 64
		if j.cost >= jobBytes {
			if err := u.give(j, give); err != nil {
				return err
			}
			j = job{source: s}
		}
	}
	if un.reason != "" {
		u.c = nil // what follows begins at another member
	}
	if un.reason != "" && !cut {
		j.recs = append(j.recs, record{off: un.end, lost: un.reason, detail: "the stream breaks here; records behind may be lost"})
	}
	return u.give(j, give)
}

func (u *unitReader) give(j job, give func(job) bool) error {
	if err := u.file.same(); err != nil {
		return err
	}
	if !give(j) {
		return errStop
	}
	return nil
}

// held is a copy of a record that outlives the reader's buffer. One that
// reaches into bytes whose checksum is wrong is lost.
func held(rec record, un unit) record {
	if rec.lost == "" && (un.bad || rec.end > un.end) {
		rec.lost, rec.detail = Checksum, "the checksum over this record is wrong"
	}
	if rec.lost != "" {
		rec.raw, rec.body = nil, nil
		return rec
	}
	n := len(rec.raw) - len(rec.body)
	raw := append(make([]byte, 0, len(rec.raw)), rec.raw...)
	if rec.body != nil {
		rec.body = raw[n:]
	}
	rec.raw = raw
	return rec
}
