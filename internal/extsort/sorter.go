package extsort

import (
	"errors"
	"fmt"
	"iter"
	"os"

	"corpus"
)

// Sorter sorts records of one width by their bytes. It satisfies corpus.Sorter
// and is for one goroutine. What Each yields does not depend on the memory.
type Sorter struct {
	Workers int // goroutines that sort; 0 = 1

	dir    string // created at the first spill
	parent string
	width  int
	limit  int // most bytes of buf
	block  int // payload bytes under one checksum in spilled runs
	buf    []byte
	level  *spill // where runs are written, nil before the first spill
	levels int
	runs   []run
	sealed bool // sorted; no more Add
	err    error
}

var _ corpus.Sorter = (*Sorter)(nil)

// New starts a sort of records of width bytes that uses at most memory bytes
// (MinMemory if less) and spills to files in a fresh directory inside dir.
// Nothing is written while the records fit in memory.
func New(dir string, width int, memory int64) (*Sorter, error) {
	if width < 1 || width > MaxWidth {
		return nil, corpus.Errorf(corpus.Usage, "sort: record width %d is not in 1..%d bytes", width, MaxWidth)
	}
	memory = max(memory, MinMemory)
	// Growing the buffer to its limit copies it from one of half the size:
	// the two together are the memory given.
	limit := int(memory / 3 * 2)
	limit -= limit % width
	block := min(limit/minFanIn, maxBlock)
	block = max(block-block%width, width)
	return &Sorter{parent: dir, width: width, limit: limit, block: block}, nil
}

// Add copies the record. It may spill, so it may fail with class Disk.
func (s *Sorter) Add(record []byte) error {
	switch {
	case s.err != nil:
		return s.err
	case s.sealed:
		return errors.New("sort: Add after Each")
	case len(record) != s.width:
		return fmt.Errorf("sort: record of %d bytes, want %d", len(record), s.width)
	}
	if len(s.buf)+s.width > cap(s.buf) {
		if s.err = s.room(); s.err != nil {
			return s.err
		}
	}
	s.buf = append(s.buf, record...)
	return nil
}

// room makes the buffer twice as large up to its limit, then spills it.
func (s *Sorter) room() error {
	if len(s.buf)+s.width > s.limit {
		return s.spill()
	}
	size := min(max(2*cap(s.buf), firstBuffer), s.limit)
	larger := make([]byte, len(s.buf), size)
	copy(larger, s.buf)
	s.buf = larger[:len(s.buf):size]
	return nil
}

// spill writes the sorted buffer as a run and empties it.
func (s *Sorter) spill() error {
	if s.level == nil {
		if err := s.nextLevel(); err != nil {
			return err
		}
	}
	sortRecords(s.buf, s.width, s.Workers)
	w := s.level.newRun(len(s.runs))
	for b := s.buf; len(b) > 0; {
		n := min(s.block, len(b))
		if err := w.write(b[:n]); err != nil {
			return err
		}
		b = b[n:]
	}
	s.runs = append(s.runs, w.run)
	s.buf = s.buf[:0]
	return nil
}

// nextLevel opens the file that the runs of the next level go to.
func (s *Sorter) nextLevel() error {
	if s.dir == "" {
		dir, err := os.MkdirTemp(s.parent, "sort-")
		if err != nil {
			return diskError(s.parent, "cannot make a scratch directory", err)
		}
		s.dir = dir
	}
	level, err := createSpill(s.dir, s.levels)
	if err != nil {
		return err
	}
	s.level = level
	s.levels++
	return nil
}

// Each yields all records in ascending byte order, each valid until the next.
// The first call ends the adding; later calls yield the same again. An error
// (class Disk or Corrupt) is yielded with a nil record and ends the sequence.
func (s *Sorter) Each() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		if err := s.seal(); err != nil {
			yield(nil, err)
			return
		}
		if len(s.runs) == 0 {
			for b := s.buf; len(b) > 0; b = b[s.width:] {
				if !yield(b[:s.width:s.width], nil) {
					return
				}
			}
			return
		}
		s.merge(s.level, s.runs, yield)
	}
}

// seal sorts what is in memory, or brings the spilled runs down to as many as
// one merge can read.
func (s *Sorter) seal() error {
	if s.sealed || s.err != nil {
		return s.err
	}
	s.sealed = true
	if len(s.runs) == 0 {
		sortRecords(s.buf, s.width, s.Workers)
		return nil
	}
	if len(s.buf) > 0 {
		s.err = s.spill()
	}
	for s.err == nil && len(s.runs) > s.fanIn() {
		s.err = s.mergeLevel()
	}
	return s.err
}

// Close removes the scratch files; the Sorter is of no use afterwards.
func (s *Sorter) Close() error {
	s.buf, s.runs, s.sealed = nil, nil, true
	if s.err == nil {
		s.err = errors.New("sort: used after Close")
	}
	if s.level != nil {
		s.level.file.Close()
		s.level = nil
	}
	if s.dir == "" {
		return nil
	}
	if err := os.RemoveAll(s.dir); err != nil {
		return diskError(s.dir, "cannot remove scratch files", err)
	}
	s.dir = ""
	return nil
}
