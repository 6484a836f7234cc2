package shards

import (
	"fmt"
	"math"

	"corpus"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
)

// arrowSchema maps columns to Arrow types. All fields are nullable, since
// Hugging Face datasets coerces those that are not.
func arrowSchema(s corpus.Schema) *arrow.Schema {
	fields := make([]arrow.Field, len(s))
	for i, f := range s {
		fields[i] = arrow.Field{Name: f.Name, Type: arrowType(f.Kind), Nullable: true}
	}
	return arrow.NewSchema(fields, nil)
}

func arrowType(k corpus.Kind) arrow.DataType {
	switch k {
	case corpus.IDs:
		return &arrow.FixedSizeBinaryType{ByteWidth: len(corpus.ID{})}
	case corpus.Strings:
		return arrow.BinaryTypes.String
	case corpus.Floats:
		return arrow.PrimitiveTypes.Float64
	case corpus.Ints:
		return arrow.PrimitiveTypes.Int64
	case corpus.Lists:
		return arrow.ListOf(arrow.BinaryTypes.String)
	case corpus.Numbers:
		return arrow.ListOf(arrow.PrimitiveTypes.Float64)
	case corpus.Uint16s:
		return arrow.ListOf(arrow.PrimitiveTypes.Uint16)
	case corpus.Uint32s:
		return arrow.ListOf(arrow.PrimitiveTypes.Uint32)
	default:
		return arrow.ListOf(arrow.PrimitiveTypes.Uint64)
	}
}

// appendRow copies row i of a column into its builder and returns the bytes added.
func appendRow(b array.Builder, k corpus.Kind, c *corpus.Column, i int) int {
	switch k {
	case corpus.IDs:
		b.(*array.FixedSizeBinaryBuilder).Append(c.IDs[i][:])
		return len(c.IDs[i])
	case corpus.Strings:
		b.(*array.StringBuilder).Append(c.Strings[i])
		return len(c.Strings[i]) + 4
	case corpus.Floats:
		if v := c.Floats[i]; math.IsNaN(v) {
			b.AppendNull()
		} else {
			b.(*array.Float64Builder).Append(v)
		}
		return 8
	case corpus.Ints:
		if v := c.Ints[i]; v == corpus.NullInt {
			b.AppendNull()
		} else {
			b.(*array.Int64Builder).Append(v)
		}
		return 8
	default:
		l := b.(*array.ListBuilder)
		l.Append(true)
		return 4 + appendList(l.ValueBuilder(), k, c, i)
	}
}

func appendList(b array.Builder, k corpus.Kind, c *corpus.Column, i int) int {
	switch k {
	case corpus.Lists:
		n := 0
		for _, s := range c.Lists[i] {
			b.(*array.StringBuilder).Append(s)
			n += len(s) + 4
		}
		return n
	case corpus.Numbers:
		b.(*array.Float64Builder).AppendValues(c.Numbers[i], nil)
		return 8 * len(c.Numbers[i])
	case corpus.Uint16s:
		u := b.(*array.Uint16Builder)
		u.Reserve(len(c.Tokens[i]))
		for _, t := range c.Tokens[i] {
			u.UnsafeAppend(uint16(t))
		}
		return 2 * len(c.Tokens[i])
	case corpus.Uint32s:
		b.(*array.Uint32Builder).AppendValues(c.Tokens[i], nil)
		return 4 * len(c.Tokens[i])
	default:
		b.(*array.Uint64Builder).AppendValues(c.Hashes[i], nil)
		return 8 * len(c.Hashes[i])
	}
}

// readColumn refers to the values of an Arrow column, row by row.
func readColumn(k corpus.Kind, a arrow.Array, c *corpus.Column) {
	switch a := a.(type) {
	case *array.FixedSizeBinary:
		for i := range a.Len() {
			c.IDs = append(c.IDs, corpus.ID(a.Value(i)))
		}
	case *array.String:
		for i := range a.Len() {
			c.Strings = append(c.Strings, a.Value(i))
		}
	case *array.Float64:
		for i := range a.Len() {
			v := a.Value(i)
			if a.IsNull(i) {
				v = math.NaN()
			}
			c.Floats = append(c.Floats, v)
		}
	case *array.Int64:
		for i := range a.Len() {
			v := a.Value(i)
			if a.IsNull(i) {
				v = corpus.NullInt
			}
			c.Ints = append(c.Ints, v)
		}
	case *array.List:
		for i := range a.Len() {
			from, to := a.ValueOffsets(i)
			readList(k, a.ListValues(), int(from), int(to), c)
		}
	}
}

func readList(k corpus.Kind, a arrow.Array, from, to int, c *corpus.Column) {
	switch a := a.(type) {
	case *array.String:
		list := make([]string, 0, to-from)
		for i := from; i < to; i++ {
			list = append(list, a.Value(i))
		}
		c.Lists = append(c.Lists, list)
	case *array.Float64:
		c.Numbers = append(c.Numbers, a.Float64Values()[from:to])
	case *array.Uint16:
		list := make([]uint32, 0, to-from)
		for _, v := range a.Uint16Values()[from:to] {
			list = append(list, uint32(v))
		}
		c.Tokens = append(c.Tokens, list)
	case *array.Uint32:
		c.Tokens = append(c.Tokens, a.Uint32Values()[from:to])
	case *array.Uint64:
		c.Hashes = append(c.Hashes, a.Uint64Values()[from:to])
	}
}

// schemaOf is the columns of an Arrow schema, or an error naming the first that
// no column kind holds.
func schemaOf(a *arrow.Schema) (corpus.Schema, error) {
	var s corpus.Schema
	for _, f := range a.Fields() {
		k, ok := kindOf(f.Type)
		if !ok {
			return nil, fmt.Errorf("column %s has type %s, which no part has", f.Name, f.Type)
		}
		s = append(s, corpus.Field{Name: f.Name, Kind: k})
	}
	return s, nil
}

func kindOf(t arrow.DataType) (corpus.Kind, bool) {
	for k := corpus.IDs; k <= corpus.Hashes; k++ {
		if arrow.TypeEqual(arrowType(k), t) {
			return k, true
		}
	}
	return 0, false
}
