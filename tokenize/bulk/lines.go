package bulk

import (
	"bytes"
	"errors"
	"io"
)

// lines cuts a stream into blocks of whole lines.
type lines struct {
	r    io.Reader
	max  int    // bytes of a line
	rest []byte // read, and not yet given
	end  bool
}

// next puts whole lines into buf, which may grow: at least one, but at the end.
// skipped says that a line longer than max came first and was left out. It
// gives io.EOF when there is nothing left.
func (l *lines) next(buf []byte) (block []byte, skipped bool, err error) {
	block = append(buf[:0], l.rest...)
	l.rest = l.rest[:0]
	for searched := 0; ; {
		if cut := bytes.LastIndexByte(block[searched:], '\n') + 1; cut > 0 && (l.end || len(block) >= blockBytes) {
			cut += searched
			l.rest = append(l.rest, block[cut:]...)
			return block[:cut], skipped, nil
		}
		if l.end && len(block) == 0 && !skipped {
			return nil, false, io.EOF
		}
		if l.end {
			return block, skipped, nil
		}
		if searched = len(block); searched > l.max {
			if err := l.skip(); err != nil {
				return nil, false, err
			}
			block, searched, skipped = append(block[:0], l.rest...), 0, true
			l.rest = l.rest[:0]
		}
		if block, err = l.fill(block); err != nil {
			return nil, false, err
		}
	}
}

// fill reads more behind a block.
func (l *lines) fill(block []byte) ([]byte, error) {
	n := len(block)
	if room := max(2*n, blockBytes+blockBytes/8); cap(block) < room {
		block = append(make([]byte, 0, room), block...)
	}
	got, err := io.ReadFull(l.r, block[n:cap(block)])
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		l.end, err = true, nil
	}
	return block[:n+got], err
}

// skip reads to the end of a line and keeps what follows it in rest.
func (l *lines) skip() error {
	buf := make([]byte, blockBytes)
	for !l.end {
		n, err := l.r.Read(buf)
		if at := bytes.IndexByte(buf[:n], '\n'); at >= 0 {
			l.rest = append(l.rest, buf[at+1:n]...)
			return nil
		}
		if errors.Is(err, io.EOF) {
			l.end = true
		} else if err != nil {
			return err
		}
	}
	return nil
}
