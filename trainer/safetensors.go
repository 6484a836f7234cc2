package trainer

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"sort"
)

// The safetensors format (github.com/huggingface/safetensors, README "Format"):
// a little-endian uint64 n, n bytes of JSON {name: {dtype, shape, data_offsets}},
// then the values. Offsets count from the end of the header, and the tensors
// cover the rest of the file without overlap and without holes.

// tensorHeader is one entry of a safetensors header.
type tensorHeader struct {
	DType   string   `json:"dtype"`
	Shape   []int    `json:"shape"`
	Offsets [2]int64 `json:"data_offsets"`
}

// dtypeSizes are the bytes of one element; the names are the format's.
var dtypeSizes = map[string]int64{
	"BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1, "I16": 2, "U16": 2, "F16": 2, "BF16": 2,
	"I32": 4, "U32": 4, "F32": 4, "F64": 8, "I64": 8, "U64": 8,
}

// WriteSafetensors writes tensors as float32, sorted by name, with the metadata
// {"format":"pt"} that transformers insists on.
func WriteSafetensors(w io.Writer, tensors []Tensor) error {
	sorted := append([]Tensor(nil), tensors...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i].Name < sorted[j].Name })
	header, err := safetensorsHeader(sorted)
	if err != nil {
		return fmt.Errorf("write safetensors: %w", err)
	}
	b := bufio.NewWriterSize(w, 1<<20)
	_ = binary.Write(b, binary.LittleEndian, uint64(len(header)))
	_, _ = b.Write(header)
	var v [4]byte
	for _, t := range sorted {
		for _, x := range t.Data {
			binary.LittleEndian.PutUint32(v[:], math.Float32bits(x))
			if _, err := b.Write(v[:]); err != nil { // bufio keeps the first error
				return fmt.Errorf("write safetensors: %s: %w", t.Name, err)
			}
		}
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write safetensors: %w", err)
	}
	return nil
}

// safetensorsHeader lays sorted tensors out one behind the other; it is padded
// with spaces so that the values are aligned to eight bytes.
func safetensorsHeader(sorted []Tensor) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(`{"__metadata__":{"format":"pt"}`)
	at := int64(0)
	for i, t := range sorted {
		if n := (Param{Shape: t.Shape}).Size(); n != int64(len(t.Data)) {
			return nil, fmt.Errorf("%s has %d values, its shape %v wants %d", t.Name, len(t.Data), t.Shape, n)
		}
		if i > 0 && sorted[i-1].Name == t.Name || t.Name == "__metadata__" {
			return nil, fmt.Errorf("two tensors have the name %q", t.Name)
		}
		end := at + 4*int64(len(t.Data))
		name, err := json.Marshal(t.Name)
		if err != nil {
			return nil, err
		}
		entry, err := json.Marshal(tensorHeader{DType: "F32", Shape: append([]int{}, t.Shape...), Offsets: [2]int64{at, end}})
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, ",%s:%s", name, entry)
		at = end
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	if b.Len() > maxHeader {
		return nil, fmt.Errorf("the header has %d bytes, the format allows %d", b.Len(), maxHeader)
	}
	return b.Bytes(), nil
}

// errPickle explains why a file of the other kind is not opened.
var errPickle = errors.New("this is a PyTorch pickle file, which can run code when it is read, so it is refused; " +
	"convert it first: python -c \"from transformers import AutoModel; AutoModel.from_pretrained('DIR').save_pretrained('OUT')\"")

// ReadSafetensors reads a file of size bytes and returns its tensors in the order
// of their data, with the metadata. F32, F16, BF16 and F64 become float32;
// tensors of integers and booleans (buffers such as position_ids) are checked
// and left out. Anything the format does not allow is an error.
func ReadSafetensors(r io.Reader, size int64) ([]Tensor, map[string]string, error) {
	entries, meta, err := readHeader(r, size)
	if err != nil {
		return nil, nil, fmt.Errorf("read safetensors: %w", err)
	}
	var out []Tensor
	for _, e := range entries {
		t := Tensor{Name: e.name, Shape: e.Shape}
		if t.Data, err = readValues(r, e.tensorHeader); err != nil {
			return nil, nil, fmt.Errorf("read safetensors: %s: %w", e.name, err)
		}
		if t.Data != nil {
			out = append(out, t)
		}
	}
	return out, meta, nil
}

type namedHeader struct {
	name string
	tensorHeader
}

// readHeader reads up to the first value; the entries come in order of data.
func readHeader(r io.Reader, size int64) ([]namedHeader, map[string]string, error) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, nil, fmt.Errorf("the file of %d bytes is too short: %w", size, err)
	}
	n := binary.LittleEndian.Uint64(head[:])
	if n > maxHeader || int64(n) > size-8 {
		if isPickle(head[:]) {
			return nil, nil, errPickle
		}
		return nil, nil, fmt.Errorf("the header claims %d bytes; the file has %d and the format allows %d", n, size, maxHeader)
	}
	raw := make([]byte, n)
	if _, err := io.ReadFull(r, raw); err != nil {
		return nil, nil, fmt.Errorf("header: %w", err)
	}
	entries, meta, err := parseHeader(raw)
	if err != nil {
		return nil, nil, fmt.Errorf("header: %w", err)
	}
	return entries, meta, checkLayout(entries, size-8-int64(n))
}

// isPickle knows torch.save's zip archive and the bare pickle (protocols 2 to 5)
// by their first bytes, which as a header's length are impossibly long.
func isPickle(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) || head[0] == 0x80 && head[1] >= 2 && head[1] <= 5
}

// parseHeader reads the JSON object {name: entry}, with "__metadata__" among them.
func parseHeader(raw []byte) ([]namedHeader, map[string]string, error) {
	if len(raw) == 0 || raw[0] != '{' {
		return nil, nil, errors.New("does not begin with {")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	var entries []namedHeader
	var meta map[string]string
	err := eachKey(d, func(name string) error {
		if name == "__metadata__" {
			return d.Decode(&meta)
		}
		e, err := parseEntry(d)
		if entries = append(entries, namedHeader{name, e}); err == nil && len(entries) > maxTensors {
			err = fmt.Errorf("more than %d tensors", maxTensors)
		}
		return err
	})
	if err == nil && len(bytes.Trim(raw[d.InputOffset():], " ")) > 0 {
		err = errors.New("bytes other than spaces behind the closing }")
	}
	return entries, meta, err
}

// eachKey reads an object and calls value to read what each key stands for. It
// sees, as json.Unmarshal would not, a key that is given twice.
func eachKey(d *json.Decoder, value func(key string) error) error {
	if t, err := d.Token(); err != nil {
		return err
	} else if t != json.Delim('{') {
		return errors.New("is not an object")
	}
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		key := t.(string) // a decoder gives only strings as keys
		if seen[key] {
			return fmt.Errorf("%q occurs twice", key)
		}
		seen[key] = true
		if err := value(key); err != nil {
			return fmt.Errorf("%q: %w", key, err)
		}
	}
	_, err := d.Token()
	return err
}

// parseEntry reads {dtype, shape, data_offsets}: each once and nothing else.
func parseEntry(d *json.Decoder) (tensorHeader, error) {
	var e tensorHeader
	var offsets []int64
	keys := 0
	err := eachKey(d, func(name string) error {
		keys++
		switch name {
		case "dtype":
			return d.Decode(&e.DType)
		case "shape":
			return d.Decode(&e.Shape)
		case "data_offsets":
			return d.Decode(&offsets)
		}
		return errors.New("unknown key")
	})
	if err != nil {
		return e, err
	}
	if keys != 3 || len(offsets) != 2 || e.Shape == nil {
		return e, errors.New("wants dtype, shape and two data_offsets")
	}
	e.Offsets = [2]int64{offsets[0], offsets[1]}
	return e, e.check()
}

// check compares shape, type and range; products cannot overflow.
func (e tensorHeader) check() error {
	n, ok := dtypeSizes[e.DType]
	if !ok {
		return fmt.Errorf("unknown dtype %q", e.DType)
	}
	if len(e.Shape) > maxDims {
		return fmt.Errorf("%d dimensions, at most %d are read", len(e.Shape), maxDims)
	}
	for _, d := range e.Shape {
		if d < 0 || d > 0 && n > math.MaxInt64/int64(d) {
			return fmt.Errorf("shape %v", e.Shape)
		}
		n *= int64(d)
	}
	if e.Offsets[0] < 0 || e.Offsets[1] < e.Offsets[0] || e.Offsets[1]-e.Offsets[0] != n {
		return fmt.Errorf("data_offsets %v do not hold shape %v of %s", e.Offsets, e.Shape, e.DType)
	}
	return nil
}

// checkLayout sorts entries by data and wants them to tile exactly size bytes.
func checkLayout(entries []namedHeader, size int64) error {
	sort.Slice(entries, func(i, j int) bool {
		a, b := entries[i], entries[j]
		if a.Offsets != b.Offsets {
			return a.Offsets[0] < b.Offsets[0] || a.Offsets[0] == b.Offsets[0] && a.Offsets[1] < b.Offsets[1]
		}
		return a.name < b.name
	})
	at := int64(0)
	for _, e := range entries {
		if e.Offsets[0] != at {
			return fmt.Errorf("%q begins at byte %d of the data, want %d: tensors overlap or leave a hole", e.name, e.Offsets[0], at)
		}
		at = e.Offsets[1]
	}
	if at != size {
		return fmt.Errorf("the tensors cover %d bytes, the file has %d", at, size)
	}
	return nil
}

// readValues reads one tensor's values; nil for types that are left out.
func readValues(r io.Reader, e tensorHeader) ([]float32, error) {
	size, width := e.Offsets[1]-e.Offsets[0], dtypeSizes[e.DType]
	widen := widening(e.DType)
	if widen == nil {
		_, err := io.CopyN(io.Discard, r, size)
		return nil, err
	}
	out := make([]float32, 0, size/width)
	buf := make([]byte, min(size, 1<<20))
	for size > 0 {
		b := buf[:min(size, int64(len(buf)))]
		if _, err := io.ReadFull(r, b); err != nil {
			return nil, err
		}
		for i := int64(0); i < int64(len(b)); i += width {
			out = append(out, widen(b[i:]))
		}
		size -= int64(len(b))
	}
	return out, nil
}

// widening converts the first element of its argument, or is nil for a type
// that is no float.
func widening(dtype string) func([]byte) float32 {
	le := binary.LittleEndian
	switch dtype {
	case "F32":
		return func(b []byte) float32 { return math.Float32frombits(le.Uint32(b)) }
	case "BF16":
		return func(b []byte) float32 { return math.Float32frombits(uint32(le.Uint16(b)) << 16) }
	case "F16":
		return func(b []byte) float32 { return half(le.Uint16(b)) }
	case "F64":
		return func(b []byte) float32 { return float32(math.Float64frombits(le.Uint64(b))) }
	}
	return nil
}

// half widens an IEEE 754 binary16.
func half(h uint16) float32 {
	sign, exp, frac := uint32(h>>15)<<31, uint32(h>>10&31), uint32(h&1023)
	switch exp {
	case 31: // infinity, not a number
		return math.Float32frombits(sign | 0xff<<23 | frac<<13)
	case 0: // zero and subnormals: frac × 2^-24
		f := float32(frac) / (1 << 24)
		return math.Float32frombits(sign | math.Float32bits(f))
	}
	return math.Float32frombits(sign | (exp+127-15)<<23 | frac<<13)
}
