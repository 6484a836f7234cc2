package inflate

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// ErrHeader and ErrChecksum say that a member does not begin as one, and that
// its bytes are not those that were compressed. ErrCorrupt says that what is
// compressed is no deflate stream.
var (
	ErrHeader   = errors.New("inflate: no gzip header")
	ErrChecksum = errors.New("inflate: wrong checksum")
	ErrCorrupt  = errors.New("inflate: corrupt deflate stream")
)

// least is the smallest buffer of a source.
const least = 4 << 10

// Reader decodes one gzip member. The zero value is ready for Reset.
type Reader struct {
	f    inflater
	br   *bufio.Reader
	tail [headerLeast + inputLeast]byte // the end of the input
	r    int                            // given of f.out
	crc  uint32
	size uint32
	err  error
}

// Reset begins a member of r. Of a *bufio.Reader with at least 4 KiB nothing is
// taken that lies behind the member. The error is ErrHeader,
// io.ErrUnexpectedEOF, io.EOF where nothing is left, or r's own.
func (z *Reader) Reset(r io.Reader) error {
	z.br = bufio.NewReaderSize(r, least)
	z.f.reset()
	z.r, z.crc, z.size = 0, 0, 0
	z.err = z.header()
	return z.err
}

// Flags of a header (RFC 1952, 2.3.1).
const (
	flagHeaderCRC = 1 << 1
	flagExtra     = 1 << 2
	flagName      = 1 << 3
	flagComment   = 1 << 4
)

// header reads the beginning of a member.
func (z *Reader) header() error {
	if _, err := z.br.Peek(1); err != nil {
		return err
	}
	var head [10]byte
	crc, err := z.read(0, head[:])
	if err != nil {
		return err
	}
	if head[0] != 0x1f || head[1] != 0x8b || head[2] != 8 {
		return ErrHeader
	}
	flags := head[3]
	if flags&flagExtra != 0 {
		if crc, err = z.extra(crc); err != nil {
			return err
		}
	}
	for _, flag := range []byte{flagName, flagComment} {
		if flags&flag != 0 {
			if crc, err = z.text(crc); err != nil {
				return err
			}
		}
	}
	if flags&flagHeaderCRC == 0 {
		return nil
	}
	var want [2]byte
	if _, err := z.read(0, want[:]); err != nil {
		return err
	}
	if binary.LittleEndian.Uint16(want[:]) != uint16(crc) {
		return ErrHeader
	}
	return nil
}

// read fills b and adds it to the checksum.
func (z *Reader) read(crc uint32, b []byte) (uint32, error) {
	if _, err := io.ReadFull(z.br, b); err != nil {
		return 0, unexpected(err)
	}
	return crc32.Update(crc, crc32.IEEETable, b), nil
}

// extra skips a field with its length before it.
func (z *Reader) extra(crc uint32) (uint32, error) {
	var n [2]byte
	crc, err := z.read(crc, n[:])
	if err != nil {
		return 0, err
	}
	for left := int(binary.LittleEndian.Uint16(n[:])); left > 0; {
		b := z.tail[:min(left, len(z.tail))]
		if crc, err = z.read(crc, b); err != nil {
			return 0, err
		}
		left -= len(b)
	}
	return crc, nil
}

// text skips a name or comment, which a zero byte ends. None is as long as
// least: the other decoders stop at 512.
func (z *Reader) text(crc uint32) (uint32, error) {
	for range least {
		c, err := z.br.ReadByte()
		if err != nil {
			return 0, unexpected(err)
		}
		crc = crc32.Update(crc, crc32.IEEETable, []byte{c})
		if c == 0 {
			return crc, nil
		}
	}
	return 0, ErrHeader
}

// Read gives decoded bytes; io.EOF says that the member has ended and its
// checksum was right.
func (z *Reader) Read(p []byte) (int, error) {
	for z.r == z.f.w && z.err == nil {
		z.err = z.more()
	}
	if z.r == z.f.w {
		return 0, z.err
	}
	n := copy(p, z.f.out[z.r:z.f.w])
	z.crc = crc32.Update(z.crc, crc32.IEEETable, p[:n])
	z.size += uint32(n)
	z.r += n
	return n, nil
}

// more decodes until something comes or the member ends.
func (z *Reader) more() error {
	f := &z.f
	if f.kind == finished {
		return z.trailer()
	}
	if f.w >= history+chunk {
		n := copy(f.out, f.out[f.w-history:f.w])
		f.w, z.r = n, n
	}
	if err := z.input(); err != nil {
		return err
	}
	err := f.run()
	n := f.keep()
	if _, e := z.br.Discard(min(n, f.real)); err == nil {
		err = e
	}
	return err
}

// input shows the decoder what the buffer holds, filled when it holds little;
// at the end a copy with zeros behind.
func (z *Reader) input() error {
	f := &z.f
	f.ended = false
	if z.br.Buffered() < headerLeast {
		b, err := z.br.Peek(headerLeast)
		if errors.Is(err, io.EOF) {
			f.real, f.ended = copy(z.tail[:], b), true
			f.in = z.tail[:f.real+inputLeast]
			clear(f.in[f.real:])
			return nil
		}
		if err != nil {
			return err
		}
	}
	f.in, _ = z.br.Peek(z.br.Buffered())
	f.real = len(f.in)
	return nil
}

// trailer checks what stands behind the member.
func (z *Reader) trailer() error {
	var b [8]byte
	if _, err := io.ReadFull(z.br, b[:]); err != nil {
		return unexpected(err)
	}
	if binary.LittleEndian.Uint32(b[:]) != z.crc || binary.LittleEndian.Uint32(b[4:]) != z.size {
		return ErrChecksum
	}
	return io.EOF
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
