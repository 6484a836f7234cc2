package ingest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/zeebo/xxh3"

	"corpus"
)

// byParts says whether a source is one document that is read where it lies, and
// may therefore be larger than a text: pictures are most of such files.
func (s *scanned) byParts() bool {
	switch s.format {
	case formatEPUB, formatDOCX, formatPDF:
		return s.comp == plain && s.archive == ""
	}
	return false
}

// parts measures a source that is read by parts.
func (s *scanned) parts() {
	s.decoded = s.size
	u := unit{end: s.size}
	if s.size > MaxFile {
		s.status, s.detail = TooLarge, fmt.Sprintf("more than %d bytes", MaxFile)
		u.reason = TooLarge
	}
	s.units = []unit{u}
}

// byParts makes the document of a source that is read by parts.
func (o *outcome) byParts(ctx context.Context, r *run, s *source) error {
	f, err := s.input.open(ctx)
	if err != nil {
		return err
	}
	defer f.Close()
	w := &watched{file: f}
	o.counts["records"]++
	o.record(r, s, record{end: s.size, file: w})
	if err := cmp.Or(f.same(), w.err); err != nil {
		*o = outcome{job: o.job, counts: corpus.Counts{}}
		return err
	}
	return nil
}

// watched remembers the first error of a file: who reads it takes what it cannot
// read for damage.
type watched struct {
	file
	err error
}

func (w *watched) ReadAt(p []byte, off int64) (int, error) {
	n, err := w.file.ReadAt(p, off)
	if err != nil && !errors.Is(err, io.EOF) && w.err == nil {
		w.err = err
	}
	return n, err
}

// bytes are those of a record, wherever they are.
func (rec record) bytes() (io.ReaderAt, int64) {
	if rec.file != nil {
		return rec.file, rec.end
	}
	return bytes.NewReader(rec.raw), int64(len(rec.raw))
}

// id names the document of a record.
func (rec record) id(s *source) corpus.ID {
	if rec.file == nil {
		return corpus.NewID(s.name, rec.off, rec.raw)
	}
	sum, _ := hex.DecodeString(s.sha256)
	return corpus.IDOf(s.name, rec.off, [32]byte(sum))
}

// hash is what decides whether a record is in a sample.
func (rec record) hash(seed uint64) uint64 {
	if rec.file == nil {
		return xxh3.HashSeed(rec.raw, seed)
	}
	h := xxh3.NewSeed(seed)
	_, _ = io.Copy(h, io.NewSectionReader(rec.file, 0, rec.end)) // watched tells
	return h.Sum64()
}
