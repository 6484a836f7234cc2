package ingest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// dictMagic begins the skippable frame that holds the dictionary of a .warc.zst
// (IIPC, Zstandard Compression for WARC Files 1.0).
var dictMagic = []byte{0x5d, 0x2a, 0x4d, 0x18}

// dictionary is the zstd dictionary in the first frame of a file, itself
// compressed or not; nil when there is none.
func dictionary(file io.ReaderAt, size int64) ([]byte, error) {
	var head [8]byte
	if n, _ := file.ReadAt(head[:], 0); n < len(head) || !bytes.HasPrefix(head[:], dictMagic) {
		return nil, nil
	}
	n := int64(binary.LittleEndian.Uint32(head[4:]))
	if n > MaxDictionary || n > size-int64(len(head)) {
		return nil, fmt.Errorf("the dictionary in front has %d bytes", n)
	}
	b := make([]byte, n)
	if _, err := file.ReadAt(b, int64(len(head))); err != nil && err != io.EOF {
		return nil, err
	}
	if !bytes.HasPrefix(b, zstdMagic) {
		return b, nil
	}
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(MaxDictionary))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	if b, err = z.DecodeAll(b, nil); err != nil {
		return nil, fmt.Errorf("the dictionary in front: %w", err)
	}
	return b, nil
}

// newZstd is a decoder of one frame of a file, with the file's dictionary.
func newZstd(frame io.Reader, file io.ReaderAt, size int64) (*zstd.Decoder, error) {
	options := []zstd.DOption{
		zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(MaxWindow), zstd.WithDecoderLowmem(true),
	}
	dict, err := dictionary(file, size)
	if err != nil {
		return nil, err
	}
	if dict != nil {
		options = append(options, zstd.WithDecoderDicts(dict))
	}
	return zstd.NewReader(frame, options...)
}
