package export

import (
	"encoding/binary"
	"io"
	"slices"
)

const (
	// bufferTokens and bufferDocs are how many are read at a time.
	bufferTokens = 1 << 16
	bufferDocs   = 1 << 13
)

// tokens writes n tokens from position at on; each document is followed by the end
// token.
func (e *export) tokens(w io.Writer, s *split, at, n int64, width int) error {
	for end := at + n; at < end; at += int64(len(e.ids)) {
		e.ids = slices.Grow(e.ids[:0], bufferTokens)[:min(bufferTokens, end-at)]
		if err := s.all.Read(e.ids, at); err != nil {
			return err
		}
		e.buf = appendIDs(e.buf[:0], e.ids, width)
		if _, err := w.Write(e.buf); err != nil {
			return err
		}
		if err := e.progress(s, len(e.ids)); err != nil {
			return err
		}
	}
	return nil
}

// appendIDs appends ids of width bytes, little-endian.
func appendIDs(dst []byte, ids []int32, width int) []byte {
	for _, id := range ids {
		if width == 2 {
			dst = binary.LittleEndian.AppendUint16(dst, uint16(id))
		} else {
			dst = binary.LittleEndian.AppendUint32(dst, uint32(id))
		}
	}
	return dst
}

// lengths writes what put makes of each document: of where it begins among the
// tokens, and of its length with the end token.
func (e *export) lengths(w io.Writer, s *split, put func(dst []byte, at, length int64) []byte) error {
	lengths, buf := make([]int64, bufferDocs), []byte(nil)
	for at := int64(0); at < s.all.Len(); {
		n, err := s.all.Lengths(lengths, at)
		if err != nil {
			return err
		}
		buf = buf[:0]
		for _, l := range lengths[:n] {
			buf = put(buf, at, l)
			at += l
		}
		if _, err := w.Write(buf); err != nil {
			return err
		}
		if err := e.progress(s, 0); err != nil {
			return err
		}
	}
	return nil
}

// Sizes of what formats write beside the tokens, in bytes.
const (
	megatronDoc    = 4 + 8 + 8
	datatroveDoc   = 8
	mdsDoc         = 4 + 4*4 + maxShape + 2*4 // offset, sizes, shape; the end token
	bytesOfHeaders = 1 << 10
)

// need bounds the bytes of the export. A sample of MDS has the id and the source
// too, which the shards have as well.
func (e *export) need(sets []*split) (n int64) {
	for _, s := range sets {
		switch e.Format {
		case Megatron:
			n += s.all.Len()*int64(megatronWidth(e.Vocab)) + s.docs*megatronDoc + bytesOfHeaders
		case Nanotron:
			n += s.all.Len()*int64(datatroveWidth(e.Vocab)) + s.docs*datatroveDoc + bytesOfHeaders
		default:
			size := int64(0)
			for _, p := range e.Set.Parts() {
				if f, ok := p.File(s.role); ok {
					size += f.Size
				}
			}
			n += 2*size + s.docs*mdsDoc + (size/mdsLimit+2)*bytesOfHeaders
		}
	}
	for _, b := range e.Files {
		n += int64(len(b))
	}
	return n
}
