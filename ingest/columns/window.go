package columns

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// windowSize is how far back copies reach: lz4's offsets have 16 bits, and
// snappy's own writers cut their input into blocks of 64 KiB (Go's s2 does not).
const windowSize = 64 << 10

// window is the last decoded bytes of a stream of literals and copies, which
// lets pages of any size be decoded in little memory.
type window struct {
	in   *bufio.Reader
	buf  [2 * windowSize]byte
	have int // bytes decoded into buf
	read int // of them, given out

	literal int // bytes of a literal still to come
	copies  int // bytes of a copy still to come
	offset  int
	err     error
}

var errCopy = errors.New("a copy of what was not there")

func (w *window) restart(raw io.Reader) {
	if w.in == nil {
		w.in = bufio.NewReaderSize(raw, 64<<10)
	} else {
		w.in.Reset(raw)
	}
	w.have, w.read, w.literal, w.copies, w.err = 0, 0, 0, 0, nil
}

// slide keeps the last windowSize bytes when the buffer is full.
func (w *window) slide() {
	if w.have == len(w.buf) {
		copy(w.buf[:], w.buf[windowSize:])
		w.have, w.read = windowSize, w.read-windowSize
	}
}

// step decodes of the open literal or copy what fits.
func (w *window) step() error {
	w.slide()
	free := len(w.buf) - w.have
	if w.literal > 0 {
		n := min(free, w.literal)
		if _, err := io.ReadFull(w.in, w.buf[w.have:w.have+n]); err != nil {
			return io.ErrUnexpectedEOF
		}
		w.have, w.literal = w.have+n, w.literal-n
		return nil
	}
	if w.offset > windowSize {
		return fmt.Errorf("%w: a large page with copies from more than %d bytes back", ErrUnsupported, windowSize)
	}
	if w.offset <= 0 || w.offset > w.have {
		return errCopy
	}
	n := min(free, w.copies, w.offset) // no further than what is there
	copy(w.buf[w.have:w.have+n], w.buf[w.have-w.offset:])
	w.have, w.copies = w.have+n, w.copies-n
	return nil
}

// serve reads decoded bytes; more finds the next literal or copy.
func (w *window) serve(p []byte, more func() error) (int, error) {
	for w.read == w.have && w.err == nil {
		if w.literal == 0 && w.copies == 0 {
			w.err = more()
		}
		for w.err == nil && (w.literal > 0 || w.copies > 0) && w.have-w.read < windowSize {
			w.err = w.step()
		}
	}
	if w.read == w.have {
		return 0, w.err
	}
	n := copy(p, w.buf[w.read:w.have])
	w.read += n
	return n, nil
}

// snappyReader decodes a block of snappy (format_description.txt) as it comes.
type snappyReader struct {
	window
	left uint64
}

func (s *snappyReader) reset(raw io.Reader) error {
	s.restart(raw)
	var err error
	s.left, err = binary.ReadUvarint(s.in)
	return err
}

func (s *snappyReader) Read(p []byte) (int, error) { return s.serve(p, s.element) }

// element reads a tag. What it makes more than the block says to hold is
// damage.
func (s *snappyReader) element() error {
	if s.left == 0 {
		return io.EOF
	}
	tag, err := s.in.ReadByte()
	if err != nil {
		return io.ErrUnexpectedEOF
	}
	switch tag & 3 {
	case 0:
		s.literal, err = s.length(int(tag >> 2))
	case 1:
		s.copies = 4 + int(tag>>2&7)
		s.offset, err = s.number(1)
		s.offset |= int(tag>>5) << 8
	case 2:
		s.copies = 1 + int(tag>>2)
		s.offset, err = s.number(2)
	case 3:
		s.copies = 1 + int(tag>>2)
		s.offset, err = s.number(4)
	}
	if n := uint64(s.literal + s.copies); err == nil {
		if n > s.left {
			return fmt.Errorf("%w: snappy block is longer than it says", ErrDamaged)
		}
		s.left -= n
	}
	return err
}

func (s *snappyReader) length(n int) (int, error) {
	if n < 60 {
		return n + 1, nil
	}
	v, err := s.number(n - 59)
	return v + 1, err
}

func (s *snappyReader) number(bytes int) (int, error) {
	var b [4]byte
	if _, err := io.ReadFull(s.in, b[:bytes]); err != nil {
		return 0, io.ErrUnexpectedEOF
	}
	return int(binary.LittleEndian.Uint32(b[:])), nil
}

// lz4Block decodes a block of lz4 (lz4_Block_format.md) as it comes.
type lz4Block struct {
	window
	match int // low bits of the token whose literal is being read, -1 = none
}

func (l *lz4Block) reset(raw io.Reader) {
	l.restart(raw)
	l.match = -1
}

func (l *lz4Block) Read(p []byte) (int, error) { return l.serve(p, l.sequence) }

// sequence reads a token with its literal, or the copy behind it: the last
// sequence has none.
func (l *lz4Block) sequence() error {
	if l.match < 0 {
		token, err := l.in.ReadByte()
		if err != nil {
			return err
		}
		l.match = int(token & 15)
		l.literal, err = l.length(int(token >> 4))
		return err
	}
	var b [2]byte
	if n, err := io.ReadFull(l.in, b[:]); n == 0 {
		return io.EOF
	} else if err != nil {
		return io.ErrUnexpectedEOF
	}
	l.offset = int(binary.LittleEndian.Uint16(b[:]))
	n, err := l.length(l.match)
	l.copies, l.match = n+4, -1
	return err
}

// length adds the bytes that go on a length of 15.
func (l *lz4Block) length(n int) (int, error) {
	if n < 15 {
		return n, nil
	}
	for {
		b, err := l.in.ReadByte()
		if err != nil {
			return 0, io.ErrUnexpectedEOF
		}
		n += int(b)
		if b < 255 || n > 1<<31 {
			return n, nil
		}
	}
}
