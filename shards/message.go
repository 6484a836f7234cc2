package shards

import (
	"encoding/binary"
	"errors"

	flatbuffers "github.com/google/flatbuffers/go"
)

// Slots of the flatbuffers tables of Arrow's messages (Message.fbs): slot n of a
// table is at vtable offset 4+2n.
const (
	messageKind      = 6  // Message.header_type
	messageHeader    = 8  // Message.header
	messageBody      = 10 // Message.bodyLength
	batchLength      = 4  // RecordBatch.length
	batchNodes       = 6  // RecordBatch.nodes
	batchBuffers     = 8  // RecordBatch.buffers
	batchCompression = 10 // RecordBatch.compression
	codecSlot        = 4  // BodyCompression.codec

	messagePrefix = 8  // continuation mark and metadata length
	pairBytes     = 16 // struct FieldNode and struct Buffer, two numbers each
	kindSchema    = 1  // MessageHeader.Schema
	kindBatch     = 3  // MessageHeader.RecordBatch
	codecZstd     = 1  // CompressionType.ZSTD
)

var errMessage = errors.New("a message does not fit the file")

// recordBatch is a record batch as it lies in its message.
type recordBatch struct {
	rows       int
	nodes      []node // of the columns and what they hold, depth first
	buffers    [][]byte
	compressed bool
}

// node is the length of an array and how many of its values are null.
type node struct{ length, nulls int }

// readBatch reads the first record batch of data, past a schema before it. The
// buffers are slices of data.
func readBatch(data []byte) (b recordBatch, err error) {
	defer recoverTo(&err, errMessage)
	for {
		n := messagePrefix + int(binary.LittleEndian.Uint32(data[4:]))
		meta := data[messagePrefix:n]
		t := flatbuffers.Table{Bytes: meta, Pos: flatbuffers.GetUOffsetT(meta)}
		body := data[n:][:t.GetInt64Slot(messageBody, 0)]
		switch t.GetByteSlot(messageKind, 0) {
		case kindSchema:
			data = data[n+len(body):]
		case kindBatch:
			var header flatbuffers.Table
			t.Union(&header, flatbuffers.UOffsetT(t.Offset(messageHeader)))
			return batchOf(&header, body)
		default:
			return b, errMessage
		}
	}
}

func batchOf(header *flatbuffers.Table, body []byte) (b recordBatch, err error) {
	b.rows = int(header.GetInt64Slot(batchLength, 0))
	err = eachPair(header, batchNodes, func(length, nulls int64) {
		b.nodes = append(b.nodes, node{int(length), int(nulls)})
	})
	if err != nil {
		return b, err
	}
	err = eachPair(header, batchBuffers, func(from, length int64) {
		b.buffers = append(b.buffers, body[from:from+length:from+length])
	})
	if o := header.Offset(batchCompression); o != 0 && err == nil {
		b.compressed = true
		c := flatbuffers.Table{Bytes: header.Bytes, Pos: header.Indirect(header.Pos + flatbuffers.UOffsetT(o))}
		if c.GetByteSlot(codecSlot, 0) != codecZstd {
			err = errMessage
		}
	}
	return b, err
}

// eachPair walks a vector of pairs of numbers.
func eachPair(t *flatbuffers.Table, slot flatbuffers.VOffsetT, do func(a, b int64)) error {
	o := t.Offset(slot)
	if o == 0 {
		return nil
	}
	at, n := t.Vector(flatbuffers.UOffsetT(o)), t.VectorLen(flatbuffers.UOffsetT(o))
	if n > maxBatchBuffers {
		return errMessage
	}
	for i := range n {
		p := t.Bytes[at+flatbuffers.UOffsetT(i*pairBytes):]
		do(flatbuffers.GetInt64(p), flatbuffers.GetInt64(p[pairBytes/2:]))
	}
	return nil
}
