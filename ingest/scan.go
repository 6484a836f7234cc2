package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"corpus"
	"corpus/ingest/columns"
)

// scanned is what the scan found out about a source.
type scanned struct {
	name      string
	size      int64
	sha256    string // of the file's bytes, "" when it cannot be read
	format    string // "" when it gives no documents
	comp      string
	charset   string // of a wide set that is read as UTF-8
	layout    string // what the beginning says of all units: the text column of a table, the fields of CSV, of MediaWiki see wikiLayout
	decoded   int64
	elsewhere bool   // on a server; known to the scan only
	status    string // "" or the reason why it is bad or left out
	detail    string
	units     []unit
	holder    // in an archive; its size is then the member's, its sha256 the archive's
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
	// slots are held by who decodes, so that however the workers are shared
	// between files and chunks of them, no more are at it.
	slots      chan struct{}
	chunkBytes int64 // 0 = ChunkBytes or PackedChunkBytes; a multiple of markStep, or less
}

// source looks at one input: of an archive the members come before it. What is
// wrong with the input is in the result.
func (sc *scan) source(ctx context.Context, in input) []scanned {
	s := scanned{name: in.name, size: in.size, elsewhere: in.places != nil}
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
	if err = sc.file(ctx, f, &all[0]); err == nil && all[0].archives() {
		all = sc.archive(ctx, f, all[0])
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
func (sc *scan) file(ctx context.Context, f file, s *scanned) error {
	if sc.large(s) {
		return sc.largeFile(ctx, f, s)
	}
	if err := s.hash(f); err != nil || sc.read(s.name, s.sha256) {
		return err
	}
	return sc.content(ctx, f, s)
}

// largeFile hashes a file while others look into it; the first that fails, or
// finds that the file is known, stops the others.
func (sc *scan) largeFile(ctx context.Context, f file, s *scanned) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	bytes, sum := stoppable{f, ctx}, scanned{name: s.name, size: s.size}
	var hashing sync.WaitGroup
	hashing.Go(func() {
		if err := sum.hash(bytes); err != nil {
			stop(err)
		} else if sc.read(sum.name, sum.sha256) {
			stop(errKnown)
		}
	})
	if err := sc.content(ctx, bytes, s); err != nil {
		stop(err)
	}
	hashing.Wait()
	err := context.Cause(ctx)
	if errors.Is(err, errKnown) {
		*s, err = sum, nil
	}
	s.sha256 = sum.sha256
	return err
}

var errKnown = errors.New("an earlier generation has it")

func (s *scanned) hash(f io.ReaderAt) error {
	h := sha256.New()
	if _, err := io.CopyBuffer(h, io.NewSectionReader(f, 0, s.size+1), make([]byte, min(256<<10, s.size+1))); err != nil {
		return err
	}
	s.sha256 = hex.EncodeToString(h.Sum(nil))
	return nil
}

// content sniffs and cuts a source.
func (sc *scan) content(ctx context.Context, f io.ReaderAt, s *scanned) error {
	head := make([]byte, min(columns.SniffBytes, s.size))
	n, err := f.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return err
	}
	if format := columns.Sniff(head[:n]); format != "" {
		return sc.columnar(f, format, s)
	}
	s.comp = sniffCompression(head[:n])
	w := newWalk(f, s)
	w.step = min(markStep, sc.chunk(s))
	defer func() { w.close() }()
	if err := w.open(mark{}, mark{}, 0); err != nil {
		return err
	}
	if err := sc.format(f, w.c, s); err != nil {
		return err
	}
	switch {
	case s.format == "" || s.archives():
		s.decoded = int64(len(w.c.window()))
		return nil
	case s.byParts():
		s.parts()
		return nil
	case s.single():
		return sc.whole(w.c, s)
	case s.charset != "":
		if err := w.open(mark{}, mark{}, 0); err != nil {
			return err
		}
	}
	return sc.cut(ctx, w, s)
}

// cut finds the units of a source of many records.
func (sc *scan) cut(ctx context.Context, w *walk, s *scanned) error {
	j := joiner{cutter: cutter{s: s, unitBytes: sc.unitBytes}, file: w.file, step: sc.chunk(s), slots: sc.slots}
	if err := j.begin(mark{}); err != nil {
		return err
	}
	if !sc.large(s) || s.charset != "" || s.format != formatJSONL && s.format != formatWARC {
		_, err := w.run(&j)
		return err
	}
	w.close()
	<-sc.slots // what this one holds is for the chunks
	defer func() { sc.slots <- struct{}{} }()
	return j.run(ctx, cap(sc.slots))
}

// chunk is how much of a file is scanned at once.
func (sc *scan) chunk(s *scanned) int64 {
	switch {
	case sc.chunkBytes > 0:
		return sc.chunkBytes
	case s.comp == plain:
		return ChunkBytes
	}
	return PackedChunkBytes
}

// large says whether several workers scan a source. Of an archive the members
// are read one after the other, and what is elsewhere comes as one stream.
func (sc *scan) large(s *scanned) bool {
	return s.archive == "" && !s.elsewhere && cap(sc.slots) > 1 && s.size > 2*sc.chunk(s)
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
	from, ok, _ := resume(f, s.size, s.comp, d.raw+1, s.size)
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
