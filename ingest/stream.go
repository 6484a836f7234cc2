package ingest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"
	"github.com/therootcompany/xz"

	"corpus/internal/inflate"
)

// Compressions of a whole source.
const (
	plain    = ""
	gzipped  = "gzip"
	zstdized = "zstd"
	bzipped  = "bzip2"
	xzed     = "xz"
	deflated = "deflate" // of a zip archive: one stream without a head
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
	marks []mark // where decoding can begin: the first member of each step of the file
	step  int64  // 0 = marks are not kept
	steps int64  // the one of the last mark
	since mark   // from where MaxRatio counts
	most  int64  // the most that was decoded above MaxRatio times what was read

	limit int64 // offset in the file
	edge  int64 // decoded offset of the first member at or behind limit
	far   int64 // how far behind edge Read goes; 0 = to the end

	sec  *io.SectionReader
	br   *bufio.Reader
	body io.Reader // the open member, nil between members
	part *member   // its bytes, of a bzip2 or xz stream
	gz   inflate.Reader
	zd   *zstd.Decoder
	end  int64 // of the open zstd frame in the file
	err  error
}

// openStream begins at a member that starts at raw in the file and at pos in
// the decoded stream.
func openStream(file io.ReaderAt, size int64, comp string, raw, pos int64) *stream {
	at := mark{pos, raw}
	s := &stream{file: file, size: size, comp: comp, pos: pos, first: at, last: at, since: at, steps: -1, limit: math.MaxInt64, edge: math.MaxInt64}
	s.sec = io.NewSectionReader(file, raw, size-raw)
	// More than there is, so that the end shows wherever a stream began.
	s.br = bufio.NewReaderSize(s.sec, int(min(64<<10, max(4<<10, size-raw+memberHead+1))))
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
		if s.far > 0 && s.pos-s.far > s.edge {
			return 0, errFar
		}
		if s.body == nil {
			if s.err = s.open(); s.err != nil {
				break
			}
		}
		n, err := s.body.Read(p[:min(int64(len(p)), s.untilLook())])
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
	case bzipped, xzed:
		return s.openMember()
	}
	if s.offset() >= s.size {
		return io.EOF
	}
	s.mark(s.offset())
	s.body = s.br
	if s.comp == deflated {
		s.body = flate.NewReader(s.br)
	}
	return nil
}

const (
	// markStep is how much of the file a scan may decode again to save a mark.
	markStep = 64 << 10
	// lookStep is how often within a member the ratio is looked at: at places that
	// do not depend on how the stream is read.
	lookStep = 32 << 10
)

// errFar ends a stream that may go so far and no further.
var errFar = errors.New("too far behind the limit")

// untilLook is how many bytes may be read before the ratio is looked at.
func (s *stream) untilLook() int64 {
	if s.comp == plain {
		return math.MaxInt64
	}
	return lookStep - (s.pos-s.last.pos)%lookStep
}

// mark notes the start of a member.
func (s *stream) mark(raw int64) {
	s.last = mark{s.pos, raw}
	if raw >= s.limit && s.edge == math.MaxInt64 {
		s.edge = s.pos
	}
	if s.step > 0 && raw/s.step != s.steps {
		s.marks, s.steps = append(s.marks, s.last), raw/s.step
	}
}

func (s *stream) openGzip() error {
	if s.skipZeros() {
		return io.EOF
	}
	s.mark(s.offset())
	if b, _ := s.br.Peek(len(gzipMagic)); !bytes.HasPrefix(gzipMagic, b) {
		return s.damage(Garbage, inflate.ErrHeader) // also when too short for a header
	}
	if err := s.gz.Reset(s.br); err != nil {
		return s.damaged(err)
	}
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
		if err != nil && !skip {
			return s.damaged(err)
		}
		return s.decodeFrame(raw, end)
	}
}

func (s *stream) decodeFrame(raw, end int64) error {
	frame := io.NewSectionReader(s.file, raw, end-raw)
	var err error
	if s.zd == nil {
		s.zd, err = newZstd(frame, s.file, s.size)
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
		switch s.comp {
		case plain, deflated:
			return io.EOF
		case zstdized:
			if _, err := s.br.Discard(int(s.end - s.offset())); err != nil {
				return s.damaged(err)
			}
		case bzipped, xzed:
			if _, err := io.Copy(io.Discard, s.part); err != nil {
				return err
			}
		}
		s.body = nil
		return s.look()
	}
	if err != nil {
		return s.damaged(err)
	}
	if s.untilLook() == lookStep {
		return s.look()
	}
	return nil
}

// look compares what was decoded with what was read.
func (s *stream) look() error {
	at := s.offset()
	if s.comp == zstdized {
		at = s.end
	}
	out, in := s.pos-s.since.pos, at-s.since.raw
	s.most = max(s.most, out-MaxRatio*in)
	if out > RatioFloor && out/MaxRatio > in {
		return s.damage(Bomb, fmt.Errorf("%d bytes from %d", out, in))
	}
	return nil
}

// damaged names the damage that a decoder's error means; an error of the file
// itself stays what it is, and so does damage of an archive around it.
func (s *stream) damaged(err error) error {
	var outer *damage
	switch {
	case ofFile(err) || errors.As(err, &outer) || s.comp == plain:
		return err
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return s.damage(Truncated, io.ErrUnexpectedEOF)
	case errors.Is(err, xz.ErrFormat) || errors.Is(err, errContinuation): // whole, with other bytes behind it
		return &damage{reason: Garbage, raw: s.offset(), pos: s.pos, err: errMember}
	case errors.Is(err, xz.ErrBuf) && s.offset() >= s.size:
		return s.damage(Truncated, io.ErrUnexpectedEOF)
	case errors.Is(err, inflate.ErrChecksum) || errors.Is(err, zstd.ErrCRCMismatch) || errors.Is(err, errBlockSum) ||
		errors.Is(err, errStreamSum) || errors.Is(err, xz.ErrData):
		return s.damage(Checksum, err)
	case errors.Is(err, errWindow) || errors.Is(err, xz.ErrMemlimit):
		return s.damage(Window, errWindow)
	case errors.Is(err, inflate.ErrHeader) || errors.Is(err, errNoFrame):
		return s.damage(Garbage, err)
	}
	return s.damage(Corrupt, err)
}

func (s *stream) damage(reason string, err error) error {
	return &damage{reason: reason, raw: s.last.raw, pos: s.last.pos, err: err}
}

// resume is the place of the next member that begins at or after from and before
// to, or false: where reading goes on after damage. An error is the file's.
func resume(file io.ReaderAt, size int64, comp string, from, to int64) (at int64, ok bool, err error) {
	magic, head := gzipMagic, gzipHead
	switch comp {
	case zstdized:
		magic, head = zstdMagic, func([]byte) bool { return true }
	case bzipped:
		magic, head = bzip2Magic, bzip2Head
	case xzed:
		magic, head = xzMagic, xzHead
	case plain, deflated:
		return 0, false, nil
	}
	buf := make([]byte, 64<<10)
	for from < min(to, size) {
		n, err := file.ReadAt(buf[:min(int64(len(buf)), size-from)], from)
		if i := findHead(buf[:n], 0, magic, head); i >= 0 {
			return from + int64(i), from+int64(i) < to, nil
		}
		if err != nil && err != io.EOF {
			return 0, false, err
		}
		if n < len(buf) {
			return 0, false, nil
		}
		from += int64(n - memberHead + 1)
	}
	return 0, false, nil
}

// gzipHead looks at the bytes that are constant in practice (RFC 1952, 2.3.1):
// reserved flags are zero, XFL is 0, 2 or 4, OS is 0..13 or 255. By chance that
// is met once in 10^11 bytes.
func gzipHead(b []byte) bool {
	if len(b) < 10 || !bytes.HasPrefix(b, gzipMagic) {
		return false
	}
	xfl, system := b[8], b[9]
	return b[3]>>5 == 0 && (xfl == 0 || xfl == 2 || xfl == 4) && (system <= 13 || system == 255)
}
