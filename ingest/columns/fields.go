package columns

import "fmt"

// Types of Schema.fbs that are told apart here.
const (
	arrowNull          = 1
	arrowBinary        = 4
	arrowUtf8          = 5
	arrowList          = 12
	arrowStruct        = 13
	arrowUnion         = 14
	arrowFixedList     = 16
	arrowMap           = 17
	arrowLargeBinary   = 19
	arrowLargeUtf8     = 20
	arrowLargeList     = 21
	arrowRunEnd        = 22
	arrowBinaryView    = 23
	arrowUtf8View      = 24
	arrowListView      = 25
	arrowLargeListView = 26
)

// field is one field of an Arrow schema, in depth-first order.
type field struct {
	name     string // of all fields on the way, with dots
	kind     int
	buffers  int   // it has in a batch, without those of a view's data
	parents  []int // structs around it
	view     bool
	readable bool // strings, outside lists

	dictionary bool // its values are indexes into dictionary id
	id         int64
	width      int // bytes of an index
}

// Slots of Schema.fbs.
const (
	schemaEndianness = 0
	schemaFields     = 1

	fieldName       = 0
	fieldType       = 2
	fieldValue      = 3
	fieldDictionary = 4
	fieldChildren   = 5

	dictionaryID    = 0
	dictionaryIndex = 1
	intWidth        = 0
	unionMode       = 0
)

type fieldWalk struct {
	all []field
	v4  bool // metadata of version 4, where unions have a validity buffer
}

func arrowFields(schema flat, v4 bool) []field {
	if schema.short(schemaEndianness) != 0 {
		panic(fmt.Errorf("%w: big-endian Arrow", ErrUnsupported))
	}
	w := fieldWalk{all: []field{}, v4: v4}
	schema.tables(schemaFields, func(f flat) { w.field(f, "", nil, true, 0) })
	return w.all
}

func (w *fieldWalk) field(t flat, under string, parents []int, readable bool, depth int) {
	if len(w.all) >= MaxColumns || depth > MaxDepth {
		panic(fmt.Errorf("%w: more than %d columns, or nested deeper than %d", ErrTooLarge, MaxColumns, MaxDepth))
	}
	name := under + t.text(fieldName)
	f := field{name: name[:min(len(name), MaxName)], kind: t.byte(fieldType), parents: parents}
	f.buffers = w.buffers(t, f.kind)
	f.view = f.kind == arrowBinaryView || f.kind == arrowUtf8View
	f.readable = readable && f.strings()
	if d, ok := t.table(fieldDictionary); ok {
		f.encoded(d)
	}
	w.all = append(w.all, f)
	if f.dictionary {
		return // its children are those of the dictionary
	}
	if f.kind == arrowStruct {
		parents = append(parents[:len(parents):len(parents)], len(w.all)-1)
	} else {
		readable = false
	}
	t.tables(fieldChildren, func(c flat) { w.field(c, f.name+".", parents, readable, depth+1) })
}

// encoded notes that a field's values are in a dictionary.
func (f *field) encoded(d flat) {
	f.dictionary, f.id, f.width, f.buffers = true, d.long(dictionaryID, 0), 4, 2
	if index, ok := d.table(dictionaryIndex); ok {
		f.width = index.int(intWidth, 0) / 8
	}
	switch f.width {
	case 1, 2, 4, 8:
	default:
		f.readable = false
	}
}

func (f *field) strings() bool {
	switch f.kind {
	case arrowBinary, arrowUtf8, arrowLargeBinary, arrowLargeUtf8, arrowBinaryView, arrowUtf8View:
		return true
	}
	return false
}

// buffers is how many a field has (Columnar.rst, "Buffer Listing for Each Layout").
func (w *fieldWalk) buffers(t flat, kind int) int {
	switch kind {
	case arrowNull, arrowRunEnd:
		return 0
	case arrowStruct, arrowFixedList:
		return 1
	case arrowUnion:
		n := 1
		if mode, ok := t.table(fieldValue); ok {
			n += mode.short(unionMode)
		}
		if w.v4 {
			n++
		}
		return n
	case arrowBinary, arrowUtf8, arrowLargeBinary, arrowLargeUtf8, arrowListView, arrowLargeListView:
		return 3
	}
	return 2
}
