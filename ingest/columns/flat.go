package columns

import (
	"fmt"
	"strings"

	flatbuffers "github.com/google/flatbuffers/go"
)

// flat is a table of flatbuffers. Its methods take the slot of a field, at
// vtable offset 4+2n, and panic where the bytes end.
type flat struct{ flatbuffers.Table }

func flatRoot(b []byte) flat {
	return flat{flatbuffers.Table{Bytes: b, Pos: flatbuffers.GetUOffsetT(b)}}
}

// at is the place of a field, 0 when it is not there.
func (t flat) at(slot int) flatbuffers.UOffsetT {
	o := flatbuffers.UOffsetT(t.Offset(flatbuffers.VOffsetT(4 + 2*slot)))
	if o == 0 {
		return 0
	}
	return o + t.Pos
}

func (t flat) long(slot int, otherwise int64) int64 {
	if o := t.at(slot); o != 0 {
		return t.GetInt64(o)
	}
	return otherwise
}

func (t flat) int(slot, otherwise int) int {
	if o := t.at(slot); o != 0 {
		return int(t.GetInt32(o))
	}
	return otherwise
}

func (t flat) short(slot int) int {
	if o := t.at(slot); o != 0 {
		return int(t.GetInt16(o))
	}
	return 0
}

func (t flat) byte(slot int) int {
	if o := t.at(slot); o != 0 {
		return int(t.GetByte(o))
	}
	return 0
}

func (t flat) text(slot int) string {
	o := t.at(slot)
	if o == 0 {
		return ""
	}
	return strings.ToValidUTF8(string(t.ByteVector(o)), "\uFFFD")
}

// table is a field that is a table, or the value of a union.
func (t flat) table(slot int) (flat, bool) {
	o := t.at(slot)
	if o == 0 {
		return flat{}, false
	}
	return flat{flatbuffers.Table{Bytes: t.Bytes, Pos: t.Indirect(o)}}, true
}

// vector is where a vector of items of some bytes begins, and how many.
func (t flat) vector(slot, size int) (at, n int) {
	o := t.at(slot)
	if o == 0 {
		return 0, 0
	}
	o -= t.Pos
	at, n = int(t.Vector(o)), t.VectorLen(o)
	if n < 0 || n > (len(t.Bytes)-at)/size {
		panic(fmt.Errorf("%w: a list of %d items", ErrDamaged, n))
	}
	return at, n
}

// tables calls f with every table of a vector.
func (t flat) tables(slot int, f func(flat)) {
	at, n := t.vector(slot, flatbuffers.SizeUOffsetT)
	for i := range n {
		o := flatbuffers.UOffsetT(at + i*flatbuffers.SizeUOffsetT)
		f(flat{flatbuffers.Table{Bytes: t.Bytes, Pos: t.Indirect(o)}})
	}
}
