package columns

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// deltaLengths reads numbers in DELTA_BINARY_PACKED (Encodings.md), which here
// are lengths of values.
func deltaLengths(in *bufio.Reader, most int64) ([]int32, error) {
	block, err1 := binary.ReadUvarint(in)
	minis, err2 := binary.ReadUvarint(in)
	count, err3 := binary.ReadUvarint(in)
	first, err4 := binary.ReadUvarint(in)
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			return nil, err
		}
	}
	if block == 0 || block > 1<<16 || minis == 0 || block%minis != 0 || block/minis%8 != 0 || int64(count) < 0 || int64(count) > most {
		return nil, fmt.Errorf("%w: %d packed numbers in blocks of %d", ErrDamaged, count, block)
	}
	if count > MaxPageLengths {
		return nil, fmt.Errorf("%w: %d values in a page", ErrTooLarge, count)
	}
	d := delta{in: in, block: int(block), minis: int(minis), count: int(count), last: unzigzag(first)}
	return d.all()
}

type delta struct {
	in                  *bufio.Reader
	block, minis, count int
	last                int64
	out                 []int32
}

func (d *delta) all() ([]int32, error) {
	if d.count == 0 {
		return nil, nil
	}
	if err := d.put(); err != nil {
		return nil, err
	}
	for len(d.out) < d.count {
		if err := d.readBlock(); err != nil {
			return nil, err
		}
	}
	return d.out, nil
}

func (d *delta) put() error {
	if d.last < 0 || d.last > math.MaxInt32 {
		return fmt.Errorf("%w: a value of %d bytes", ErrDamaged, d.last)
	}
	d.out = append(d.out, int32(d.last))
	return nil
}

func (d *delta) readBlock() error {
	least, err := binary.ReadUvarint(d.in)
	if err != nil {
		return err
	}
	widths := make([]byte, d.minis)
	if _, err := io.ReadFull(d.in, widths); err != nil {
		return err
	}
	each := d.block / d.minis
	for _, width := range widths {
		if len(d.out) >= d.count {
			return nil
		}
		if width > 64 {
			return fmt.Errorf("%w: numbers of %d bits", ErrDamaged, width)
		}
		packed := make([]byte, each*int(width)/8)
		if _, err := io.ReadFull(d.in, packed); err != nil {
			return err
		}
		for i := 0; i < each && len(d.out) < d.count; i++ {
			d.last += unzigzag(least) + int64(bitsAt(packed, i*int(width), int(width)))
			if err := d.put(); err != nil {
				return err
			}
		}
	}
	return nil
}

// deltaLength is values whose lengths all stand before them.
type deltaLength struct {
	in      *bufio.Reader
	lengths []int32
	longest int
	buf     *[]byte
}

func newDeltaLength(in *bufio.Reader, most int64, longest int, buf *[]byte) (*deltaLength, error) {
	lengths, err := deltaLengths(in, most)
	return &deltaLength{in, lengths, longest, buf}, err
}

func (d *deltaLength) next() (value, error) {
	if len(d.lengths) == 0 {
		return value{}, fmt.Errorf("%w: a page ends before its values", ErrDamaged)
	}
	n := d.lengths[0]
	d.lengths = d.lengths[1:]
	return take(d.in, int64(n), d.longest, d.buf)
}

// deltaPrefix is values that begin as the one before them.
type deltaPrefix struct {
	prefixes []int32
	suffix   *deltaLength
	last     []byte
	longest  int
}

func newDeltaPrefix(in *bufio.Reader, most int64, longest int, buf *[]byte) (*deltaPrefix, error) {
	prefixes, err := deltaLengths(in, most)
	if err != nil {
		return nil, err
	}
	suffix, err := newDeltaLength(in, most, MaxText, buf)
	return &deltaPrefix{prefixes: prefixes, suffix: suffix, longest: longest}, err
}

func (d *deltaPrefix) next() (value, error) {
	v, err := d.suffix.next()
	if err != nil {
		return value{}, err
	}
	if len(d.prefixes) == 0 || int(d.prefixes[0]) > len(d.last) {
		return value{}, fmt.Errorf("%w: a value without what it begins with", ErrDamaged)
	}
	n := int(d.prefixes[0])
	d.prefixes = d.prefixes[1:]
	if v.long || n+len(v.b) > MaxText {
		return value{}, fmt.Errorf("%w: a value of more than %d bytes in a page of common beginnings", ErrTooLarge, MaxText)
	}
	d.last = append(d.last[:n], v.b...)
	if len(d.last) > d.longest {
		return value{long: true}, nil
	}
	return value{b: d.last}, nil
}
