package ingest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

var (
	zstdMagic  = []byte{0x28, 0xb5, 0x2f, 0xfd}
	gzipMagic  = []byte{0x1f, 0x8b, 8}
	errNoFrame = errors.New("no zstd frame begins here")
	errWindow  = fmt.Errorf("the frame needs a window of more than %d MiB (zstd --long or --ultra); compress it again without", MaxWindow>>20)
)

// frameEnd walks the blocks of the zstd frame at raw without decoding them
// (RFC 8878, 3.1.1) and gives the offset behind it, or of the end of the file
// when the frame is cut short. skip says that it is a skippable frame.
func frameEnd(file io.ReaderAt, raw, size int64) (end int64, skip bool, err error) {
	head := make([]byte, zstd.HeaderMaxSize)
	n, err := file.ReadAt(head, raw)
	if err != nil && err != io.EOF {
		return 0, false, err
	}
	var h zstd.Header
	if err := h.Decode(head[:n]); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) && n < len(head) && n >= 4 {
			return size, false, nil
		}
		return size, false, errNoFrame
	}
	if h.Skippable {
		end := raw + int64(h.HeaderSize) + int64(h.SkippableSize)
		if end > size {
			return size, true, io.ErrUnexpectedEOF
		}
		return end, true, nil
	}
	if !h.SingleSegment && h.WindowSize > MaxWindow || h.SingleSegment && h.FrameContentSize > MaxWindow {
		return size, false, errWindow
	}
	at := raw + int64(h.HeaderSize)
	for last := false; !last; {
		var b [4]byte
		if n, err := file.ReadAt(b[:3], at); err != nil && err != io.EOF {
			return 0, false, err
		} else if n < 3 {
			return size, false, nil
		}
		block := binary.LittleEndian.Uint32(b[:])
		last = block&1 == 1
		at += 3 + blockSize(block)
	}
	if h.HasCheckSum {
		at += 4
	}
	return min(at, size), false, nil
}

// blockSize is the stored size of a block: an RLE block stores one byte.
func blockSize(header uint32) int64 {
	const rle = 1
	if header>>1&3 == rle {
		return 1
	}
	return int64(header >> 3)
}
