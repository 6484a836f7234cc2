package tensorboard

import (
	"encoding/binary"
	"hash/crc32"
	"math"
)

// Scalar is one number under the name of its chart.
type Scalar struct {
	Tag   string
	Value float64
}

// Fields of tensorflow's Event and Summary (core/util/event.proto,
// core/framework/summary.proto), each with its wire type.
const (
	eventWallTime    = 1<<3 | fixed64
	eventStep        = 2<<3 | varint
	eventFileVersion = 3<<3 | chunk
	eventSummary     = 5<<3 | chunk
	summaryValue     = 1<<3 | chunk
	valueTag         = 1<<3 | chunk
	valueSimple      = 2<<3 | fixed32

	varint, fixed64, chunk, fixed32 = 0, 1, 2, 5
)

// fileVersion is what the first event of a file holds.
const fileVersion = "brain.Event:2"

// AppendHeader appends what a file begins with. wall is seconds since 1970.
func AppendHeader(dst []byte, wall float64) []byte {
	e := appendDouble(nil, wall)
	return appendRecord(dst, appendBytes(e, eventFileVersion, []byte(fileVersion)))
}

// Append appends the numbers of a step. Numbers are stored as float32.
func Append(dst []byte, wall float64, step int64, scalars ...Scalar) []byte {
	e := binary.AppendUvarint(append(appendDouble(nil, wall), eventStep), uint64(step))
	var summary []byte
	for _, s := range scalars {
		v := append(appendBytes(nil, valueTag, []byte(s.Tag)), valueSimple)
		v = binary.LittleEndian.AppendUint32(v, math.Float32bits(float32(s.Value)))
		summary = appendBytes(summary, summaryValue, v)
	}
	return appendRecord(dst, appendBytes(e, eventSummary, summary))
}

func appendDouble(dst []byte, wall float64) []byte {
	return binary.LittleEndian.AppendUint64(append(dst, eventWallTime), math.Float64bits(wall))
}

func appendBytes(dst []byte, key byte, b []byte) []byte {
	return append(binary.AppendUvarint(append(dst, key), uint64(len(b))), b...)
}

// appendRecord frames a message as TFRecord: its length, the sum of that, the
// message, its sum (tensorflow/core/lib/io/record_writer.h).
func appendRecord(dst, message []byte) []byte {
	length := binary.LittleEndian.AppendUint64(nil, uint64(len(message)))
	dst = binary.LittleEndian.AppendUint32(append(dst, length...), masked(length))
	return binary.LittleEndian.AppendUint32(append(dst, message...), masked(message))
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// masked is a CRC-32C that may stand within what is summed again
// (tensorflow/core/lib/hash/crc32c.h).
func masked(b []byte) uint32 {
	sum := crc32.Checksum(b, castagnoli)
	return (sum>>15 | sum<<17) + 0xa282ead8
}
