package columns

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// thrift reads Thrift's compact protocol (thrift-compact-protocol.md). Out of
// its bytes it panics with errShort, on nonsense with another error.
type thrift struct {
	b     []byte
	i     int
	depth int
}

var errShort = errors.New("a structure is cut short")

// Types of the compact protocol that are told apart here.
const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftMap    = 11
	thriftStruct = 12
	thriftUUID   = 13
)

func (t *thrift) byte() byte {
	if t.i >= len(t.b) {
		panic(errShort)
	}
	t.i++
	return t.b[t.i-1]
}

func (t *thrift) varint() uint64 {
	v, n := binary.Uvarint(t.b[t.i:])
	if n == 0 {
		panic(errShort)
	}
	if n < 0 {
		panic(fmt.Errorf("%w: a number of more than 64 bits", ErrDamaged))
	}
	t.i += n
	return v
}

func (t *thrift) int() int64 { return unzigzag(t.varint()) }

func unzigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }

// bytes is a string or binary, a slice of what is read.
func (t *thrift) bytes() []byte {
	n := t.varint()
	if n > uint64(len(t.b)-t.i) {
		panic(errShort)
	}
	t.i += int(n)
	return t.b[t.i-int(n) : t.i]
}

// structure calls field for every field; one that field does not read (false)
// is skipped.
func (t *thrift) structure(field func(id int, kind byte) bool) {
	if t.depth++; t.depth > MaxDepth {
		panic(fmt.Errorf("%w: structures nest too deep", ErrDamaged))
	}
	defer func() { t.depth-- }()
	id := 0
	for {
		head := t.byte()
		kind := head & 15
		if kind == 0 {
			return
		}
		if delta := int(head >> 4); delta > 0 {
			id += delta
		} else {
			id = int(t.int())
		}
		if !field(id, kind) {
			t.skip(kind)
		}
	}
}

// list calls item for every item of a list of structures or numbers.
func (t *thrift) list(item func(i int)) {
	n, _ := t.listHead()
	for i := range n {
		item(i)
	}
}

func (t *thrift) listHead() (n int, kind byte) {
	head := t.byte()
	size := uint64(head >> 4)
	if size == 15 {
		size = t.varint()
	}
	if size > uint64(len(t.b)-t.i) { // an item takes a byte at least
		panic(errShort)
	}
	return int(size), head & 15
}

func (t *thrift) skip(kind byte) {
	switch kind {
	case thriftTrue, thriftFalse:
	case thriftByte:
		t.byte()
	case thriftDouble:
		t.drop(8)
	case thriftUUID:
		t.drop(16)
	case thriftBinary:
		t.bytes()
	case thriftList, thriftSet:
		t.skipList()
	case thriftMap:
		t.skipMap()
	case thriftStruct:
		t.structure(func(int, byte) bool { return false })
	default: // integers
		t.varint()
	}
}

func (t *thrift) drop(n int) {
	if n > len(t.b)-t.i {
		panic(errShort)
	}
	t.i += n
}

func (t *thrift) skipList() {
	n, kind := t.listHead()
	t.nest(func() {
		for range n {
			t.skipItem(kind)
		}
	})
}

func (t *thrift) skipMap() {
	n := t.varint()
	if n == 0 {
		return
	}
	kinds := t.byte()
	t.nest(func() {
		for range n {
			t.skipItem(kinds >> 4)
			t.skipItem(kinds & 15)
		}
	})
}

// skipItem skips an item of a list: there a bool takes a byte.
func (t *thrift) skipItem(kind byte) {
	if kind == thriftTrue || kind == thriftFalse {
		kind = thriftByte
	}
	t.skip(kind)
}

func (t *thrift) nest(f func()) {
	if t.depth++; t.depth > MaxDepth {
		panic(fmt.Errorf("%w: structures nest too deep", ErrDamaged))
	}
	f()
	t.depth--
}
