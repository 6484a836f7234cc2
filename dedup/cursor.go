package dedup

import (
	"errors"
	"fmt"
	"io"

	"corpus"
)

// signature is a row of Signature, valid until the cursor moves.
type signature struct {
	id     corpus.ID
	sketch []uint64 // none for a text without words
}

// cursor reads signatures by ascending document number and opens only the parts,
// and reads only the batches, that are asked for.
type cursor struct {
	Config
	env   corpus.Env
	start []uint32 // number of the first document of each part, then the total
	part  int
	in    corpus.TableReader
	table *corpus.Table
	row   uint32 // number of the table's first document
	next  uint32 // of the first document behind it
}

func (c Config) newCursor(env corpus.Env, start []uint32) *cursor {
	return &cursor{Config: c, env: env, start: start, part: -1, table: new(corpus.Table)}
}

// at is the signature of document d, not below that of the last call.
func (c *cursor) at(d uint32) (signature, error) {
	for c.part < 0 || d >= c.start[c.part+1] {
		if err := c.open(c.part+1, d); err != nil {
			return signature{}, err
		}
	}
	for d >= c.next {
		if err := c.read(d); err != nil {
			return signature{}, err
		}
	}
	i := d - c.row
	sketch := c.table.Column("sketch").Hashes[i]
	if len(sketch) != 0 && len(sketch) != c.sketchLen() {
		return signature{}, corpus.Errorf(corpus.Corrupt, "dedup: document %d has a sketch of %d numbers, want %d", d, len(sketch), c.sketchLen())
	}
	return signature{c.table.Column("id").IDs[i], sketch}, nil
}

// read goes to the batch of document d, if it is not the next one, and reads it.
func (c *cursor) read(d uint32) error {
	c.row = c.next
	rows := uint32(c.rowsPerSignatures())
	batch, at := (d-c.start[c.part])/rows, (c.row-c.start[c.part])/rows
	if in, ok := c.in.(corpus.Seeker); ok && batch > at && int(batch) < in.Batches() {
		if err := in.Seek(int(batch)); err != nil {
			return err
		}
		c.row = c.start[c.part] + batch*rows
	}
	t, err := c.in.Next()
	if errors.Is(err, io.EOF) {
		err = corpus.Errorf(corpus.Corrupt, "dedup: signatures of part %d ended early", c.part)
	}
	if err != nil {
		return err
	}
	c.table, c.next = t, c.row+uint32(t.Rows)
	return nil
}

// open goes to a part, and opens it if it holds document d.
func (c *cursor) open(part int, d uint32) error {
	c.close()
	if part+1 >= len(c.start) {
		return fmt.Errorf("dedup: no document %d", d)
	}
	c.part, c.row, c.next = part, c.start[part], c.start[part]
	if d >= c.start[part+1] {
		return nil
	}
	if err := c.env.Context().Err(); err != nil {
		return err
	}
	in, err := c.env.Open(Signature, part)
	c.in = in
	return err
}

func (c *cursor) close() {
	if c.in != nil {
		c.in.Close()
		c.in = nil
	}
}
