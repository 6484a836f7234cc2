package columns

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

const (
	parquetMagic     = "PAR1"
	parquetEncrypted = "PARE"
	parquetTail      = 8 // length of the footer, magic
)

// leaf is a column of a Parquet schema: a field without children.
type leaf struct {
	name     string // of all fields on the way, with dots
	levels   int    // definition level of a value that is there
	readable bool   // strings, outside lists
}

// chunk is the place of a column of a row group.
type chunk struct {
	codec               int
	values              int64
	start, bytes        int64 // in the file
	decoded             int64
	elsewhere, encoded  bool // in another file; encrypted
	dataPage, dictPage  int64
	described, hasDicts bool
}

// parquetGroup is a row group: its rows, and the chunks of the chosen columns.
type parquetGroup struct {
	rows   int64
	chunks [3]chunk
}

// parquetFile is what the footer says (parquet.thrift, FileMetaData).
type parquetFile struct {
	leaves []leaf
	at     [3]int // of the chosen columns among the leaves
	all    []parquetGroup
}

func (p *parquetFile) broken() error { return nil }

func (p *parquetFile) groups() []Group {
	g := make([]Group, len(p.all))
	for i, pg := range p.all {
		g[i] = Group{Rows: pg.rows, Bytes: min(max(0, pg.chunks[0].decoded), 1<<40)}
	}
	return g
}

func openParquet(in *input, names Names) (format, [3]string, error) {
	footer, err := parquetFooter(in)
	if err != nil {
		return nil, [3]string{}, err
	}
	p := &parquetFile{}
	chosen := [3]string{}
	t := &thrift{b: footer}
	t.structure(func(id int, kind byte) bool {
		switch {
		case id == 2 && kind == thriftList:
			p.leaves = parquetLeaves(t)
			p.at, chosen, err = choose(names, leafNames(p.leaves), func(i int) bool { return p.leaves[i].readable })
		case id == 4 && kind == thriftList && p.leaves != nil && err == nil:
			p.all = parquetGroups(t, p.at)
		default:
			return false
		}
		return true
	})
	if err != nil {
		return nil, chosen, err
	}
	if p.leaves == nil {
		return nil, chosen, fmt.Errorf("%w: no schema", ErrDamaged)
	}
	return p, chosen, p.overlap(in.size)
}

// parquetFooter reads the metadata at the end of a file.
func parquetFooter(in *input) ([]byte, error) {
	tail := make([]byte, parquetTail)
	if err := in.full(tail, in.size-parquetTail); err != nil {
		return nil, err
	}
	switch string(tail[4:]) {
	case parquetMagic:
	case parquetEncrypted:
		return nil, fmt.Errorf("%w: encrypted Parquet", ErrUnsupported)
	default:
		return nil, fmt.Errorf("%w: no footer at the end", ErrTruncated)
	}
	n := le32(tail)
	if n <= 0 || n > in.size-parquetTail {
		return nil, fmt.Errorf("%w: footer of %d bytes", ErrDamaged, n)
	}
	if n > MaxFooter {
		return nil, fmt.Errorf("%w: footer of %d bytes", ErrTooLarge, n)
	}
	footer := make([]byte, n)
	return footer, in.full(footer, in.size-parquetTail-n)
}

// overlap refuses chunks that say to be more than the file, since that makes
// much work of few bytes.
func (p *parquetFile) overlap(size int64) error {
	for i := range p.at {
		sum := int64(0)
		for _, g := range p.all {
			c := g.chunks[i]
			if c.bytes < 0 || c.bytes > size || sum+c.bytes > size {
				return fmt.Errorf("%w: column chunks are larger than the file", ErrDamaged)
			}
			sum += c.bytes
		}
	}
	return nil
}

func leafNames(leaves []leaf) []string {
	names := make([]string, len(leaves))
	for i, l := range leaves {
		names[i] = l.name
	}
	return names
}

// element is one entry of the flattened schema (SchemaElement).
type element struct {
	name                string
	kind, repetition    int64
	children, converted int64
	logical             int // field of the union LogicalType, 0 = none
	typed               bool
}

// Numbers of parquet.thrift.
const (
	parquetByteArray = 6
	parquetOptional  = 1
	parquetRepeated  = 2
	convertedUTF8    = 0
	convertedEnum    = 4
	convertedJSON    = 19
	logicalString    = 1
	logicalEnum      = 4
	logicalJSON      = 12
)

func parquetElement(t *thrift) element {
	e := element{converted: -1}
	t.structure(func(id int, kind byte) bool {
		switch id {
		case 1:
			e.kind, e.typed = t.int(), true
		case 3:
			e.repetition = t.int()
		case 4:
			e.name = strings.ToValidUTF8(string(t.bytes()), "\uFFFD")
		case 5:
			e.children = t.int()
		case 6:
			e.converted = t.int()
		case 10:
			t.structure(func(id int, _ byte) bool { e.logical = id; return false })
		default:
			return false
		}
		return true
	})
	return e
}

// text says whether values are strings, or bytes that nobody says are not.
func (e element) text() bool {
	return e.typed && e.kind == parquetByteArray &&
		slices.Contains([]int64{-1, convertedUTF8, convertedEnum, convertedJSON}, e.converted) &&
		slices.Contains([]int{0, logicalString, logicalEnum, logicalJSON}, e.logical)
}

// parquetLeaves reads the schema, which is a tree in depth-first order.
func parquetLeaves(t *thrift) []leaf {
	var elements []element
	t.list(func(i int) {
		if i >= MaxColumns {
			panic(fmt.Errorf("%w: more than %d columns", ErrTooLarge, MaxColumns))
		}
		elements = append(elements, parquetElement(t))
	})
	w := schemaWalk{rest: elements, leaves: []leaf{}}
	if len(elements) > 0 {
		w.rest = elements[1:]
		for range elements[0].children {
			w.field("", 0, false, 0)
		}
	}
	return w.leaves
}

type schemaWalk struct {
	rest   []element
	leaves []leaf
}

// field walks one field with its children.
func (w *schemaWalk) field(under string, levels int, repeated bool, depth int) {
	if len(w.rest) == 0 || depth > MaxDepth {
		panic(fmt.Errorf("%w: the schema is no tree", ErrDamaged))
	}
	e := w.rest[0]
	w.rest = w.rest[1:]
	name := under + e.name
	name = name[:min(len(name), MaxName)]
	if e.repetition != 0 {
		levels++
	}
	repeated = repeated || e.repetition == parquetRepeated
	if e.children <= 0 {
		w.leaves = append(w.leaves, leaf{name, levels, e.text() && !repeated})
		return
	}
	for range e.children {
		w.field(name+".", levels, repeated, depth+1)
	}
}

func parquetGroups(t *thrift, at [3]int) []parquetGroup {
	var all []parquetGroup
	t.list(func(i int) {
		if i >= MaxGroups {
			panic(fmt.Errorf("%w: more than %d row groups", ErrTooLarge, MaxGroups))
		}
		all = append(all, parquetRowGroup(t, at))
	})
	return all
}

func parquetRowGroup(t *thrift, at [3]int) (g parquetGroup) {
	t.structure(func(id int, kind byte) bool {
		switch id {
		case 1:
			t.list(func(i int) {
				c := parquetChunk(t)
				for k := range at {
					if at[k] == i {
						g.chunks[k] = c
					}
				}
			})
		case 3:
			g.rows = t.int()
		default:
			return false
		}
		return true
	})
	return g
}

// parquetChunk reads ColumnChunk and the ColumnMetaData in it.
func parquetChunk(t *thrift) (c chunk) {
	t.structure(func(id int, kind byte) bool {
		switch id {
		case 1:
			c.elsewhere = len(t.bytes()) > 0
		case 3:
			c.described = true
			c.metadata(t)
		case 8:
			c.encoded = true
			return false
		default:
			return false
		}
		return true
	})
	c.start = c.dataPage
	if c.hasDicts && c.dictPage > 0 && c.dictPage < c.dataPage {
		c.start = c.dictPage
	}
	return c
}

func (c *chunk) metadata(t *thrift) {
	t.structure(func(id int, kind byte) bool {
		switch id {
		case 4:
			c.codec = int(t.int())
		case 5:
			c.values = t.int()
		case 6:
			c.decoded = t.int()
		case 7:
			c.bytes = t.int()
		case 9:
			c.dataPage = t.int()
		case 11:
			c.dictPage, c.hasDicts = t.int(), true
		default:
			return false
		}
		return true
	})
}

// open begins the columns of a row group.
func (p *parquetFile) open(in *input, group int) (cols [3]column, err error) {
	g := p.all[group]
	space := &room{MaxHeld}
	for i, at := range p.at {
		if at < 0 {
			continue
		}
		c := g.chunks[i]
		switch {
		case c.elsewhere:
			return cols, fmt.Errorf("%w: column chunks in other files", ErrUnsupported)
		case c.encoded:
			return cols, fmt.Errorf("%w: encrypted columns", ErrUnsupported)
		case !c.described:
			return cols, fmt.Errorf("%w: a row group without column %s", ErrDamaged, p.leaves[at].name)
		case c.values != g.rows:
			return cols, fmt.Errorf("%w: %d values in %d rows", ErrDamaged, c.values, g.rows)
		}
		levels := p.leaves[at].levels
		col := &pages{room: space, codec: c.codec, maxLevel: levels, levelBits: bits.Len(uint(levels)), longest: longest(i)}
		if err := col.open(in, c); err != nil {
			return cols, err
		}
		cols[i] = col
	}
	return cols, nil
}
