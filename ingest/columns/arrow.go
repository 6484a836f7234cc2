package columns

import (
	"encoding/binary"
	"fmt"
)

const (
	arrowMagic = "ARROW1"
	arrowHead  = 8  // magic and padding
	arrowTail  = 10 // length of the footer, magic

	continuation = 0xffffffff
	prefixBytes  = 8
)

// Slots of Message.fbs and File.fbs, and what header types mean.
const (
	messageVersion = 0
	messageType    = 1
	messageHeader  = 2
	messageBody    = 3

	typeSchema     = 1
	typeDictionary = 2
	typeBatch      = 3

	footerSchema       = 1
	footerDictionaries = 2
	footerBatches      = 3
	blockBytes         = 24

	version4 = 3
)

// block is the place of a message: metadata, then body.
type block struct {
	at, meta, body int64
}

// arrowGroup is a record batch.
type arrowGroup struct {
	block
	rows, bytes  int64
	dictionaries int   // how many stand before it
	bad          error // why nothing of it can be read
}

// dictionaryBlock is a dictionary, or what is added to one.
type dictionaryBlock struct {
	block
	id    int64
	delta bool
}

// arrowFile is the index of a file or stream.
type arrowFile struct {
	fields       []field
	at           [3]int
	chosen       [3]string
	names        Names
	all          []arrowGroup
	dictionaries []dictionaryBlock
	damage       error // that ended the list of batches
	cached       [3]cachedDictionary
}

func (a *arrowFile) broken() error { return a.damage }

func (a *arrowFile) groups() []Group {
	g := make([]Group, len(a.all))
	for i, b := range a.all {
		g[i] = Group{Rows: b.rows, Bytes: b.bytes}
	}
	return g
}

// openArrow reads a file by its footer; a stream, and a file whose footer is
// missing or damaged, message after message.
func openArrow(in *input, names Names) (format, [3]string, error) {
	head := make([]byte, min(arrowHead, in.size))
	if err := in.full(head, 0); err != nil {
		return nil, [3]string{}, err
	}
	if string(head[:min(len(head), len(arrowMagic))]) != arrowMagic {
		a := &arrowFile{names: names}
		err := a.walk(in, 0)
		return a, a.chosen, err
	}
	a := &arrowFile{names: names}
	broken := a.footer(in)
	if broken == nil || in.err != nil {
		return a, a.chosen, broken
	}
	a = &arrowFile{names: names}
	if err := a.walk(in, arrowHead); err != nil {
		return nil, a.chosen, err
	}
	if a.damage == nil {
		a.damage = broken
	}
	return a, a.chosen, nil
}

// schema takes the fields and chooses among them.
func (a *arrowFile) schema(t flat, version int) (err error) {
	a.fields = arrowFields(t, version <= version4)
	list := make([]string, len(a.fields))
	for i, f := range a.fields {
		list[i] = f.name
	}
	a.at, a.chosen, err = choose(a.names, list, func(i int) bool { return a.fields[i].readable })
	return err
}

// footer reads the index at the end of a file.
func (a *arrowFile) footer(in *input) (err error) {
	defer recovered(in, &err)
	tail := make([]byte, arrowTail)
	if err := in.full(tail, in.size-arrowTail); err != nil {
		return err
	}
	if string(tail[4:]) != arrowMagic {
		return fmt.Errorf("%w: no footer at the end", ErrTruncated)
	}
	n := le32(tail)
	switch {
	case n <= 0 || n > in.size-arrowTail-arrowHead:
		return fmt.Errorf("%w: footer of %d bytes", ErrDamaged, n)
	case n > MaxFooter:
		return fmt.Errorf("%w: footer of %d bytes", ErrTooLarge, n)
	}
	b := make([]byte, n)
	if err := in.full(b, in.size-arrowTail-n); err != nil {
		return err
	}
	return a.index(in, flatRoot(b))
}

func (a *arrowFile) index(in *input, footer flat) error {
	schema, ok := footer.table(footerSchema)
	if !ok {
		return fmt.Errorf("%w: no schema", ErrDamaged)
	}
	if err := a.schema(schema, footer.short(0)); err != nil {
		return err
	}
	dictionaries := blocks(footer, footerDictionaries)
	batches := blocks(footer, footerBatches)
	if err := overlap(in.size, dictionaries, batches); err != nil {
		return err
	}
	for _, b := range dictionaries {
		if err := a.message(in, b); err != nil {
			return err
		}
	}
	for i, b := range batches {
		err := a.message(in, b)
		if in.err != nil {
			return err
		}
		if err == nil && len(a.all) == i {
			err = fmt.Errorf("%w: message at byte %d is no record batch", ErrDamaged, b.at)
		}
		if err != nil { // the others are where the footer says
			a.all = append(a.all, arrowGroup{block: b, bad: err})
		}
	}
	return nil
}

// blocks is a list of places of a footer.
func blocks(footer flat, slot int) []block {
	at, n := footer.vector(slot, blockBytes)
	if n > MaxGroups {
		panic(fmt.Errorf("%w: %d record batches", ErrTooLarge, n))
	}
	all := make([]block, n)
	for i := range all {
		b := footer.Bytes[at+i*blockBytes:]
		all[i] = block{int64(binary.LittleEndian.Uint64(b)), le32(b[8:]), int64(binary.LittleEndian.Uint64(b[16:]))}
	}
	return all
}

// overlap refuses messages that say to be more than the file, since that makes
// much work of few bytes.
func overlap(size int64, lists ...[]block) error {
	sum := int64(0)
	for _, list := range lists {
		for _, b := range list {
			if b.meta < 0 || b.body < 0 || b.meta > size || b.body > size || sum+b.meta+b.body > size {
				return fmt.Errorf("%w: record batches are larger than the file", ErrDamaged)
			}
			sum += b.meta + b.body
		}
	}
	return nil
}

// walk finds the messages one after the other. Damage ends the list, before
// the schema it is an error.
func (a *arrowFile) walk(in *input, at int64) error {
	for at < in.size {
		next, err := a.step(in, at)
		if err != nil && (a.fields == nil || a.at[0] < 0 || in.err != nil) {
			return err
		}
		if err != nil || next == 0 {
			a.damage = err
			break
		}
		at = next
	}
	if a.fields == nil {
		return fmt.Errorf("%w: no schema", ErrTruncated)
	}
	return nil
}

// step takes the message at a place and gives the place of the next, 0 at the
// end.
func (a *arrowFile) step(in *input, at int64) (next int64, err error) {
	defer recovered(in, &err)
	var prefix [prefixBytes]byte
	if err := in.full(prefix[:], at); err != nil {
		return 0, err
	}
	if binary.LittleEndian.Uint32(prefix[:]) != continuation {
		return 0, fmt.Errorf("%w: no message at byte %d", ErrDamaged, at)
	}
	n := le32(prefix[4:])
	if n == 0 {
		return 0, nil
	}
	b := block{at: at, meta: prefixBytes + n}
	t, err := readMessage(in, b)
	if err != nil {
		return 0, err
	}
	b.body = t.long(messageBody, 0)
	next = at + b.meta + b.body
	if b.body < 0 || next < at || next > in.size {
		return 0, fmt.Errorf("%w: the message at byte %d has %d bytes", ErrTruncated, at, b.meta+b.body)
	}
	return next, a.take(in, b, t)
}

// readMessage reads the metadata of a message.
func readMessage(in *input, b block) (flat, error) {
	if b.meta <= prefixBytes || b.meta > MaxMessage {
		return flat{}, fmt.Errorf("%w: message of %d bytes", ErrTooLarge, b.meta)
	}
	meta := make([]byte, b.meta)
	if err := in.full(meta, b.at); err != nil {
		return flat{}, err
	}
	if binary.LittleEndian.Uint32(meta) != continuation { // before Arrow 0.15
		return flatRoot(meta[4:]), nil
	}
	return flatRoot(meta[prefixBytes:]), nil
}

func (a *arrowFile) message(in *input, b block) (err error) {
	defer recovered(in, &err)
	t, err := readMessage(in, b)
	if err != nil {
		return err
	}
	return a.take(in, b, t)
}

// take notes a message of a place.
func (a *arrowFile) take(in *input, b block, t flat) error {
	header, ok := t.table(messageHeader)
	kind := t.byte(messageType)
	switch {
	case !ok:
		return fmt.Errorf("%w: a message of nothing", ErrDamaged)
	case kind == typeSchema && a.fields == nil:
		return a.schema(header, t.short(messageVersion))
	case a.fields == nil:
		return fmt.Errorf("%w: no schema", ErrDamaged)
	case kind == typeDictionary && len(a.dictionaries) < MaxGroups:
		d := dictionaryBlock{b, header.long(0, 0), header.byte(2) != 0}
		a.dictionaries = append(a.dictionaries, d)
	case kind == typeBatch && len(a.all) < MaxGroups:
		g := arrowGroup{block: b, rows: header.long(batchLength, 0), dictionaries: len(a.dictionaries)}
		if g.rows < 0 || g.rows > MaxRows+8*b.body {
			g.rows, g.bad = 0, fmt.Errorf("%w: a record batch of %d rows", ErrDamaged, g.rows)
		} else {
			g.bytes = a.weigh(in, b, header)
		}
		a.all = append(a.all, g)
	default:
		return fmt.Errorf("%w: an unexpected message of type %d", ErrDamaged, kind)
	}
	return nil
}

// weigh is how much text a batch decodes to, 0 when it is damaged.
func (a *arrowFile) weigh(in *input, b block, header flat) int64 {
	l, err := newLayout(b, header, a.fields)
	if err != nil {
		return 0
	}
	sum := int64(0)
	first, n := l.buffers(a.at[0])
	for i := range n {
		if size, err := l.size(in, first+i); err == nil && size >= 0 && size <= 1<<40 {
			sum += size
		}
	}
	return sum
}

// isStream says whether a file begins with a message that holds a schema.
func isStream(head []byte) (yes bool) {
	defer func() {
		if recover() != nil {
			yes = false
		}
	}()
	if len(head) < prefixBytes || binary.LittleEndian.Uint32(head) != continuation {
		return false
	}
	n := le32(head[4:])
	t := flatRoot(head[prefixBytes:])
	return n > 0 && n <= MaxFooter && t.short(messageVersion) <= version4+1 && t.byte(messageType) == typeSchema
}
