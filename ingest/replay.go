package ingest

import (
	"errors"
	"io"
)

const (
	// replayBack is how far a replay goes back without decoding again: more than
	// what sniffing reads.
	replayBack = 4 * SniffBytes
	// replayStep is how much of the file a replay may decode again to save a mark.
	replayStep = 4 << 20
)

// replay reads a decoded stream at any offset: forward, or a little back, costs
// nothing; further back it begins again. It is not for concurrent use.
type replay struct {
	// begin opens the stream at or before an offset and says where it stands.
	begin func(at int64) (r io.Reader, pos int64, err error)
	// end, when set, is the length that the stream must have.
	end int64

	r    io.Reader
	pos  int64  // of the next byte of r
	back []byte // the bytes before pos
	err  error  // why r gives no more
}

func (p *replay) ReadAt(b []byte, off int64) (int, error) {
	if p.r == nil || off < p.pos-int64(len(p.back)) {
		if err := p.restart(off); err != nil {
			return 0, err
		}
	}
	n := 0
	for n < len(b) {
		if have := p.pos - off - int64(n); have > 0 {
			n += copy(b[n:], p.back[int64(len(p.back))-have:])
			continue
		}
		if p.err != nil {
			return n, p.err
		}
		p.more()
	}
	if p.end > 0 && off+int64(n) == p.pos && !errors.Is(p.err, io.EOF) {
		return n, p.err
	}
	return n, nil
}

func (p *replay) restart(off int64) (err error) {
	p.r, p.pos, err = p.begin(off)
	p.back, p.err = p.back[:0], nil
	return err
}

// more takes the next bytes of the stream. The last byte is given only together
// with the news that the stream is sound, so that nobody takes a member whose
// checksum is wrong for a good one.
func (p *replay) more() {
	if len(p.back) > 3*replayBack {
		p.back = append(p.back[:0], p.back[len(p.back)-replayBack:]...)
	}
	if p.back == nil {
		p.back = make([]byte, 0, 4*replayBack)
	}
	n, err := p.r.Read(p.back[len(p.back):min(cap(p.back), len(p.back)+SniffBytes)])
	p.back = p.back[:len(p.back)+n]
	p.pos += int64(n)
	p.err = err
	if p.end > 0 && p.pos >= p.end && p.err == nil {
		p.finish()
	}
}

// finish looks behind the last byte: there decoders compare checksums.
func (p *replay) finish() {
	var b [1]byte
	switch n, err := io.ReadFull(p.r, b[:]); {
	case n > 0:
		p.err = errLonger
	default:
		p.err = err
	}
}
