package ingest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Compressions of a whole source.
const (
	plain    = ""
	gzipped  = "gzip"
	zstdized = "zstd"
)

// damage ends a stream where its bytes cannot be decoded.
type damage struct {
	reason string // Truncated, Corrupt, Checksum, Garbage, Bomb or Window
	raw    int64  // where the damaged member begins in the file
	pos    int64  // the same place in the decoded stream
	err    error
}

func (d *damage) Error() string {
	return fmt.Sprintf("member at byte %d: %s: %v", d.raw, d.reason, d.err)
}

func (d *damage) Unwrap() error { return d.err }

// mark is the start of a gzip member or zstd frame.
type mark struct{ pos, raw int64 }

// stream is the decoded bytes of a source from the start of a member to the
// end or to the first damage.
type stream struct {
	file  io.ReaderAt
	size  int64
	comp  string
	pos   int64  // decoded offset of the next byte
	first mark   // where the stream began
	last  mark   // where its last member began
	marks []mark // where decoding can begin, at least markStep apart; for the scan
	keep  bool   // whether there are any

	sec  *io.SectionReader
	br   *bufio.Reader
	body io.Reader // the open member, nil between members
	gz   gzip.Reader
	zd   *zstd.Decoder
	end  int64 // of the open zstd frame in the file
	err  error
}

// openStream begins at a member that starts at raw in the file and at pos in
// the decoded stream.
func openStream(file io.ReaderAt, size int64, comp string, raw, pos int64) *stream {
	s := &stream{file: file, size: size, comp: comp, pos: pos, first: mark{pos, raw}, last: mark{pos, raw}}
	s.sec = io.NewSectionReader(file, raw, size-raw)
	s.br = bufio.NewReaderSize(s.sec, int(min(64<<10, max(16, size-raw))))
	return s
}

// Close frees the decoder.
func (s *stream) Close() {
	if s.zd != nil {
		s.zd.Close()
	}
}

// offset is the place in the file of the next raw byte.
func (s *stream) offset() int64 {
	in, _ := s.sec.Seek(0, io.SeekCurrent)
	return s.first.raw + in - int64(s.br.Buffered())
}

// Read gives decoded bytes, io.EOF at a clean end, *damage, or an error of the
// file itself.
func (s *stream) Read(p []byte) (int, error) {
	for s.err == nil {
		if s.body == nil {
			if s.err = s.open(); s.err != nil {
				break
			}
		}
		n, err := s.body.Read(p)
		s.pos += int64(n)
		s.err = s.check(err)
		if n > 0 {
			return n, nil
		}
	}
	return 0, s.err
}

// open begins the next member.
func (s *stream) open() error {
	switch s.comp {
	case gzipped:
		return s.openGzip()
	case zstdized:
		return s.openFrame()
	}
	if s.offset() >= s.size {
		return io.EOF
	}
	s.mark(s.offset())
	s.body = s.br
	return nil
}

// markStep is how much may be decoded again to save a mark.
const markStep = 64 << 10

// mark notes the start of a member.
func (s *stream) mark(raw int64) {
	s.last = mark{s.pos, raw}
	if n := len(s.marks); s.keep && (n == 0 || s.pos-s.marks[n-1].pos >= markStep) {
		s.marks = append(s.marks, s.last)
	}
}

func (s *stream) openGzip() error {
	if s.skipZeros() {
		return io.EOF
	}
	s.mark(s.offset())
	if b, _ := s.br.Peek(len(gzipMagic)); !bytes.HasPrefix(gzipMagic, b) {
		return s.damage(Garbage, gzip.ErrHeader) // also when too short for a header
	}
	if err := s.gz.Reset(s.br); err != nil {
		return s.damaged(err)
	}
	s.gz.Multistream(false)
	s.body = &s.gz
	return nil
}

// skipZeros skips the zero bytes that tapes and some writers leave behind the
// last member, and says whether nothing else follows.
func (s *stream) skipZeros() bool {
	if b, _ := s.br.Peek(1); len(b) == 1 && b[0] != 0 {
		return false
	}
	for {
		b, err := s.br.ReadByte()
		if err != nil {
			return err == io.EOF
		}
		if b != 0 {
			_ = s.br.UnreadByte()
			return false
		}
	}
}

func (s *stream) openFrame() error {
	for {
		raw := s.offset()
		if raw >= s.size {
			return io.EOF
		}
		end, skip, err := frameEnd(s.file, raw, s.size)
		if skip && err == nil {
			if _, err := s.br.Discard(int(end - raw)); err != nil {
				return s.damaged(err)
			}
			continue
		}
		s.mark(raw)
		if errors.Is(err, errNoFrame) || errors.Is(err, errWindow) {
			return s.damaged(err)
		}
		return s.decodeFrame(raw, end)
	}
}

func (s *stream) decodeFrame(raw, end int64) error {
	frame := io.NewSectionReader(s.file, raw, end-raw)
	var err error
	if s.zd == nil {
		s.zd, err = zstd.NewReader(frame, zstd.WithDecoderConcurrency(1),
			zstd.WithDecoderMaxWindow(MaxWindow), zstd.WithDecoderLowmem(true))
	} else {
		err = s.zd.Reset(frame)
	}
	if err != nil {
		return s.damaged(err)
	}
	s.end, s.body = end, s.zd
	return nil
}

// check turns the end of a member into the beginning of the next, and a
// decoder's error into damage.
func (s *stream) check(err error) error {
	if errors.Is(err, io.EOF) {
		if s.comp == plain {
			return io.EOF
		}
		if s.comp == zstdized {
			if _, err := s.br.Discard(int(s.end - s.offset())); err != nil {
				return s.damaged(err)
			}
		}
		s.body = nil
		return nil
	}
	if err != nil {
		return s.damaged(err)
	}
	in := s.offset() - s.first.raw
	if s.comp == zstdized {
		in = s.end - s.first.raw
	}
	if out := s.pos - s.first.pos; s.comp != plain && out > RatioFloor && out/MaxRatio > in {
		return s.damage(Bomb, fmt.Errorf("%d bytes from %d", out, in))
	}
	return nil
}

// damaged names the damage that a decoder's error means; an error of the file
// itself stays what it is.
func (s *stream) damaged(err error) error {
	var file *fs.PathError
	switch {
	case errors.As(err, &file) || s.comp == plain:
		return err
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return s.damage(Truncated, io.ErrUnexpectedEOF)
	case errors.Is(err, gzip.ErrChecksum) || errors.Is(err, zstd.ErrCRCMismatch):
		return s.damage(Checksum, err)
	case errors.Is(err, errWindow):
		return s.damage(Window, err)
	case errors.Is(err, gzip.ErrHeader) || errors.Is(err, errNoFrame):
		return s.damage(Garbage, err)
	}
	return s.damage(Corrupt, err)
}

func (s *stream) damage(reason string, err error) error {
	return &damage{reason: reason, raw: s.last.raw, pos: s.last.pos, err: err}
}

// resume is the place of the next member that begins at or after from, or
// false: where reading goes on after damage.
func resume(file io.ReaderAt, size int64, comp string, from int64) (int64, bool) {
	magic := gzipMagic
	if comp == zstdized {
		magic = zstdMagic
	}
	buf := make([]byte, 64<<10)
	for from < size {
		n, err := file.ReadAt(buf[:min(int64(len(buf)), size-from)], from)
		for i := 0; ; i++ {
			j := bytes.Index(buf[i:n], magic)
			if j < 0 {
				break
			}
			i += j
			if comp == zstdized || gzipHeader(file, from+int64(i)) {
				return from + int64(i), true
			}
		}
		if n < len(buf) || err != nil {
			return 0, false
		}
		from += int64(n - len(magic) + 1)
	}
	return 0, false
}

// gzipHeader looks at the bytes that are constant in practice (RFC 1952,
// 2.3.1): reserved flags are zero, XFL is 0, 2 or 4, OS is 0..13 or 255. By
// chance that is met once in 10^11 bytes.
func gzipHeader(file io.ReaderAt, at int64) bool {
	var h [10]byte
	if n, _ := file.ReadAt(h[:], at); n < len(h) {
		return false
	}
	xfl, system := h[8], h[9]
	return h[3]>>5 == 0 && (xfl == 0 || xfl == 2 || xfl == 4) && (system <= 13 || system == 255)
}
