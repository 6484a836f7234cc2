package index

import (
	"encoding/binary"
	"fmt"

	"corpus"
)

// Writer writes a run.
type Writer struct {
	blocks, fences corpus.TableWriter
	batch, fence   *corpus.Table
	bytes          []byte // of the block
	entries        int64  // in it
	first, last    Key    // of it
}

// NewWriter starts a run on a table of Schema and one of FenceSchema.
func NewWriter(blocks, fences corpus.TableWriter) *Writer {
	return &Writer{blocks: blocks, fences: fences, batch: corpus.NewTable(Schema()), fence: corpus.NewTable(FenceSchema())}
}

// Put adds an entry, whose key is above that of the last.
func (w *Writer) Put(e Entry) error {
	if w.entries > 0 && (e.Space != w.last.Space || len(w.bytes)+maxEntryBytes > blockBytes) {
		if err := w.endBlock(); err != nil {
			return err
		}
	}
	if w.entries > 0 && e.Compare(w.last) <= 0 {
		return fmt.Errorf("index: key %v after %v", e.Key, w.last)
	}
	if w.entries == 0 {
		w.first, w.last = e.Key, e.Key
	}
	w.bytes = appendEntry(w.bytes, w.last, e)
	w.last = e.Key
	w.entries++
	return nil
}

// endBlock makes the entries a row of the batch.
func (w *Writer) endBlock() error {
	if len(w.batch.Columns[0].Ints) == 0 {
		appendKey(w.fence, w.first)
	}
	appendKey(w.batch, w.first)
	for len(w.bytes)%8 != 0 {
		w.bytes = append(w.bytes, 0)
	}
	packed := make([]uint64, 0, len(w.bytes)/8)
	for b := w.bytes; len(b) > 0; b = b[8:] {
		packed = append(packed, binary.LittleEndian.Uint64(b))
	}
	c := w.batch.Columns
	c[2].Ints = append(c[2].Ints, w.entries)
	c[3].Hashes = append(c[3].Hashes, packed)
	w.bytes, w.entries = w.bytes[:0], 0
	if w.batch.Rows < batchBlocks {
		return nil
	}
	return w.endBatch()
}

func appendKey(t *corpus.Table, k Key) {
	t.Columns[0].Ints = append(t.Columns[0].Ints, int64(k.Space))
	t.Columns[1].IDs = append(t.Columns[1].IDs, k.id())
	t.Rows++
}

func (w *Writer) endBatch() error {
	if w.batch.Rows == 0 {
		return nil
	}
	defer w.batch.Reset()
	if err := w.blocks.Write(w.batch); err != nil {
		return err
	}
	return corpus.Cut(w.blocks)
}

// Close writes what remains.
func (w *Writer) Close() error {
	if w.entries > 0 {
		if err := w.endBlock(); err != nil {
			return err
		}
	}
	if err := w.endBatch(); err != nil {
		return err
	}
	return w.fences.Write(w.fence)
}
