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
	hashes []uint64
}

// cursor reads signatures by ascending document number and opens only the parts
// that are asked for.
type cursor struct {
	env   corpus.Env
	start []uint32 // number of the first document of each part, then the total
	part  int
	in    corpus.TableReader
	table *corpus.Table
	row   uint32 // number of the table's first document
}

func newCursor(env corpus.Env, start []uint32) *cursor {
	return &cursor{env: env, start: start, part: -1, table: new(corpus.Table)}
}

// at is the signature of document d, not below that of the last call.
func (c *cursor) at(d uint32) (signature, error) {
	for c.part < 0 || d >= c.start[c.part+1] {
		if err := c.open(c.part+1, d); err != nil {
			return signature{}, err
		}
	}
	for d >= c.row+uint32(c.table.Rows) {
		c.row += uint32(c.table.Rows)
		t, err := c.in.Next()
		if errors.Is(err, io.EOF) {
			err = corpus.Errorf(corpus.Corrupt, "dedup: signatures of part %d ended early", c.part)
		}
		if err != nil {
			return signature{}, err
		}
		c.table = t
	}
	i := d - c.row
	return signature{c.table.Column("id").IDs[i], c.table.Column("hashes").Hashes[i]}, nil
}

// open goes to a part, and opens it if it holds document d.
func (c *cursor) open(part int, d uint32) error {
	c.close()
	if err := c.env.Context().Err(); err != nil {
		return err
	}
	if part+1 >= len(c.start) {
		return fmt.Errorf("dedup: no document %d", d)
	}
	c.part, c.row, c.table = part, c.start[part], new(corpus.Table)
	if d >= c.start[part+1] {
		return nil
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
