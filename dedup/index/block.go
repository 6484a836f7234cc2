package index

import (
	"encoding/binary"
	"errors"

	"corpus"
)

// Schema is the columns of a run's blocks: the space and first key of a block,
// how many entries it has, and their bytes, little-endian, zero-padded.
func Schema() corpus.Schema {
	return corpus.Schema{
		{Name: "space", Kind: corpus.Ints},
		{Name: "key", Kind: corpus.IDs},
		{Name: "entries", Kind: corpus.Ints},
		{Name: "packed", Kind: corpus.Hashes},
	}
}

// FenceSchema is the columns of a run's fences: the first key of each batch.
func FenceSchema() corpus.Schema { return Schema()[:2] }

// appendEntry adds an entry that follows last in the block: the difference of the
// upper halves of the keys, the lower half, First, and Last where it is another.
func appendEntry(b []byte, last Key, e Entry) []byte {
	b = binary.AppendUvarint(b, e.High-last.High)
	if e.Space.wide() {
		b = binary.LittleEndian.AppendUint64(b, e.Low)
	}
	if e.First == e.Last {
		return binary.AppendUvarint(b, uint64(e.First)<<1)
	}
	b = binary.AppendUvarint(b, uint64(e.First)<<1|1)
	return binary.AppendUvarint(b, uint64(e.Last-e.First))
}

// block is one that is being read.
type block struct {
	bytes []byte
	left  int64 // entries
	last  Key
}

var errDamaged = errors.New("block of the index is damaged")

// open begins a block of a table of Schema.
func (b *block) open(t *corpus.Table, row int) error {
	c := t.Columns
	packed := c[3].Hashes[row]
	b.bytes = b.bytes[:0]
	for _, x := range packed {
		b.bytes = binary.LittleEndian.AppendUint64(b.bytes, x)
	}
	b.last, b.left = keyAt(t, row), c[2].Ints[row]
	if b.last.Space >= spaces || b.left < 1 || b.left > int64(len(b.bytes)/minEntryBytes) {
		return errDamaged
	}
	// The first entry is as far from the block's key as it says: not at all.
	if b.last.Space.wide() {
		b.last.Low = 0
	}
	return nil
}

// next is the next entry, while there are any left.
func (b *block) next() (Entry, error) {
	e := Entry{Key: b.last}
	step, n := binary.Uvarint(b.bytes)
	if n <= 0 {
		return e, errDamaged
	}
	e.High += step
	b.bytes = b.bytes[n:]
	if e.Space.wide() {
		if len(b.bytes) < 8 {
			return e, errDamaged
		}
		e.Low = binary.LittleEndian.Uint64(b.bytes)
		b.bytes = b.bytes[8:]
	}
	first, n := binary.Uvarint(b.bytes)
	if n <= 0 {
		return e, errDamaged
	}
	b.bytes = b.bytes[n:]
	e.First = uint32(first >> 1)
	e.Last = e.First
	if first&1 != 0 {
		more, n := binary.Uvarint(b.bytes)
		if n <= 0 {
			return e, errDamaged
		}
		b.bytes = b.bytes[n:]
		e.Last += uint32(more)
	}
	b.last = e.Key
	b.left--
	return e, nil
}

// keyAt is the space and key of a row; a space that there is none of is spaces.
func keyAt(t *corpus.Table, row int) Key {
	space, id := t.Columns[0].Ints[row], t.Columns[1].IDs[row]
	return Key{Space(min(uint64(space), uint64(spaces))), binary.BigEndian.Uint64(id[:8]), binary.BigEndian.Uint64(id[8:])}
}

func (k Key) id() (id corpus.ID) {
	binary.BigEndian.PutUint64(id[:8], k.High)
	binary.BigEndian.PutUint64(id[8:], k.Low)
	return id
}
