package shards

import (
	"encoding/binary"
	"fmt"
	"math"
	"sort"
	"sync"
	"sync/atomic"
	"unsafe"

	"corpus"
	"corpus/internal/fsx"

	"github.com/zeebo/xxh3"
)

// tokenShard is a mapped token shard: its documents are a stream, each followed
// by the end token.
type tokenShard struct {
	part          int // its number
	name, rebuild string
	file          corpus.File
	vocab         int // ids are below it
	mapped        *fsx.Mapping
	starts        []int64 // in the stream, of each batch, and the end
	length, docs  int64

	once    sync.Once // what follows is made when the shard is first read
	broken  error
	mu      sync.Mutex // of verifying
	blocks  []block
	offsets []int64 // in the file, of each batch's range
	batches []tokenBatch
}

// tokenBatch is the tokens of a record batch, once it is ready.
type tokenBatch struct {
	ready   atomic.Bool
	offsets []int32 // documents' token ranges, rows+1
	values  []byte  // ids of 2 or 4 bytes
}

// measure finds the length of the shard's stream, from the manifest where that
// tells, else by reading.
func (s *tokenShard) measure() error {
	n := len(s.file.Checks) - 1
	if n < 0 {
		return corrupt(s.name, 0, "has no checksums in the manifest", nil, s.rebuild)
	}
	s.starts = make([]int64, n+1)
	for i, c := range s.file.Checks[:n] {
		rows, tokens := c.Rows, c.Tokens
		if tokens == 0 { // an older file, or without tokens
			b, err := s.batch(i)
			if err != nil {
				return err
			}
			rows = int64(b.docs())
			tokens = int64(b.offsets[rows])
		}
		if c.Size < 0 || rows < 0 || tokens < 0 {
			return corrupt(s.name, 0, "has impossible counts in the manifest", nil, s.rebuild)
		}
		s.starts[i+1] = s.starts[i] + tokens + rows
		s.docs += rows
	}
	s.length = s.starts[n]
	return nil
}

// batch is a verified record batch.
func (s *tokenShard) batch(i int) (*tokenBatch, error) {
	if s.once.Do(func() { s.broken = s.open() }); s.broken != nil {
		return nil, s.broken
	}
	b := &s.batches[i]
	if b.ready.Load() {
		return b, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if b.ready.Load() {
		return b, nil
	}
	if err := s.verify(b, i); err != nil {
		return nil, err
	}
	b.ready.Store(true)
	return b, nil
}

// open verifies what ends the file before it is believed where batches are.
func (s *tokenShard) open() (err error) {
	data, checks := s.mapped.Data, s.file.Checks
	last := checks[len(checks)-1]
	if last.Size > s.file.Size || xxh3.Hash(data[s.file.Size-last.Size:]) != last.Sum {
		return corrupt(s.name, s.file.Size-last.Size, "does not match its checksum", nil, s.rebuild)
	}
	if s.blocks, err = readFooter(data); err != nil || len(s.blocks) != len(checks)-1 {
		return corrupt(s.name, 0, "has a damaged footer", err, s.rebuild)
	}
	s.batches = make([]tokenBatch, len(s.blocks))
	s.offsets = make([]int64, len(checks))
	for i, c := range checks[:len(checks)-1] {
		s.offsets[i+1] = s.offsets[i] + c.Size
		if s.offsets[i+1] > s.file.Size {
			return corrupt(s.name, s.offsets[i], "has a range beyond its end", nil, s.rebuild)
		}
	}
	return nil
}

// Buffers of the first column of a token shard, the tokens, in a record batch.
const (
	tokenOffsets = 1 // list: validity, offsets; values: validity, data
	tokenValues  = 3
)

// verify checks a batch's range before the places of its buffers, which the range
// holds, are believed, and what the manifest says of it.
func (s *tokenShard) verify(b *tokenBatch, i int) error {
	data, at, c := s.mapped.Data, s.offsets[i], s.file.Checks[i]
	if xxh3.Hash(data[at:at+c.Size]) != c.Sum {
		return corrupt(s.name, at, "does not match its checksum", nil, s.rebuild)
	}
	batch, err := s.blocks[i].batch(data)
	rows, bufs := batch.rows, batch.buffers
	if err != nil || rows < 0 || len(bufs) <= tokenValues || len(bufs[tokenOffsets]) < 4*(rows+1) && rows > 0 {
		return corrupt(s.name, at, "is not a token shard", err, s.rebuild)
	}
	b.offsets = []int32{0}
	if rows > 0 {
		b.offsets = cast(bufs[tokenOffsets])[:rows+1]
	}
	b.values = bufs[tokenValues]
	tokens := int64(b.offsets[rows])
	if int64(len(b.values)) < tokens*s.width() {
		return corrupt(s.name, at, "is not a token shard", nil, s.rebuild)
	}
	if c.Tokens != 0 && (c.Tokens != tokens || c.Rows != int64(rows)) {
		return corrupt(s.name, at, "has other documents than the manifest says", nil, s.rebuild)
	}
	return s.within(b, i)
}

// within refuses a batch that has an id which is not below the vocabulary.
func (s *tokenShard) within(b *tokenBatch, i int) error {
	ids := b.values[:int64(b.offsets[b.docs()])*s.width()]
	if s.vocab > math.MaxUint16 && s.width() == 2 || !beyond(ids, s.vocab, s.width() == 2) {
		return nil
	}
	for doc := range b.docs() {
		for k := b.offsets[doc]; k < b.offsets[doc+1]; k++ {
			var id [1]int32
			widen(id[:], ids[int64(k)*s.width():int64(k+1)*s.width()], s.width() == 2)
			if uint32(id[0]) >= uint32(s.vocab) {
				return &corpus.Error{
					Class: corpus.BadConfig, Path: s.name, Offset: s.offsets[i],
					What: fmt.Sprintf("token %d of document %d of this record batch is %d, and the vocabulary has %d", k-b.offsets[doc], doc, uint32(id[0]), s.vocab),
					Next: "another tokenizer made these shards; make them anew with `" + s.rebuild + "`",
				}
			}
		}
	}
	return nil
}

// beyond says whether an id is not below n.
func beyond(ids []byte, n int, narrow bool) bool {
	if !narrow {
		most := uint32(0)
		for ; len(ids) >= 4; ids = ids[4:] {
			most = max(most, binary.LittleEndian.Uint32(ids))
		}
		return int64(most) >= int64(n)
	}
	// Four at a time: the top bit of each half stays while n-1 is no smaller.
	const low, top = 0x0000ffff_0000ffff, 0x80000000_80000000
	limit := top + uint64(n-1)*0x00000001_00000001
	all := uint64(top)
	for ; len(ids) >= 8; ids = ids[8:] {
		v := binary.LittleEndian.Uint64(ids)
		all &= (limit - v&low) & (limit - v>>16&low)
	}
	most := uint16(0)
	for ; len(ids) >= 2; ids = ids[2:] {
		most = max(most, binary.LittleEndian.Uint16(ids))
	}
	return all != top || int(most) >= n
}

// width is the bytes of an id.
func (s *tokenShard) width() int64 {
	if s.file.Tokens == "uint16" {
		return 2
	}
	return 4
}

// cast views little-endian bytes as offsets; Arrow aligns buffers to 8 bytes.
func cast(b []byte) []int32 {
	return unsafe.Slice((*int32)(unsafe.Pointer(&b[0])), len(b)/4)
}

// find is the batch that holds a position, and where it begins.
func (s *tokenShard) find(at int64) (b *tokenBatch, start int64, err error) {
	i := s.batchOf(at)
	b, err = s.batch(i)
	return b, s.starts[i], err
}

// batchOf is the number of the batch that holds a position.
func (s *tokenShard) batchOf(at int64) int {
	return sort.Search(len(s.starts)-1, func(i int) bool { return s.starts[i+1] > at })
}

// read fills dst with the stream from position at on.
func (s *tokenShard) read(dst []int32, at int64, eos uint32) error {
	for len(dst) > 0 {
		b, start, err := s.find(at)
		if err != nil {
			return err
		}
		n := b.read(dst, at-start, int32(eos), s.width())
		dst, at = dst[n:], at+int64(n)
	}
	return nil
}

func (b *tokenBatch) docs() int { return len(b.offsets) - 1 }

// length is that of a document with its end token.
func (b *tokenBatch) length(doc int) int64 { return int64(b.offsets[doc+1]-b.offsets[doc]) + 1 }

// doc is the document that holds position at of the batch's stream, where
// document i begins at offsets[i]+i, for each one before it ended in eos.
func (b *tokenBatch) doc(at int64) int {
	low, high := 0, b.docs()
	for low+1 < high {
		if mid := (low + high) / 2; int64(b.offsets[mid])+int64(mid) <= at {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}

// read copies what the batch has from at on and returns how much.
func (b *tokenBatch) read(dst []int32, at int64, eos int32, width int64) (n int) {
	for i := b.doc(at); i < b.docs() && n < len(dst); i++ {
		from, to := at-int64(i), int64(b.offsets[i+1])
		k := min(int64(len(dst)-n), to-from)
		if k > 0 {
			widen(dst[n:], b.values[from*width:(from+k)*width], width == 2)
		}
		n, at = n+int(k), at+k
		if from+k == to && n < len(dst) {
			dst[n] = eos
			n, at = n+1, at+1
		}
	}
	return n
}

// widen copies ids of 2 or 4 bytes, little-endian as all that is mapped.
func widen(dst []int32, src []byte, narrow bool) {
	if !narrow {
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&dst[0])), len(src)), src)
		return
	}
	n := len(src) / 2
	out := dst[:n]
	for len(out) >= 4 && len(src) >= 8 { // four at a time
		v := binary.LittleEndian.Uint64(src)
		out[0], out[1], out[2], out[3] = int32(v&0xffff), int32(v>>16&0xffff), int32(v>>32&0xffff), int32(v>>48)
		out, src = out[4:], src[8:]
	}
	for i := range out {
		out[i] = int32(binary.LittleEndian.Uint16(src[2*i:]))
	}
}
