package extsort

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/zeebo/xxh3"

	"corpus"
)

// sumBytes is the size of the checksum after each block.
const sumBytes = 8

// spill is one scratch file that holds runs one after the other. A run is blocks
// of equal payload (the last may be shorter), each followed by the XXH3-64 of
// its payload, seeded by run and block so that a misplaced block is noticed.
type spill struct {
	file *os.File
	size int64
}

// run is where a sorted run lies in its spill.
type run struct {
	number int
	start  int64 // file offset
	bytes  int64 // payload
}

func createSpill(dir string, level int) (*spill, error) {
	path := filepath.Join(dir, fmt.Sprintf("level-%d", level))
	f, err := os.Create(path)
	if err != nil {
		return nil, diskError(path, "cannot create scratch file", err)
	}
	return &spill{file: f}, nil
}

// remove closes the file and gives its space back.
func (s *spill) remove() error {
	s.file.Close()
	if err := os.Remove(s.file.Name()); err != nil {
		return diskError(s.file.Name(), "cannot remove scratch file", err)
	}
	return nil
}

// runWriter appends the blocks of one run to a spill.
type runWriter struct {
	*spill
	run   run
	block uint32
}

func (s *spill) newRun(number int) *runWriter {
	return &runWriter{spill: s, run: run{number: number, start: s.size}}
}

// write appends one block.
func (w *runWriter) write(payload []byte) error {
	sum := binary.LittleEndian.AppendUint64(nil, blockSum(payload, w.run.number, w.block))
	for _, b := range [][]byte{payload, sum} {
		n, err := w.file.WriteAt(b, w.size)
		w.size += int64(n)
		if err != nil {
			return diskError(w.file.Name(), "cannot write scratch file", err)
		}
	}
	w.block++
	w.run.bytes += int64(len(payload))
	return nil
}

// cursor reads a run block by block.
type cursor struct {
	spill  *spill
	run    run
	width  int
	buf    []byte // one block and its checksum
	block  uint32
	at     int64  // file offset of the next block
	left   int64  // payload not yet read
	rest   []byte // records of the block after the current
	record []byte // current record, nil at the end
	key    uint64 // first eight bytes of record, big-endian, zero-padded
}

// next steps to the next record.
func (c *cursor) next() error {
	if len(c.rest) == 0 {
		if c.left == 0 {
			c.record = nil
			return nil
		}
		if err := c.fill(); err != nil {
			return err
		}
	}
	c.record, c.rest = c.rest[:c.width:c.width], c.rest[c.width:]
	c.key = prefix(c.record)
	return nil
}

// fill reads and verifies the next block.
func (c *cursor) fill() error {
	n := int(min(int64(len(c.buf)-sumBytes), c.left))
	b := c.buf[:n+sumBytes]
	if _, err := c.spill.file.ReadAt(b, c.at); err != nil {
		if errors.Is(err, io.EOF) {
			return c.corrupt("scratch file is cut short", io.ErrUnexpectedEOF)
		}
		return diskError(c.spill.file.Name(), "cannot read scratch file", err)
	}
	if binary.LittleEndian.Uint64(b[n:]) != blockSum(b[:n], c.run.number, c.block) {
		return c.corrupt("scratch file does not match its checksum", nil)
	}
	c.rest = b[:n]
	c.left -= int64(n)
	c.at += int64(len(b))
	c.block++
	return nil
}

func (c *cursor) corrupt(what string, err error) error {
	return &corpus.Error{
		Class: corpus.Corrupt, What: what, Path: c.spill.file.Name(), Offset: c.at, Err: err,
		Next: "check the disk and run the command again",
	}
}

func blockSum(payload []byte, run int, block uint32) uint64 {
	return xxh3.HashSeed(payload, uint64(run)<<32|uint64(block))
}

// prefix is the first eight bytes as a number that sorts as they do.
func prefix(b []byte) uint64 {
	if len(b) >= 8 {
		return binary.BigEndian.Uint64(b)
	}
	var p [8]byte
	copy(p[:], b)
	return binary.BigEndian.Uint64(p[:])
}

func diskError(path, what string, err error) error {
	return &corpus.Error{
		Class: corpus.Disk, What: what, Path: path, Offset: -1, Err: err,
		Next: "free disk space and run the command again",
	}
}
