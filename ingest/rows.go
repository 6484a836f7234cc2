package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"corpus"
	"corpus/ingest/columns"
)

// columnar says whether the source is Parquet or Arrow, whose offsets are row
// numbers.
func (s *scanned) columnar() bool {
	return s.format == columns.Parquet || s.format == columns.Arrow
}

// columnar cuts a source into units of whole row groups or record batches. Only
// its schema and index are read.
func (sc *scan) columnar(f io.ReaderAt, format string, s *scanned) error {
	s.format = format
	t, err := openTable(f, s, sc.textField)
	if err != nil {
		l, err := tableLoss(err)
		s.format, s.status, s.detail = "", l.reason, l.detail
		return err
	}
	s.layout, _, _ = t.Columns()
	s.units = rowUnits(t.Groups(), sc.unitBytes)
	for _, u := range s.units {
		s.decoded += u.weight
	}
	switch broken := t.Broken(); {
	case broken != nil:
		l, _ := tableLoss(broken)
		s.status, s.detail = l.reason, l.detail
		if n := len(s.units); n > 0 {
			s.units[n-1].reason = l.reason
		}
	case len(s.units) == 0:
		s.format, s.status = "", Empty
	}
	return nil
}

// rowUnits joins groups into units of a decoded size.
func rowUnits(groups []columns.Group, most int64) []unit {
	var units []unit
	var u unit
	for i, g := range groups {
		if u.weight > 0 && u.weight+g.Bytes > most {
			units = append(units, u)
			u = unit{start: u.end, end: u.end, raw: u.base}
		}
		u.end, u.base = u.end+g.Rows, int64(i+1)
		u.weight += max(g.Bytes, 1)
	}
	if u.weight > 0 {
		units = append(units, u)
	}
	return units
}

// openTable opens a columnar source. Inside a compressed archive it is decoded
// as a whole.
func openTable(f io.ReaderAt, s *scanned, textField string) (*columns.File, error) {
	if s.kind == formatZip || s.outer != plain {
		if s.size > MaxHeld {
			return nil, fmt.Errorf("%w inside a compressed archive when of more than %d bytes: unpack it", columns.ErrUnsupported, MaxHeld)
		}
		b := make([]byte, s.size)
		if n, err := f.ReadAt(b, 0); n < len(b) || err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		f = bytes.NewReader(b)
	}
	return columns.Open(f, s.size, tableNames(textField))
}

// tableNames are the columns tried, those of JSON lines.
func tableNames(textField string) columns.Names {
	n := columns.Names{Text: textNames(textField), URL: slices.Clone(urlFields), Title: slices.Clone(titleFields)}
	for _, meta := range metaFields {
		for _, name := range urlFields {
			n.URL = append(n.URL, meta+"."+name)
		}
		for _, name := range titleFields {
			n.Title = append(n.Title, meta+"."+name)
		}
	}
	n.URL = append(n.URL, idFields...)
	return n
}

// tableLoss names the damage of a table; an error of the file itself stays what
// it is.
func tableLoss(err error) (loss, error) {
	for _, known := range []struct {
		err    error
		reason string
	}{
		{columns.ErrDamaged, Corrupt},
		{columns.ErrTruncated, Truncated},
		{columns.ErrChecksum, Checksum},
		{columns.ErrTooLarge, TooLarge},
		{columns.ErrBomb, Bomb},
		{columns.ErrUnsupported, Unsupported},
		{columns.ErrNoText, NoText},
	} {
		if errors.Is(err, known.err) {
			return loss{known.reason, oneLine(err.Error(), MaxDetail)}, nil
		}
	}
	var d *damage
	if errors.As(err, &d) { // of the archive around it
		return loss{d.reason, oneLine(d.Error(), MaxDetail)}, nil
	}
	return loss{}, err
}

// rows gives the rows of unit i in jobs, as read does.
func (u *unitReader) rows(ctx context.Context, s *source, i int, give func(job) bool) error {
	if err := u.open(ctx, s); err != nil {
		return err
	}
	if u.table == nil {
		t, err := openTable(u.bytes, &s.scanned, s.layout)
		if err != nil {
			return err
		}
		u.table = t
	}
	un := s.units[i]
	r := rowReader{u: u, give: give, job: job{source: s, begin: i == 0, units: 1}, row: un.start}
	groups := u.table.Groups()
	if un.base > int64(len(groups)) {
		return errChanged
	}
	for g := un.raw; g < un.base; g++ {
		if err := r.group(int(g), groups[g].Rows); err != nil {
			return err
		}
	}
	if un.reason != "" {
		r.job.recs = append(r.job.recs, record{off: un.end, lost: un.reason, detail: "the file breaks here; rows behind may be lost"})
	}
	return u.give(r.job, give)
}

// rowReader makes jobs of the rows of a unit.
type rowReader struct {
	u    *unitReader
	give func(job) bool
	job  job
	row  int64
}

// group gives the rows of a group; those behind damage are lost together.
func (r *rowReader) group(g int, rows int64) error {
	end := r.row + rows
	for row, err := range r.u.table.Rows(g) {
		if err != nil {
			l, err := tableLoss(err)
			if err != nil {
				return err
			}
			lost := max(1, end-r.row)
			r.add(record{
				off: r.row, lost: l.reason, rows: lost, bad: badSource(l.reason) && !r.u.broken,
				detail: fmt.Sprintf("%d rows from here on: %s", lost, l.detail),
			})
			r.u.broken = r.u.broken || badSource(l.reason)
			break
		}
		r.add(r.record(row))
		if r.row++; r.job.cost >= jobBytes {
			if err := r.u.give(r.job, r.give); err != nil {
				return err
			}
			r.job = job{source: r.job.source}
		}
	}
	r.row = end
	return nil
}

func (r *rowReader) add(rec record) {
	r.job.recs = append(r.job.recs, rec)
	r.job.cost += int64(len(rec.raw)) + 64
}

// record is a row whose raw bytes are text, address and title, with a zero
// byte between them.
func (r *rowReader) record(row columns.Row) record {
	rec := record{off: r.row, end: r.row + 1}
	switch {
	case row.Null:
		rec.lost, rec.detail = NoText, "null"
		return rec
	case row.Long:
		rec.lost, rec.detail = TooLarge, fmt.Sprintf("text of more than %d bytes", corpus.MaxDocument)
		return rec
	}
	_, name, _ := r.u.table.Columns()
	if slices.Contains(idFields, name) && !isAddress(string(row.URL)) {
		row.URL = nil
	}
	raw := make([]byte, 0, len(row.Text)+len(row.URL)+len(row.Title)+2)
	raw = append(raw, row.Text...)
	rec.ends[0] = len(raw)
	raw = append(append(raw, 0), row.URL...)
	rec.ends[1] = len(raw)
	rec.raw = append(append(raw, 0), row.Title...)
	return rec
}

// fillRow takes the columns of a row.
func fillRow(d *corpus.Document, rec record) *loss {
	text, url, title := rec.raw[:rec.ends[0]], rec.raw[rec.ends[0]+1:rec.ends[1]], rec.raw[rec.ends[1]+1:]
	d.URL, d.Title = string(bytes.ToValidUTF8(url, nil)), string(bytes.ToValidUTF8(title, []byte("\uFFFD")))
	return fillText(d, text, "")
}

// more counts what was lost with a record, and its source when nobody knew yet
// that it is bad.
func (o *outcome) more(rec record) {
	if rec.bad {
		o.counts["bad_sources"]++
	}
	if rec.rows < 2 {
		return
	}
	o.counts["records"] += rec.rows - 1
	o.counts["lost."+rec.lost] += rec.rows - 1
	if badRecord(rec.lost) {
		o.counts["bad_records"] += rec.rows - 1
	}
}
