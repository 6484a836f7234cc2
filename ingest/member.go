package ingest

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"

	"github.com/therootcompany/xz"
)

var (
	bzip2Magic = []byte("BZh")
	xzMagic    = []byte("\xfd7zXZ\x00")
	errMember  = errors.New("no member begins here")
)

// What compress/bzip2 says of other bytes behind a stream and of checksums.
const (
	errContinuation = bzip2.StructuralError("bad magic value in continuation file")
	errBlockSum     = bzip2.StructuralError("block checksum mismatch")
	errStreamSum    = bzip2.StructuralError("file checksum mismatch")
)

// memberHead is how many bytes tell a member of a compression.
const memberHead = 12

// bzip2Head says whether a bzip2 stream begins: its magic and level, then the
// magic of a block or of the end of the stream (the digits of π and √π).
func bzip2Head(b []byte) bool {
	return len(b) >= 10 && bytes.HasPrefix(b, bzip2Magic) && '1' <= b[3] && b[3] <= '9' &&
		(string(b[4:10]) == "\x31\x41\x59\x26\x53\x59" || string(b[4:10]) == "\x17\x72\x45\x38\x50\x90")
}

// xzHead says whether an xz stream begins: its magic, two bytes of flags and
// their CRC-32 (The .xz File Format 1.2.1, 2.1.1).
func xzHead(b []byte) bool {
	return len(b) >= memberHead && bytes.HasPrefix(b, xzMagic) &&
		binary.LittleEndian.Uint32(b[8:]) == crc32.ChecksumIEEE(b[6:8])
}

// member is the bytes from where it begins to the head of the next, for
// decoders that read on behind their end.
type member struct {
	br    *bufio.Reader
	magic []byte
	head  func([]byte) bool
	begun bool
}

func (m *member) Read(p []byte) (int, error) {
	b, err := m.br.Peek(min(m.br.Size(), max(len(p), 1)+memberHead))
	if len(b) == 0 {
		return 0, err
	}
	keep := len(b)
	if err == nil {
		keep -= memberHead - 1 // a head may begin in these
	}
	from := 1
	if m.begun {
		from = 0
	}
	if i := findHead(b, from, m.magic, m.head); i >= 0 {
		keep = min(keep, i)
	}
	if keep == 0 {
		return 0, io.EOF
	}
	n := copy(p, b[:keep])
	m.begun = m.begun || n > 0
	_, _ = m.br.Discard(n)
	return n, nil
}

// findHead is the first head in b at or after from, -1 when there is none.
func findHead(b []byte, from int, magic []byte, head func([]byte) bool) int {
	for from < len(b) {
		i := bytes.Index(b[from:], magic)
		if i < 0 {
			return -1
		}
		if from += i; head(b[from:]) {
			return from
		}
		from++
	}
	return -1
}

// openMember begins a bzip2 or xz stream.
func (s *stream) openMember() error {
	if s.skipZeros() {
		return io.EOF
	}
	s.mark(s.offset())
	s.part = &member{br: s.br, magic: bzip2Magic, head: bzip2Head}
	if s.comp == xzed {
		s.part = &member{br: s.br, magic: xzMagic, head: xzHead}
	}
	b, err := s.br.Peek(memberHead)
	if err != nil && !errors.Is(err, io.EOF) {
		return s.damaged(err)
	}
	if !s.part.head(b) && (len(b) >= memberHead || !bytes.HasPrefix(b, s.part.magic)) {
		return s.damage(Garbage, errMember)
	}
	if s.comp == bzipped {
		s.body = bzip2.NewReader(s.part)
		return nil
	}
	r, err := xz.NewReader(s.part, 2*MaxWindow)
	if err != nil {
		return s.damaged(err)
	}
	s.body = r
	return nil
}
