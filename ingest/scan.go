package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"corpus"
	"corpus/ingest/columns"
)

// unit is a range of the decoded stream of a source, cut at a record.
type unit struct {
	start, end int64
	raw, base  int64  // where decoding begins: offset in the file, and decoded
	reason     string // damage that ends the stream at end, "" = none
	bad        bool   // the checksum over these bytes is wrong

	// Of a columnar source start and end are row numbers, raw and base the first
	// group and the one behind the last, and weight the decoded bytes.
	weight int64
}

// size is the decoded bytes of a unit.
func (u unit) size() int64 {
	if u.weight > 0 {
		return u.weight
	}
	return u.end - u.start
}

// scanned is what the scan found out about a source.
type scanned struct {
	name    string
	size    int64
	sha256  string // of the file's bytes, "" when it cannot be read
	format  string // "" when it gives no documents
	comp    string
	charset string // of a wide set that is read as UTF-8
	layout  string // what the beginning says of all units: the text column of a table, the fields of CSV, of MediaWiki see wikiLayout
	decoded int64
	status  string // "" or the reason why it is bad or left out
	detail  string
	units   []unit
	holder  // in an archive; its size is then the member's, its sha256 the archive's
}

// single says whether the source is one document.
func (s *scanned) single() bool {
	return s.format != "" && !manyRecords(s.format) && !s.archives() && !s.columnar()
}

// manyRecords says whether sources of a format are read record by record.
func manyRecords(format string) bool {
	switch format {
	case formatJSONL, formatCSV, formatWARC, formatARC, formatWiki:
		return true
	}
	return false
}

// scanSchema has a row a unit; a source without units has one row whose start
// is null.
func scanSchema() corpus.Schema {
	return corpus.Schema{
		{Name: "source", Kind: corpus.Strings},
		{Name: "size", Kind: corpus.Ints},
		{Name: "sha256", Kind: corpus.Strings},
		{Name: "format", Kind: corpus.Strings},
		{Name: "compression", Kind: corpus.Strings},
		{Name: "charset", Kind: corpus.Strings},
		{Name: "layout", Kind: corpus.Strings},
		{Name: "decoded", Kind: corpus.Ints},
		{Name: "status", Kind: corpus.Strings},
		{Name: "detail", Kind: corpus.Strings},
		{Name: "archive", Kind: corpus.Strings},
		{Name: "kind", Kind: corpus.Strings},
		{Name: "outer", Kind: corpus.Strings},
		{Name: "at", Kind: corpus.Ints},
		{Name: "start", Kind: corpus.Ints},
		{Name: "end", Kind: corpus.Ints},
		{Name: "raw", Kind: corpus.Ints},
		{Name: "base", Kind: corpus.Ints},
		{Name: "damage", Kind: corpus.Strings},
		{Name: "bad", Kind: corpus.Ints},
		{Name: "weight", Kind: corpus.Ints},
	}
}

func appendScanned(t *corpus.Table, s *scanned) {
	units := s.units
	if len(units) == 0 {
		units = []unit{{start: corpus.NullInt, end: corpus.NullInt, raw: corpus.NullInt, base: corpus.NullInt}}
	}
	for _, u := range units {
		bad := int64(0)
		if u.bad {
			bad = 1
		}
		text := []string{s.name, s.sha256, s.format, s.comp, s.charset, s.layout, s.status, s.detail, s.archive, s.kind, s.outer, u.reason}
		ints := []int64{s.size, s.decoded, s.at, u.start, u.end, u.raw, u.base, bad, u.weight}
		for i, f := range t.Schema {
			c := &t.Columns[i]
			if f.Kind == corpus.Strings {
				c.Strings, text = append(c.Strings, text[0]), text[1:]
			} else {
				c.Ints, ints = append(c.Ints, ints[0]), ints[1:]
			}
		}
		t.Rows++
	}
}

// scan is the scanner's configuration.
type scan struct {
	unitBytes int64
	textField string
	known     map[version]past
	seen      *seen
}

// source looks at one input: of an archive the members come before it. What is
// wrong with the input is in the result.
func (sc *scan) source(ctx context.Context, in input) []scanned {
	s := scanned{name: in.name, size: in.size}
	if in.bad != "" {
		s.status, s.detail, s.size = in.bad, in.why, corpus.NullInt
		return []scanned{s}
	}
	if sum, ok := sc.seen.hash(&in); ok && sc.read(s.name, sum) {
		s.sha256 = sum
		return []scanned{s}
	}
	now := time.Now()
	f, err := in.open(ctx)
	if err != nil {
		return []scanned{unread(in, err)}
	}
	defer f.Close()
	all := []scanned{s}
	if err = sc.file(f, &all[0]); err == nil && all[0].archives() {
		all = sc.archive(f, all[0])
	}
	if err == nil {
		err = f.same()
	}
	if err != nil {
		return []scanned{unread(in, err)}
	}
	sum, _ := hex.DecodeString(all[len(all)-1].sha256)
	sc.seen.note(&in, sum, now)
	return all
}

// read says whether an earlier generation has all of a version.
func (sc *scan) read(name, sum string) bool {
	p, ok := sc.known[version{name, sum}]
	return ok && p.whole() && p.reading.TextField == sc.textField
}

// unread is an input that cannot be read.
func unread(in input, err error) scanned {
	l := fault(err)
	return scanned{name: in.name, size: corpus.NullInt, status: l.reason, detail: l.detail}
}

// archives says whether the source holds others.
func (s *scanned) archives() bool { return s.format == formatTar || s.format == formatZip }

// file hashes an open file and looks into it when it is not known.
func (sc *scan) file(f file, s *scanned) error {
	h := sha256.New()
	if _, err := io.CopyBuffer(h, io.NewSectionReader(f, 0, s.size+1), make([]byte, min(256<<10, s.size+1))); err != nil {
		return err
	}
	s.sha256 = hex.EncodeToString(h.Sum(nil))
	if sc.read(s.name, s.sha256) {
		return nil
	}
	return sc.content(f, s)
}

// content sniffs and cuts a source.
func (sc *scan) content(f io.ReaderAt, s *scanned) error {
	head := make([]byte, min(columns.SniffBytes, s.size))
	n, err := f.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return err
	}
	if format := columns.Sniff(head[:n]); format != "" {
		return sc.columnar(f, format, s)
	}
	s.comp = sniffCompression(head[:n])
	st := openStream(f, s.size, s.comp, 0, 0)
	defer func() { st.Close() }()
	st.step = markStep
	c := newCursor(st, 0)
	if err := sc.format(f, c, s); err != nil {
		return err
	}
	switch {
	case s.format == "" || s.archives():
		s.decoded = int64(len(c.window()))
		return nil
	case s.byParts():
		s.parts()
		return nil
	case s.single():
		return sc.whole(c, s)
	case s.charset != "":
		st.Close()
		st = openStream(f, s.size, s.comp, 0, 0)
		c = newCursor(recoded(st, s.charset), 0)
	}
	return sc.cut(f, &st, c, s)
}

// format tells the format of a source, or why it gives no documents, by the
// beginning of its stream.
func (sc *scan) format(f io.ReaderAt, c *cursor, s *scanned) error {
	if s.comp == plain {
		c.least = int(min(SniffBytes, s.size) + 1)
	}
	b := c.ensure(SniffBytes)
	if err := c.fault(); err != nil {
		return err
	}
	head := b[:min(len(b), SniffBytes)]
	s.format, s.status, s.detail = sniff(head, c.err != nil && len(b) <= SniffBytes, sc.textField)
	if s.format == formatZip && s.comp != plain {
		s.format, s.status, s.detail = "", Unsupported, "zip inside a compressed file"
	}
	if len(b) == 0 && c.broken() != "" {
		s.status, s.detail = c.broken(), oneLine(c.err.Error(), MaxDetail)
	}
	if c.broken() != "" && !manyRecords(s.format) {
		sc.sniffBehind(f, c.err, s)
	}
	switch s.format {
	case formatJSONL, formatCSV, formatWiki:
		s.charset = wide(head)
	}
	switch s.format {
	case formatCSV:
		s.layout = sc.csvLayout(head, c.err != nil && len(b) <= SniffBytes)
	case formatWiki:
		s.layout = wikiLayout(head)
	}
	return nil
}

// sniffBehind tells the format of a source whose first member is damaged by the
// member behind it.
func (sc *scan) sniffBehind(f io.ReaderAt, err error, s *scanned) {
	var d *damage
	if !errors.As(err, &d) {
		return
	}
	from, ok, _ := resume(f, s.size, s.comp, d.raw+1)
	if !ok {
		return
	}
	st := openStream(f, s.size, s.comp, from, 0)
	defer st.Close()
	c := newCursor(st, 0)
	b := c.ensure(SniffBytes)
	format, _, _ := sniff(b[:min(len(b), SniffBytes)], c.err != nil, sc.textField)
	if manyRecords(format) {
		s.format = format
	}
}

// whole measures a source that is one document.
func (sc *scan) whole(c *cursor, s *scanned) error {
	for c.off <= corpus.MaxDocument && len(c.ensure(1)) > 0 {
		c.skip(len(c.window()))
	}
	if err := c.fault(); err != nil {
		return err
	}
	s.decoded = c.off
	u := unit{end: s.decoded, reason: c.broken()}
	if u.reason != "" {
		s.status, s.detail = u.reason, oneLine(c.err.Error(), MaxDetail)
	} else if s.decoded > corpus.MaxDocument {
		s.status, s.detail = TooLarge, fmt.Sprintf("more than %d bytes", corpus.MaxDocument)
		u.reason = TooLarge
	}
	s.units = []unit{u}
	return nil
}

// cut finds the units of a source of many records, through all its damages. A
// wide set is not picked up again, since its state is lost.
func (sc *scan) cut(f io.ReaderAt, st **stream, c *cursor, s *scanned) error {
	for damages := 0; ; damages++ {
		if err := sc.segment(*st, c, s); err != nil {
			return err
		}
		var d *damage
		if !errors.As(c.err, &d) {
			return nil
		}
		s.status, s.detail = d.reason, oneLine(d.Error(), MaxDetail)
		behind := d.raw + 1
		if d.reason == Garbage {
			behind = d.raw
		}
		from, ok, err := resume(f, s.size, s.comp, behind)
		if err != nil {
			return err
		}
		if !ok || d.reason == Bomb || damages == MaxDamages || s.charset != "" {
			return nil
		}
		pos := s.decoded
		(*st).Close()
		*st = openStream(f, s.size, s.comp, from, pos)
		(*st).step = markStep
		*c = cursor{r: *st, off: pos, buf: c.buf[:0]}
	}
}

// segment cuts the stream from the cursor to its end or first damage.
func (sc *scan) segment(st *stream, c *cursor, s *scanned) error {
	first := len(s.units)
	u := unit{start: c.off, raw: st.first.raw, base: st.first.pos}
	r := newReader(s, c)
	for {
		rec, err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if rec.lost == Truncated && c.broken() == "" && errors.Is(c.err, io.EOF) {
			s.status, s.detail = Truncated, oneLine(rec.detail, MaxDetail)
		}
		if rec.end-u.start >= sc.unitBytes {
			u = s.add(u, rec.end, st)
		}
	}
	u.reason = c.broken()
	s.decoded = c.off + int64(len(c.window()))
	if s.decoded > u.start || u.reason != "" {
		s.add(u, s.decoded, st)
	}
	s.markBad(first, c.err)
	return nil
}

// add ends a unit and gives the beginning of the next: decoding starts at the
// last member that begins at or before it.
func (s *scanned) add(u unit, end int64, st *stream) unit {
	u.end = end
	s.units = append(s.units, u)
	i := 0
	for i+1 < len(st.marks) && st.marks[i+1].pos <= end {
		i++
	}
	st.marks = append(st.marks[:0], st.marks[i:]...)
	next := unit{start: end, raw: st.first.raw, base: st.first.pos}
	if s.comp == plain && s.charset == "" {
		next.raw, next.base = end, end
		return next
	}
	if len(st.marks) > 0 && st.marks[0].pos <= end {
		next.raw, next.base = st.marks[0].raw, st.marks[0].pos
	}
	return next
}

// markBad flags the units of a member whose checksum is wrong; the unit that
// it begins in is cut there.
func (s *scanned) markBad(first int, err error) {
	var d *damage
	if !errors.As(err, &d) || d.reason != Checksum {
		return
	}
	for i := first; i < len(s.units); i++ {
		u := s.units[i]
		switch {
		case u.start >= d.pos || s.charset != "":
			s.units[i].bad = true
		case u.end > d.pos:
			good, bad := u, u
			good.end, good.reason = d.pos, ""
			bad.start, bad.raw, bad.base, bad.bad = d.pos, d.raw, d.pos, true
			s.units = append(s.units[:i], append([]unit{good, bad}, s.units[i+1:]...)...)
			i++
		}
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
