package shards

import (
	"errors"
	"fmt"
	"path"
	"sort"
	"unsafe"

	"corpus"
	"corpus/internal/fsx"

	"github.com/zeebo/xxh3"
)

// Tokens is a set of token shards as one stream: document after document, each
// followed by the end-of-text token. The shards are mapped, not copied, and
// verified as they are opened, which reads them once. Methods may be called concurrently.
type Tokens struct {
	eos      uint32
	maps     []*fsx.Mapping
	batches  []tokenBatch
	starts   []int64 // stream position at which each batch begins
	length   int64
	closeErr error
}

type tokenBatch struct {
	offsets []int32  // documents' token ranges, rows+1
	u16     []uint16 // tokens, one of the two
	u32     []uint32
}

// OpenTokens maps the token shards of a role (such as "train/part") of a
// dataset. eos is appended to every document as the stream is read.
func OpenTokens(d *Dataset, role string, eos uint32) (_ *Tokens, err error) {
	t := &Tokens{eos: eos}
	defer func() {
		if err != nil {
			err = errors.Join(err, t.Close())
		}
	}()
	for _, p := range d.Parts() {
		f, ok := p.File(role)
		if !ok {
			continue
		}
		if err := t.add(d, f); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *Tokens) add(d *Dataset, f corpus.File) error {
	name := path.Join(d.Dir, f.Name)
	if err := checkSize(d.fs, name, f, d.Rebuild()); err != nil {
		return err
	}
	m, err := d.fs.Map(name)
	if err != nil {
		return corrupt(name, 0, "cannot be mapped", err, d.Rebuild())
	}
	t.maps = append(t.maps, m)
	if n := len(f.Checks); n > 0 {
		last := f.Checks[n-1]
		if last.Size > f.Size || xxh3.Hash(m.Data[f.Size-last.Size:]) != last.Sum {
			return corrupt(name, f.Size-last.Size, "does not match its checksum", nil, d.Rebuild())
		}
	}
	blocks, err := readFooter(m.Data)
	if err != nil || len(blocks) != len(f.Checks)-1 {
		return corrupt(name, 0, "has a damaged footer", err, d.Rebuild())
	}
	var off int64
	for i, b := range blocks {
		c := f.Checks[i]
		if off+c.Size > f.Size {
			return corrupt(name, off, "has a range beyond its end", nil, d.Rebuild())
		}
		if err := t.addBatch(name, d.Rebuild(), m.Data, m.Data[off:off+c.Size], c.Sum, b); err != nil {
			return err
		}
		off += c.Size
	}
	return nil
}

// Buffers of the first column of a token shard, the tokens, in a record batch.
const (
	tokenOffsets = 1 // list: validity, offsets; values: validity, data
	tokenValues  = 3
)

// TokenSchema is the columns of a token shard: the ids of one document's tokens,
// the document's id in hex, its source. kind is Uint16s or Uint32s.
func TokenSchema(kind corpus.Kind) corpus.Schema {
	return corpus.Schema{{Name: "input_ids", Kind: kind}, {Name: "id", Kind: corpus.Strings}, {Name: "source", Kind: corpus.Strings}}
}

// addBatch verifies a batch's range before the places of its buffers, which the
// range holds, are believed; the positions of its documents are needed at once.
func (t *Tokens) addBatch(name, rebuild string, data, raw []byte, sum uint64, b block) error {
	if xxh3.Hash(raw) != sum {
		return corrupt(name, b.offset, "does not match its checksum", nil, rebuild)
	}
	rows, bufs, err := b.buffers(data)
	if err != nil || len(bufs) <= tokenValues || len(bufs[tokenOffsets]) < 4*(rows+1) && rows > 0 {
		return corrupt(name, b.offset, "is not a token shard", err, rebuild)
	}
	if rows == 0 {
		return nil
	}
	tb := tokenBatch{offsets: cast[int32](bufs[tokenOffsets])[:rows+1]}
	total := int64(tb.offsets[rows])
	if values := bufs[tokenValues]; int64(len(values)) == 2*total {
		tb.u16 = cast[uint16](values)
	} else {
		tb.u32 = cast[uint32](values)
	}
	t.batches = append(t.batches, tb)
	t.starts = append(t.starts, t.length)
	t.length += total + int64(rows)
	return nil
}

// cast views little-endian bytes as integers; Arrow aligns buffers to 8 bytes.
func cast[T int32 | uint16 | uint32](b []byte) []T {
	var zero T
	if len(b) == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&b[0])), len(b)/int(unsafe.Sizeof(zero)))
}

// Len is the length of the stream in tokens, end tokens included.
func (t *Tokens) Len() int64 { return t.length }

// Read fills dst with the tokens from position at on.
func (t *Tokens) Read(dst []int32, at int64) error {
	if at < 0 || at+int64(len(dst)) > t.length {
		return fmt.Errorf("tokens %d to %d lie beyond the %d there are", at, at+int64(len(dst)), t.length)
	}
	for len(dst) > 0 {
		n := t.batch(at).read(dst, at-t.starts[t.find(at)], t.eos)
		dst, at = dst[n:], at+int64(n)
	}
	return nil
}

func (t *Tokens) find(at int64) int {
	return sort.Search(len(t.starts), func(i int) bool { return t.starts[i] > at }) - 1
}

func (t *Tokens) batch(at int64) *tokenBatch { return &t.batches[t.find(at)] }

// doc is the document that holds position at of the batch's stream, where
// document i begins at offsets[i]+i, for each one before it ended in eos.
func (b *tokenBatch) doc(at int64) int {
	rows := len(b.offsets) - 1
	return sort.Search(rows, func(i int) bool { return int64(b.offsets[i])+int64(i) > at }) - 1
}

// read copies what the batch has from at on and returns how much.
func (b *tokenBatch) read(dst []int32, at int64, eos uint32) int {
	n := 0
	for i := b.doc(at); i < len(b.offsets)-1 && n < len(dst); i++ {
		from := int64(b.offsets[i]) + at - (int64(b.offsets[i]) + int64(i))
		to := int64(b.offsets[i+1])
		k := b.copy(dst[n:], from, to)
		n += k
		at += int64(k)
		if from+int64(k) == to && n < len(dst) {
			dst[n] = int32(eos)
			n++
			at++
		}
	}
	return n
}

func (b *tokenBatch) copy(dst []int32, from, to int64) int {
	n := min(int64(len(dst)), to-from)
	for i := range n {
		if b.u16 != nil {
			dst[i] = int32(b.u16[from+i])
		} else {
			dst[i] = int32(b.u32[from+i])
		}
	}
	return int(n)
}

// Close unmaps the shards.
func (t *Tokens) Close() error {
	for _, m := range t.maps {
		t.closeErr = errors.Join(t.closeErr, m.Close())
	}
	t.maps, t.batches = nil, nil
	return t.closeErr
}
