package columns

import (
	"bufio"
	"fmt"
	"io"
)

// plain is values one after the other, each with its length before it.
type plain struct {
	in      *bufio.Reader
	left    int64 // bytes of the page, at most
	longest int
	buf     *[]byte
}

func (p *plain) next() (value, error) {
	var head [4]byte
	if _, err := io.ReadFull(p.in, head[:]); err != nil {
		return value{}, fmt.Errorf("%w: a page ends before its values: %w", ErrDamaged, err)
	}
	n := le32(head[:])
	if p.left -= 4 + n; n < 0 || p.left < 0 {
		return value{}, fmt.Errorf("%w: a value of %d bytes", ErrDamaged, n)
	}
	return take(p.in, n, p.longest, p.buf)
}

// take reads a value of n bytes into buf; one that is too long is passed over.
func take(in *bufio.Reader, n int64, longest int, buf *[]byte) (value, error) {
	if n > int64(longest) {
		if _, err := io.CopyN(io.Discard, in, n); err != nil {
			return value{}, fmt.Errorf("%w: a value of %d bytes is cut short: %w", ErrDamaged, n, err)
		}
		return value{long: true, passed: n}, nil
	}
	if n <= int64(in.Buffered()) { // as most are: no copy
		b, _ := in.Peek(int(n))
		_, err := in.Discard(int(n))
		return value{b: b}, err
	}
	if err := fill(in, int(n), buf); err != nil {
		return value{}, err
	}
	return value{b: *buf}, nil
}

// fillStep is how much a value is given before its bytes have come: a length
// is only a claim.
const fillStep = 1 << 20

func fill(in io.Reader, n int, buf *[]byte) error {
	b := (*buf)[:0]
	for len(b) < n {
		have := len(b)
		want := min(n, max(cap(b), 2*have, fillStep))
		if want > cap(b) {
			b = append(make([]byte, 0, want), b...)
		}
		b = b[:want]
		if _, err := io.ReadFull(in, b[have:]); err != nil {
			return fmt.Errorf("%w: a value of %d bytes is cut short: %w", ErrDamaged, n, err)
		}
	}
	*buf = b
	return nil
}
