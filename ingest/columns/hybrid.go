package columns

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// byteReader is what a stream of numbers is read from.
type byteReader interface {
	io.Reader
	io.ByteReader
}

// hybrid reads numbers of a fixed width in runs: of one number, or packed
// (Encodings.md, "RLE/Bit-Packing Hybrid").
type hybrid struct {
	in    byteReader
	width int

	same   uint64 // numbers left in a run of one number
	number int
	packed uint64 // groups of eight left in a packed run
	eight  [8]int
	at     int // next of eight, 8 = none
	buf    []byte
	bytes  [32]byte
}

func (h *hybrid) reset(in byteReader, width int) {
	h.in, h.width, h.same, h.packed, h.at = in, width, 0, 0, 8
}

func (h *hybrid) next() (int, error) {
	for {
		switch {
		case h.at < 8:
			h.at++
			return h.eight[h.at-1], nil
		case h.same > 0:
			h.same--
			return h.number, nil
		case h.packed > 0:
			if err := h.unpack(); err != nil {
				return 0, err
			}
		default:
			if err := h.run(); err != nil {
				return 0, err
			}
		}
	}
}

// run reads the head of the next run. A width of 0 has only zeros, and some
// writers leave their runs out.
func (h *hybrid) run() error {
	head, err := binary.ReadUvarint(h.in)
	if errors.Is(err, io.EOF) && h.width == 0 {
		h.same, h.number = 1, 0
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w: a run of numbers ends: %w", ErrDamaged, err)
	}
	if head&1 == 1 {
		h.packed = head >> 1
		return nil
	}
	clear(h.bytes[:8])
	if _, err := io.ReadFull(h.in, h.bytes[:(h.width+7)/8]); err != nil {
		return fmt.Errorf("%w: a run of numbers ends: %w", ErrDamaged, err)
	}
	h.same, h.number = head>>1, int(binary.LittleEndian.Uint32(h.bytes[:4]))
	if head>>1 == 0 {
		return fmt.Errorf("%w: a run of no numbers", ErrDamaged)
	}
	return nil
}

// unpack reads eight packed numbers; the last bytes of a page may be missing
// when no value needs them.
func (h *hybrid) unpack() error {
	b := h.bytes[:h.width]
	n, err := io.ReadFull(h.in, b)
	if err != nil && (n == 0 && h.width > 0 || err != io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: packed numbers end: %w", ErrDamaged, err)
	}
	clear(b[n:])
	for i := range h.eight {
		h.eight[i] = int(bitsAt(b, i*h.width, h.width))
	}
	h.packed--
	h.at = 0
	return nil
}

// bitsAt is the number of width bits that begins at a bit of b.
func bitsAt(b []byte, from, width int) uint64 {
	v := uint64(0)
	for got := 0; got < width; {
		bit := from + got
		take := min(8-bit%8, width-got)
		part := uint64(b[bit/8]) >> (bit % 8) & (1<<take - 1)
		v |= part << got
		got += take
	}
	return v
}
