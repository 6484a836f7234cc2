package linear

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// magic begins a model file, before compression; its last digit is the version.
const magic = "corpus linear 1\n"

// Encode writes the model: gzip of the magic, the shape, the kind, four numbers
// and the weights, little endian. Most weights are zero and cost next to nothing.
func (m *Model) Encode(w io.Writer) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(m.raw()); err != nil {
		return err
	}
	return z.Close()
}

// raw is the file before compression.
func (m *Model) raw() []byte {
	mean := byte(0)
	if m.mean {
		mean = 1
	}
	b := append([]byte(magic), byte(m.bits), byte(m.words), byte(m.minChar), byte(m.maxChar), mean, byte(len(m.kind)))
	b = append(b, m.kind...)
	for _, f := range []float64{m.unit, m.bias, m.slope, m.shift} {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(f))
	}
	for _, w := range m.weights {
		b = binary.LittleEndian.AppendUint16(b, uint16(w))
	}
	return b
}

// Decode reads what Encode wrote: at most 16 MiB, compressed and not. Damage is
// an error, never a model that scores otherwise: gzip has a checksum.
func Decode(r io.Reader) (*Model, error) {
	z, err := gzip.NewReader(io.LimitReader(r, maxModel))
	if err != nil {
		return nil, fmt.Errorf("not a model: %w", err)
	}
	raw, err := io.ReadAll(io.LimitReader(z, maxModel))
	if err != nil {
		return nil, fmt.Errorf("damaged model: %w", err)
	}
	return parse(raw)
}

var errModel = errors.New("not a model of this version")

// parse reads the file after decompression.
func parse(raw []byte) (*Model, error) {
	rest, ok := bytes.CutPrefix(raw, []byte(magic))
	if !ok || len(rest) < 6 {
		return nil, errModel
	}
	m := &Model{shape: shape{int(rest[0]), int(rest[1]), int(rest[2]), int(rest[3]), rest[4] == 1}}
	kind := int(rest[5])
	if rest[4] > 1 || kind > maxKind {
		return nil, errModel
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	if rest = rest[6:]; len(rest) != kind+4*8+2<<m.bits {
		return nil, fmt.Errorf("model of %d buckets has %d bytes", 1<<m.bits, len(rest))
	}
	m.kind, rest = string(rest[:kind]), rest[kind:]
	for _, f := range []*float64{&m.unit, &m.bias, &m.slope, &m.shift} {
		*f, rest = math.Float64frombits(binary.LittleEndian.Uint64(rest)), rest[8:]
		if math.IsNaN(*f) || math.Abs(*f) > maxNumber {
			return nil, fmt.Errorf("model with the number %v", *f)
		}
	}
	m.weights = make([]int16, 1<<m.bits)
	for i := range m.weights {
		m.weights[i] = int16(binary.LittleEndian.Uint16(rest[2*i:]))
	}
	return m, nil
}
