package corpus

import (
	"fmt"
	"math"
)

// Kind is the type of a column.
type Kind int

// The kinds of columns, with their Go and Arrow types.
const (
	IDs     Kind = iota // []ID, fixed_size_binary[16]
	Strings             // []string, utf8
	Floats              // []float64, float64; NaN is null
	Ints                // []int64, int64; NullInt is null
	Lists               // [][]string, list<utf8>
	Numbers             // [][]float64, list<float64>
	Uint16s             // [][]uint32, list<uint16>: tokens of a small vocabulary
	Uint32s             // [][]uint32, list<uint32>: tokens of a larger one
	Hashes              // [][]uint64, list<uint64>
)

// NullInt stands for a missing integer.
const NullInt = math.MinInt64

// Field names a column and its kind.
type Field struct {
	Name string
	Kind Kind
}

// Schema is the columns of a table, in order.
type Schema []Field

// Index is the position of the named column, or -1.
func (s Schema) Index(name string) int {
	for i, f := range s {
		if f.Name == name {
			return i
		}
	}
	return -1
}

// Column holds the values of one field: only the slice of its kind is used.
type Column struct {
	IDs     []ID
	Strings []string
	Floats  []float64
	Ints    []int64
	Lists   [][]string
	Numbers [][]float64
	Tokens  [][]uint32 // Uint16s and Uint32s
	Hashes  [][]uint64
}

// Table is a batch of rows by column, the form in which parts pass between
// stages and the disk. Columns stand in the order of Schema and are equally long.
type Table struct {
	Schema  Schema
	Rows    int
	Columns []Column
}

// NewTable is an empty table of the schema.
func NewTable(s Schema) *Table {
	return &Table{Schema: s, Columns: make([]Column, len(s))}
}

// Column is the named column; asking for one the schema lacks is a programmer's
// error and panics with the name.
func (t *Table) Column(name string) *Column {
	i := t.Schema.Index(name)
	if i < 0 {
		panic("corpus: table has no column " + name)
	}
	return &t.Columns[i]
}

// Has says whether the table has the named column.
func (t *Table) Has(name string) bool { return t.Schema.Index(name) >= 0 }

// Reset empties the table and keeps its memory.
func (t *Table) Reset() {
	t.Rows = 0
	for i := range t.Columns {
		c := &t.Columns[i]
		c.IDs, c.Strings, c.Floats, c.Ints = c.IDs[:0], c.Strings[:0], c.Floats[:0], c.Ints[:0]
		c.Lists, c.Numbers, c.Tokens, c.Hashes = c.Lists[:0], c.Numbers[:0], c.Tokens[:0], c.Hashes[:0]
	}
}

// Len is the number of values a column of the kind holds.
func (c *Column) Len(k Kind) int {
	switch k {
	case IDs:
		return len(c.IDs)
	case Strings:
		return len(c.Strings)
	case Floats:
		return len(c.Floats)
	case Ints:
		return len(c.Ints)
	case Lists:
		return len(c.Lists)
	case Numbers:
		return len(c.Numbers)
	case Hashes:
		return len(c.Hashes)
	default:
		return len(c.Tokens)
	}
}

// Check reports a column whose length is not Rows.
func (t *Table) Check() error {
	for i, f := range t.Schema {
		if n := t.Columns[i].Len(f.Kind); n != t.Rows {
			return fmt.Errorf("column %s has %d values for %d rows", f.Name, n, t.Rows)
		}
	}
	return nil
}

// TableReader streams a part batch by batch. The table is valid until the next
// call; io.EOF ends.
type TableReader interface {
	Next() (*Table, error)
	Close() error
}

// Seeker is a TableReader that can go to any batch, as those of the engine can,
// for tables whose rows are in an order.
type Seeker interface {
	TableReader
	// Batches is how many there are, Seek makes one of them what Next gives.
	Batches() int
	Seek(batch int) error
	// SeekRow seeks the batch that holds a row and says which row that begins with.
	// It is -1, and nothing is sought, in older files, which do not tell the rows of
	// their batches.
	SeekRow(row int64) (first int64, err error)
}

// TableWriter takes a part batch by batch and cuts record batches itself. Write
// copies what it keeps. The engine closes it when the task succeeds.
type TableWriter interface {
	Write(*Table) error
}

// Cutter is a TableWriter that can end a record batch before it is full, as those
// of the engine can: what a Seeker is to find needs small ones.
type Cutter interface {
	TableWriter
	Cut() error
}

// Cut ends the record batch, where w is a Cutter.
func Cut(w TableWriter) error {
	if c, ok := w.(Cutter); ok {
		return c.Cut()
	}
	return nil
}

// TextSchema is the columns of a text part.
func TextSchema() Schema {
	return Schema{
		{"id", IDs},
		{"source", Strings},
		{"url", Strings},
		{"title", Strings},
		{"fetched", Ints},
		{"lang", Strings},
		{"lang_score", Floats},
		{"text", Strings},
		{"author", Strings},
		{"trusted", Ints}, // 1 or 0
	}
}

// Append adds a document as a row of a table of TextSchema.
func (t *Table) Append(d *Document) {
	c := t.Columns
	c[0].IDs = append(c[0].IDs, d.ID)
	c[1].Strings = append(c[1].Strings, d.Source)
	c[2].Strings = append(c[2].Strings, d.URL)
	c[3].Strings = append(c[3].Strings, d.Title)
	c[4].Ints = append(c[4].Ints, d.Fetched)
	c[5].Strings = append(c[5].Strings, d.Lang)
	c[6].Floats = append(c[6].Floats, d.LangScore)
	c[7].Strings = append(c[7].Strings, d.Text)
	c[8].Strings = append(c[8].Strings, d.Author)
	trusted := int64(0)
	if d.Trusted {
		trusted = 1
	}
	c[9].Ints = append(c[9].Ints, trusted)
	t.Rows++
}

// Document is row i of a table that begins with the columns of TextSchema; older
// datasets have no authors and trust nothing.
func (t *Table) Document(i int) Document {
	c := t.Columns
	author := ""
	if t.Has("author") {
		author = t.Column("author").Strings[i]
	}
	return Document{
		ID: c[0].IDs[i], Source: c[1].Strings[i], URL: c[2].Strings[i], Title: c[3].Strings[i],
		Fetched: c[4].Ints[i], Lang: c[5].Strings[i], LangScore: c[6].Floats[i], Text: c[7].Strings[i], Author: author,
		Trusted: t.Has("trusted") && t.Column("trusted").Ints[i] == 1,
	}
}
