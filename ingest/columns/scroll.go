package columns

import (
	"bufio"
	"fmt"
	"io"
)

// scroll is a dictionary of a Parquet page that is too large to hold: of long
// texts, which are nearly all different, so that the indexes mostly go up. It is
// decoded as they do, and from its beginning when one goes back to a value that
// is not among the short ones that are held.
type scroll struct {
	in      *input
	from, n int64 // of the page in the file
	codec   int
	decoded int64
	values  int

	decode decoder
	raw    *bufio.Reader
	plain  plain
	next   int // value that comes next
	buf    []byte
	held   map[int][]byte
	room   *room
}

// scrollHeld is the longest value that a scroll holds.
const scrollHeld = 4096

func (s *scroll) restart() error {
	section, err := s.in.section(s.from, s.n)
	if err != nil {
		return err
	}
	if s.raw == nil {
		s.raw = bufio.NewReaderSize(section, 64<<10)
	} else {
		s.raw.Reset(section)
	}
	in, err := s.decode.stream(s.codec, s.raw)
	if err != nil {
		return err
	}
	s.plain = plain{in: s.decode.buffered(io.LimitReader(in, s.decoded), s.decoded), left: s.decoded, buf: &s.buf}
	s.next = 0
	return nil
}

// at is value i. What is passed over on the way to it counts as its work.
func (s *scroll) at(i, longest int) (value, error) {
	if i < 0 || i >= s.values {
		return value{}, fmt.Errorf("%w: value %d of a dictionary of %d", ErrDamaged, i, s.values)
	}
	if b, ok := s.held[i]; ok {
		return value{b: b}, nil
	}
	passed := int64(0)
	if s.plain.in == nil || i < s.next {
		if err := s.restart(); err != nil {
			return value{}, err
		}
	}
	for s.next < i {
		s.plain.longest = scrollHeld
		v, err := s.take()
		if err != nil {
			return value{}, err
		}
		passed += v.passed
	}
	s.plain.longest = longest
	v, err := s.take()
	v.passed += passed
	return v, err
}

// take reads the next value, and keeps it when it is short.
func (s *scroll) take() (value, error) {
	v, err := s.plain.next()
	if err != nil || v.long || len(v.b) > scrollHeld || s.held[s.next] != nil {
		s.next++
		return v, err
	}
	if s.room.take(len(v.b)+64) == nil {
		s.held[s.next] = append(make([]byte, 0, len(v.b)), v.b...)
	}
	s.next++
	return v, nil
}
