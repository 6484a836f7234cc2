package export

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"path"
	"strings"

	"corpus/internal/fsx"
	"corpus/shards"
)

const (
	// mdsLimit is where a shard ends, as in streaming's MDSWriter (size_limit). A
	// larger document is a shard of its own; offsets in a shard are u32, and the
	// largest document there can be (corpus.MaxDocument, a token a byte) fits.
	mdsLimit = 1 << 26

	// maxShape is the bytes of an array's shape: what sort, and a u32.
	maxShape = 1 + 4
)

// writeMDS writes shard.00000.mds, … and index.json to the byte as streaming's
// MDSWriter would (streaming/base/format/mds/writer.py), a document a sample, with
// the columns id, lang, source and tokens. A shard is little-endian
//
//	samples u32 | offsets u32[samples+1] | configuration, JSON | samples
//
// and a sample the lengths of its columns as u32, then the columns.
func writeMDS(e *export, s *split) error {
	limit := e.limit
	if limit == 0 {
		limit = mdsLimit
	}
	dtype := "uint16"
	if megatronWidth(e.Vocab) == 4 { // what torch can compute with
		dtype = "int32"
	}
	m := &mds{e: e, split: s, limit: limit, width: megatronWidth(e.Vocab), config: fmt.Sprintf(mdsConfig, dtype, limit)}
	for d, err := range s.all.Documents(0, s.all.Len()) {
		if err == nil {
			err = m.add(d)
		}
		if err != nil {
			return err
		}
	}
	if err := m.flush(); err != nil {
		return err
	}
	return e.file(path.Join(s.name, "index.json"), func(f *fsx.Staged) error {
		_, err := fmt.Fprintf(f, `{"shards": [%s], "version": 2}`, strings.Join(m.shards, ", "))
		return err
	})
}

// The configuration of a shard and its entry in the index as Python's json.dumps
// writes them with sorted keys.
const (
	mdsConfig = `{"column_encodings": ["str", "str", "str", "ndarray:%s"], "column_names": ["id", "lang", "source", "tokens"], "column_sizes": [null, null, null, null], ` +
		`"compression": null, "format": "mds", "hashes": ["sha256"], "size_limit": %d, "version": 2}`
	mdsShard = `"raw_data": {"basename": "%s", "bytes": %d, "hashes": {"sha256": "%s"}}, "samples": %d, `
)

// mds is a split being written.
type mds struct {
	e      *export
	split  *split
	limit  int64
	width  int
	config string
	shards []string // entries of the index

	docs  []shards.Document // of this shard
	bytes int64             // of their samples
	head  []byte            // of a sample
}

// size is the bytes of a document's sample.
func (m *mds) size(d shards.Document) int64 {
	return int64(4*4+len(d.ID)+len(d.Lang)+len(d.Source)+len(appendShape(nil, uint32(d.Len)))) + int64(m.width)*d.Len
}

// add puts a document into the shard, or into the next where it has no room.
func (m *mds) add(d shards.Document) error {
	size := m.size(d)
	if int64(8+len(m.config)+4*len(m.docs)+4)+m.bytes+size > m.limit {
		if err := m.flush(); err != nil {
			return err
		}
	}
	m.docs, m.bytes = append(m.docs, d), m.bytes+size
	return nil
}

// sample writes that of a document.
func (m *mds) sample(f io.Writer, d shards.Document) error {
	var room [maxShape]byte
	shape := appendShape(room[:0], uint32(d.Len))
	m.head = m.head[:0]
	for _, n := range []int64{int64(len(d.ID)), int64(len(d.Lang)), int64(len(d.Source)), int64(len(shape)) + int64(m.width)*d.Len} {
		m.head = binary.LittleEndian.AppendUint32(m.head, uint32(n))
	}
	m.head = append(append(append(append(m.head, d.ID...), d.Lang...), d.Source...), shape...)
	if _, err := f.Write(m.head); err != nil {
		return err
	}
	return m.e.tokens(f, m.split, d.At, d.Len, m.width)
}

// appendShape appends the shape of an array of one dimension and n > 0 numbers: how
// many dimensions, in what sort of integer, and the integer (streaming/base/format/
// mds/encodings.py, NDArray).
func appendShape(dst []byte, n uint32) []byte {
	const one8, one16, one32 = 1 << 2, 1<<2 + 1, 1<<2 + 2
	switch {
	case n <= math.MaxUint8:
		return append(dst, one8, byte(n))
	case n <= math.MaxUint16:
		return binary.LittleEndian.AppendUint16(append(dst, one16), uint16(n))
	}
	return binary.LittleEndian.AppendUint32(append(dst, one32), n)
}

// flush writes the shard, if it has documents.
func (m *mds) flush() error {
	if len(m.docs) == 0 {
		return nil
	}
	name := fmt.Sprintf("shard.%05d.mds", len(m.shards))
	err := m.e.file(path.Join(m.split.name, name), func(f *fsx.Staged) error {
		if err := m.write(f); err != nil {
			return err
		}
		head, tail, _ := strings.Cut(m.config, `"size_limit"`)
		info := fmt.Sprintf(mdsShard, name, f.Size(), f.Sum(), len(m.docs))
		m.shards = append(m.shards, head+info+`"size_limit"`+strings.TrimSuffix(tail, "}")+`, "zip_data": null}`)
		return nil
	})
	m.docs, m.bytes = m.docs[:0], 0
	return err
}

func (m *mds) write(f io.Writer) error {
	at := int64(4 + 4*(len(m.docs)+1) + len(m.config))
	head := binary.LittleEndian.AppendUint32(nil, uint32(len(m.docs)))
	head = binary.LittleEndian.AppendUint32(head, uint32(at))
	for _, d := range m.docs {
		at += m.size(d)
		head = binary.LittleEndian.AppendUint32(head, uint32(at))
	}
	if _, err := f.Write(append(head, m.config...)); err != nil {
		return err
	}
	for _, d := range m.docs {
		if err := m.sample(f, d); err != nil {
			return err
		}
	}
	return nil
}
