package shards

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/memory"
	"github.com/klauspost/compress/zstd"
)

// columns makes Arrow arrays of record batches. Arrow's own reader makes a new
// decompressor, with its window, for each batch; this one keeps one.
type columns struct {
	zstd *zstd.Decoder
	recordBatch
	err error
}

// read gives the columns of a record batch. What they hold stays when the next
// is read.
func (c *columns) read(s *arrow.Schema, b recordBatch) (out []arrow.Array, err error) {
	c.recordBatch, c.err = b, nil
	for _, f := range s.Fields() {
		data := c.array(f.Type)
		if c.err == nil && data.Len() != b.rows {
			c.err = errMessage
		}
		if c.err != nil {
			return nil, c.err
		}
		out = append(out, array.MakeFromData(data))
	}
	return out, nil
}

// array takes the next array from the batch: validity, then offsets, values or
// both.
func (c *columns) array(t arrow.DataType) arrow.ArrayData {
	if len(c.nodes) == 0 {
		c.err = errMessage
		return array.NewData(t, 0, []*memory.Buffer{nil, nil, nil}, nil, 0, 0)
	}
	n := c.nodes[0]
	c.nodes = c.nodes[1:]
	if n.length < 0 || n.nulls < 0 || n.nulls > n.length {
		c.err = errMessage
	}
	buffers := []*memory.Buffer{c.buffer(), c.buffer()}
	switch t := t.(type) {
	case *arrow.ListType:
		return array.NewData(t, n.length, buffers, []arrow.ArrayData{c.array(t.Elem())}, n.nulls, 0)
	case *arrow.StringType:
		buffers = append(buffers, c.buffer())
	}
	return array.NewData(t, n.length, buffers, nil, n.nulls, 0)
}

// buffer takes the next buffer from the batch; nil is an empty one.
func (c *columns) buffer() *memory.Buffer {
	if len(c.buffers) == 0 {
		c.err = errMessage
		return nil
	}
	b := c.buffers[0]
	c.buffers = c.buffers[1:]
	if len(b) == 0 {
		return nil
	}
	if c.compressed {
		b = c.decompressed(b)
	} else {
		b = bytes.Clone(b)
	}
	return memory.NewBufferBytes(b)
}

// plain marks a buffer that compression would not have made smaller.
const plain = -1

// decompressed is a buffer that begins with its length.
func (c *columns) decompressed(b []byte) []byte {
	if len(b) < 8 {
		c.err = errMessage
		return nil
	}
	size, b := int64(binary.LittleEndian.Uint64(b)), b[8:]
	switch {
	case size == plain:
		return bytes.Clone(b)
	case size < 0 || size > MaxRange:
		c.err = errMessage
		return nil
	}
	out, err := c.zstd.DecodeAll(b, make([]byte, 0, size))
	if err == nil && int64(len(out)) != size {
		err = fmt.Errorf("%d bytes instead of %d", len(out), size)
	}
	if err != nil {
		c.err = err
	}
	return out
}
