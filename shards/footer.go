package shards

import (
	"encoding/binary"
	"errors"
	"io"

	"github.com/apache/arrow/go/v15/arrow"
	flatbuffers "github.com/google/flatbuffers/go"
)

type arrowRecord = arrow.Record

// fileMagic is what Arrow's file writer puts before and after; the one before
// (with two bytes of padding) is left out, so that the file is a stream.
const fileMagic = "ARROW1"

// footerless stands between Arrow's file writer and the part: it swallows the
// eight bytes that begin an IPC file and reports positions without them, so
// that the footer's offsets fit the stream.
type footerless struct {
	*rangeWriter
	swallowed int
}

func (f *footerless) Write(p []byte) (int, error) {
	if f.swallowed < messagePrefix {
		f.swallowed += len(p)
		return len(p), nil
	}
	return f.rangeWriter.Write(p)
}

// Seek answers the only question Arrow's writer asks: where are we?
func (f *footerless) Seek(offset int64, whence int) (int64, error) {
	if offset != 0 || whence != io.SeekCurrent {
		return 0, errors.New("shards: a part cannot be sought")
	}
	return f.pos, nil
}

// block is the place of one record batch: metadata, then body.
type block struct {
	offset   int64
	metadata int32
	body     int64
}

// Slots of the flatbuffers tables in Arrow's format (File.fbs): slot n of a table
// is at vtable offset 4+2n.
const (
	footerBatches = 10 // Footer.recordBatches
	blockBytes    = 24 // struct Block
	trailerBytes  = 4 + len(fileMagic)
	minTokenBytes = trailerBytes + len("\xff\xff\xff\xff\x00\x00\x00\x00")
	blockMetadata = 8
	blockBody     = 16
)

var errFooter = errors.New("footer does not fit the file")

// readFooter lists the record batches of a mapped token shard.
func readFooter(data []byte) (blocks []block, err error) {
	defer recoverTo(&err, errFooter)
	n := len(data)
	if n < minTokenBytes || string(data[n-len(fileMagic):]) != fileMagic {
		return nil, errFooter
	}
	size := int(binary.LittleEndian.Uint32(data[n-trailerBytes:]))
	if size <= 0 || size > n-trailerBytes {
		return nil, errFooter
	}
	footer := data[n-trailerBytes-size : n-trailerBytes]
	t := flatbuffers.Table{Bytes: footer, Pos: flatbuffers.GetUOffsetT(footer)}
	o := flatbuffers.UOffsetT(t.Offset(footerBatches))
	if o == 0 {
		return nil, nil
	}
	at, count := t.Vector(o), t.VectorLen(o)
	for i := range count {
		p := at + flatbuffers.UOffsetT(i*blockBytes)
		blocks = append(blocks, block{
			offset:   flatbuffers.GetInt64(footer[p:]),
			metadata: flatbuffers.GetInt32(footer[p+blockMetadata:]),
			body:     flatbuffers.GetInt64(footer[p+blockBody:]),
		})
	}
	return blocks, nil
}

// batch reads the record batch of a block in data.
func (b block) batch(data []byte) (recordBatch, error) { return readBatch(data[b.offset:]) }

// recoverTo turns a panic of a decoder that walked out of its bytes into err.
func recoverTo(err *error, as error) {
	if recover() != nil {
		*err = as
	}
}
