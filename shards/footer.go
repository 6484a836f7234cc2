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

// Slots of the flatbuffers tables in Arrow's format (File.fbs, Message.fbs):
// slot n of a table is at vtable offset 4+2n.
const (
	footerBatches = 10 // Footer.recordBatches
	messageHeader = 8  // Message.header
	batchBuffers  = 8  // RecordBatch.buffers
	batchLength   = 4  // RecordBatch.length
	blockBytes    = 24 // struct Block
	bufferBytes   = 16 // struct Buffer
	messagePrefix = 8  // continuation mark and metadata length
	trailerBytes  = 4 + len(fileMagic)
	minTokenBytes = trailerBytes + len("\xff\xff\xff\xff\x00\x00\x00\x00")
	blockMetadata = 8
	blockBody     = 16
	bufferLength  = 8
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

// buffers are the row count and the buffers of a record batch, as slices of data.
func (b block) buffers(data []byte) (rows int, bufs [][]byte, err error) {
	defer recoverTo(&err, errFooter)
	meta := data[b.offset+messagePrefix : b.offset+int64(b.metadata)]
	body := data[b.offset+int64(b.metadata) : b.offset+int64(b.metadata)+b.body]
	msg := flatbuffers.Table{Bytes: meta, Pos: flatbuffers.GetUOffsetT(meta)}
	var batch flatbuffers.Table
	msg.Union(&batch, flatbuffers.UOffsetT(msg.Offset(messageHeader)))
	if o := flatbuffers.UOffsetT(batch.Offset(batchLength)); o != 0 {
		rows = int(batch.GetInt64(o + batch.Pos))
	}
	o := flatbuffers.UOffsetT(batch.Offset(batchBuffers))
	at, count := batch.Vector(o), batch.VectorLen(o)
	if count > maxBatchBuffer {
		return 0, nil, errFooter
	}
	for i := range count {
		p := at + flatbuffers.UOffsetT(i*bufferBytes)
		from := flatbuffers.GetInt64(meta[p:])
		bufs = append(bufs, body[from:from+flatbuffers.GetInt64(meta[p+bufferLength:])])
	}
	return rows, bufs, nil
}

// recoverTo turns a panic of a decoder that walked out of its bytes into err.
func recoverTo(err *error, as error) {
	if recover() != nil {
		*err = as
	}
}
