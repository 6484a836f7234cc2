package filter

import (
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"sort"

	"corpus"
)

// A change is a document's number, whether it is promoted, and else the score of
// the copy that is better.
const changeBytes = 8 + 1 + 8

func changeOf(member []byte, promoted byte, winner []byte) []byte {
	c := append(make([]byte, 0, changeBytes), member[memberDoc:memberDoc+8]...)
	return append(append(c, promoted), winner[memberScore:memberDoc]...)
}

// changeSchema is the columns of roleChanges, by part and row: promoted is 1, or 0
// of a survivor that passes the rules and has a better copy, whose score is beside it.
var changeSchema = corpus.Schema{
	{Name: "part", Kind: corpus.Ints},
	{Name: "row", Kind: corpus.Ints},
	{Name: "promoted", Kind: corpus.Ints},
	{Name: "score", Kind: corpus.Floats},
}

func writeChanges(e corpus.Env, changes corpus.Sorter) error {
	w, err := e.Create(roleChanges, changeSchema)
	if err != nil {
		return err
	}
	t := corpus.NewTable(changeSchema)
	for c, err := range changes.Each() {
		if err != nil {
			return err
		}
		doc := binary.BigEndian.Uint64(c)
		t.Columns[0].Ints = append(t.Columns[0].Ints, int64(doc>>32))
		t.Columns[1].Ints = append(t.Columns[1].Ints, int64(doc&math.MaxUint32))
		t.Columns[2].Ints = append(t.Columns[2].Ints, int64(c[8]))
		t.Columns[3].Floats = append(t.Columns[3].Floats, ascending(binary.BigEndian.Uint64(c[9:])))
		if t.Rows++; t.Rows < verdictRows {
			continue
		}
		if err := w.Write(t); err != nil {
			return err
		}
		t.Reset()
	}
	return w.Write(t)
}

// seekPart goes to the last batch of a table of changes that begins before the part,
// or to the first.
func seekPart(r corpus.TableReader, part int64) (err error) {
	in, ok := r.(corpus.Seeker)
	if !ok || in.Batches() < 2 {
		return nil
	}
	before := sort.Search(in.Batches()-1, func(i int) bool {
		if err != nil {
			return true
		}
		var t *corpus.Table
		if err = in.Seek(i + 1); err == nil {
			t, err = in.Next()
		}
		return err != nil || t.Rows == 0 || t.Columns[0].Ints[0] >= part
	})
	return cmp.Or(err, in.Seek(before))
}

// changes reads what promote decided of a part.
type changes struct {
	at   cursor
	part int64
	more bool // there is a row that was not applied yet
}

// openChanges is at the first row of the part.
func openChanges(e corpus.Env, part int) (*changes, error) {
	first, _ := e.Parts()
	r, err := e.Open(roleChanges, first)
	if err != nil {
		return nil, err
	}
	c := &changes{at: cursor{r: r}, part: int64(part)}
	if err = seekPart(r, c.part); err == nil {
		err = c.next()
	}
	for err == nil && c.more && c.at.t.Columns[0].Ints[c.at.row] < c.part {
		err = c.next()
	}
	if err != nil {
		_ = r.Close() // it was only read
	}
	return c, err
}

func (c *changes) next() error {
	err := c.at.next()
	c.more = err == nil
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// apply tells a document its place; documents come in order.
func (c *changes) apply(r *row) error {
	r.promoted, r.replaced = false, false
	if !c.more {
		return nil
	}
	col, i := c.at.t.Columns, c.at.row
	if col[0].Ints[i] != c.part || col[1].Ints[i] != int64(r.at) {
		return nil
	}
	r.promoted = col[2].Ints[i] == 1
	r.replaced, r.better = !r.promoted, col[3].Floats[i]
	return c.next()
}
