package columns

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// pages reads a column chunk of a Parquet file, page after page.
type pages struct {
	room      *room
	codec     int
	maxLevel  int // definition level of a value that is there
	levelBits int
	longest   int

	file   *input
	start  int64 // of the chunk
	in     *bufio.Reader
	bytes  int64 // of the chunk so far
	held   []byte
	block  []byte
	decode decoder

	dict   lookup // nil before there is one
	levels hybrid
	left   int // values of the page
	values valueReader
	buf    []byte
}

// valueReader gives the values of a page that are there. A value is valid until
// the next.
type valueReader interface {
	next() (value, error)
}

// oldSlack is what some writers of old forgot to count: the header of the
// dictionary page (PARQUET-816).
const oldSlack = 100

func (p *pages) open(in *input, c chunk) error {
	section, err := in.section(c.start, min(c.bytes+oldSlack, max(0, in.size-c.start)))
	if err != nil {
		return err
	}
	p.file, p.start = in, c.start
	p.in = bufio.NewReaderSize(section, int(min(MaxPageHeader, section.Size())))
	return nil
}

func (p *pages) read() int64 { return p.bytes }

func (p *pages) next() (value, error) {
	for p.left == 0 {
		if err := p.page(); err != nil {
			return value{}, err
		}
	}
	p.left--
	if p.maxLevel > 0 {
		level, err := p.levels.next()
		if err != nil || level < p.maxLevel {
			return value{null: true}, err
		}
		if level > p.maxLevel {
			return value{}, fmt.Errorf("%w: definition level %d of %d", ErrDamaged, level, p.maxLevel)
		}
	}
	return p.values.next()
}

// Page types and encodings of parquet.thrift.
const (
	pageData       = 0
	pageIndex      = 1
	pageDictionary = 2
	pageDataV2     = 3

	encodingPlain           = 0
	encodingPlainDictionary = 2
	encodingRLE             = 3
	encodingDeltaLength     = 6
	encodingDelta           = 7
	encodingRLEDictionary   = 8
)

// pageHeader is PageHeader with the one header in it that fits its type.
type pageHeader struct {
	kind                   int
	decoded, size          int64
	crc                    uint32
	checked                bool
	values                 int64
	encoding, levelCoding  int
	defBytes, repBytes     int64
	stored                 bool // v2: the values are not compressed
	hasData, hasV2, hasDic bool
}

// header reads the next page header.
func (p *pages) header() (h pageHeader, err error) {
	for n := 512; ; n = min(4*n, MaxPageHeader) {
		b, end := p.in.Peek(n)
		used, err := parsePageHeader(b, &h)
		if err == nil {
			p.bytes += int64(used)
			_, err = p.in.Discard(used)
			return h, err
		}
		switch {
		case !errors.Is(err, errShort):
			return h, err
		case end != nil:
			return h, fmt.Errorf("%w: no page where one must be", ErrTruncated)
		case n == MaxPageHeader:
			return h, fmt.Errorf("%w: page header of more than %d bytes", ErrTooLarge, n)
		}
	}
}

func parsePageHeader(b []byte, h *pageHeader) (used int, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = p.(error)
		}
	}()
	*h = pageHeader{}
	t := &thrift{b: b}
	t.structure(func(id int, kind byte) bool {
		switch id {
		case 1:
			h.kind = int(t.int())
		case 2:
			h.decoded = t.int()
		case 3:
			h.size = t.int()
		case 4:
			h.crc, h.checked = uint32(t.int()), true
		case 5:
			h.hasData = true
			t.structure(h.data(t))
		case 7:
			h.hasDic = true
			t.structure(h.dictionary(t))
		case 8:
			h.hasV2 = true
			t.structure(h.dataV2(t))
		default:
			return false
		}
		return true
	})
	return t.i, nil
}

func (h *pageHeader) data(t *thrift) func(int, byte) bool {
	return func(id int, kind byte) bool {
		switch id {
		case 1:
			h.values = t.int()
		case 2:
			h.encoding = int(t.int())
		case 3:
			h.levelCoding = int(t.int())
		default:
			return false
		}
		return true
	}
}

func (h *pageHeader) dictionary(t *thrift) func(int, byte) bool {
	return func(id int, kind byte) bool {
		switch id {
		case 1:
			h.values = t.int()
		case 2:
			h.encoding = int(t.int())
		default:
			return false
		}
		return true
	}
}

func (h *pageHeader) dataV2(t *thrift) func(int, byte) bool {
	return func(id int, kind byte) bool {
		switch id {
		case 1:
			h.values = t.int()
		case 4:
			h.encoding = int(t.int())
		case 5:
			h.defBytes = t.int()
		case 6:
			h.repBytes = t.int()
		case 7:
			h.stored = kind == thriftFalse
		default:
			return false
		}
		return true
	}
}

// check refuses what no page can be.
func (h *pageHeader) check() error {
	fits := map[int]bool{pageData: h.hasData, pageDictionary: h.hasDic, pageDataV2: h.hasV2, pageIndex: true}[h.kind]
	levels := h.defBytes + h.repBytes
	if !fits || h.size < 0 || h.decoded < 0 || h.size > 1<<31 || h.decoded > 1<<31 || h.values < 0 || h.values > MaxRows ||
		h.defBytes < 0 || h.repBytes < 0 || levels > h.size || levels > h.decoded {
		return fmt.Errorf("%w: a page header that cannot be", ErrDamaged)
	}
	return bomb(h.decoded, h.size)
}

// page begins the next page; a dictionary is taken, what is not data passed
// over.
func (p *pages) page() error {
	p.values = nil
	h, err := p.header()
	if err == nil {
		err = h.check()
	}
	if err != nil {
		return err
	}
	raw, err := p.payload(h)
	if err != nil {
		return err
	}
	switch h.kind {
	case pageDictionary:
		err = p.dictionary(h, raw)
	case pageData:
		err = p.data(h, raw)
	case pageDataV2:
		err = p.dataV2(h, raw)
	default:
		_, err = io.Copy(io.Discard, raw)
	}
	return err
}

// payload is the bytes of a page as they are in the file: a small page as a
// whole, its checksum verified if it has one.
func (p *pages) payload(h pageHeader) (io.Reader, error) {
	p.bytes += h.size
	if h.size > heldPage {
		return io.LimitReader(p.in, h.size), nil
	}
	held, err := p.room.grow(p.held, int(h.size))
	if err != nil { // other columns have the room
		return io.LimitReader(p.in, h.size), nil
	}
	p.held = held
	if _, err := io.ReadFull(p.in, p.held); err != nil {
		return nil, fmt.Errorf("%w: page of %d bytes: %w", ErrTruncated, h.size, err)
	}
	if h.checked && crc32.ChecksumIEEE(p.held) != h.crc {
		return nil, fmt.Errorf("%w: page of %d bytes", ErrChecksum, h.size)
	}
	return bytes.NewReader(p.held), nil
}

// data begins a page of version 1: levels and values are compressed together.
func (p *pages) data(h pageHeader, raw io.Reader) error {
	in, err := p.decoded(raw, p.codec, h.size, h.decoded)
	if err != nil {
		return err
	}
	if p.maxLevel > 0 {
		if h.levelCoding != encodingRLE {
			return fmt.Errorf("%w: definition levels in encoding %d", ErrUnsupported, h.levelCoding)
		}
		var n [4]byte
		if _, err := io.ReadFull(in, n[:]); err != nil {
			return err
		}
		if err := p.takeLevels(in, le32(n[:])); err != nil {
			return err
		}
	}
	return p.begin(h, in)
}

// dataV2 begins a page of version 2: levels stand before what is compressed.
func (p *pages) dataV2(h pageHeader, raw io.Reader) error {
	if _, err := io.CopyN(io.Discard, raw, h.repBytes); err != nil {
		return err
	}
	if err := p.takeLevels(raw, h.defBytes); err != nil {
		return err
	}
	codec := p.codec
	if h.stored {
		codec = codecNone
	}
	levels := h.defBytes + h.repBytes
	in, err := p.decoded(raw, codec, h.size-levels, h.decoded-levels)
	if err != nil {
		return err
	}
	return p.begin(h, in)
}

// takeLevels keeps the definition levels of a page.
func (p *pages) takeLevels(in io.Reader, n int64) error {
	if n < 0 || n > MaxPageValues {
		return fmt.Errorf("%w: definition levels of %d bytes", ErrTooLarge, n)
	}
	var err error
	if p.levels.buf, err = p.room.grow(p.levels.buf, int(n)); err != nil {
		return err
	}
	if _, err := io.ReadFull(in, p.levels.buf); err != nil {
		return err
	}
	p.levels.reset(bytes.NewReader(p.levels.buf), p.levelBits)
	return nil
}

// begin stands at the first value of a page.
func (p *pages) begin(h pageHeader, in *bufio.Reader) error {
	p.left = int(h.values)
	switch h.encoding {
	case encodingPlain:
		p.values = &plain{in: in, left: h.decoded, longest: p.longest, buf: &p.buf}
	case encodingPlainDictionary, encodingRLEDictionary:
		return p.indexes(in)
	case encodingDeltaLength:
		v, err := newDeltaLength(in, h.values, p.longest, &p.buf)
		p.values = v
		return err
	case encodingDelta:
		v, err := newDeltaPrefix(in, h.values, p.longest, &p.buf)
		p.values = v
		return err
	default:
		return fmt.Errorf("%w: values in encoding %d", ErrUnsupported, h.encoding)
	}
	return nil
}

// indexes begins a page of indexes into the dictionary; one without values may
// be empty.
func (p *pages) indexes(in *bufio.Reader) error {
	width, err := in.ReadByte()
	if errors.Is(err, io.EOF) {
		width, err = 0, nil
	}
	if err != nil {
		return err
	}
	if width > 32 {
		return fmt.Errorf("%w: indexes of %d bits", ErrDamaged, width)
	}
	if p.dict == nil {
		p.dict = &dictionary{} // that the chunk lacks; a page of nulls does not need it
	}
	d := &indexed{dict: p.dict, longest: p.longest}
	d.index.reset(in, int(width))
	p.values = d
	return nil
}

// dictionary takes the values that indexes speak of.
func (p *pages) dictionary(h pageHeader, raw io.Reader) error {
	if p.dict != nil {
		return fmt.Errorf("%w: two dictionaries", ErrDamaged)
	}
	if h.encoding != encodingPlain && h.encoding != encodingPlainDictionary {
		return fmt.Errorf("%w: dictionary in encoding %d", ErrUnsupported, h.encoding)
	}
	if h.values > MaxPageValues {
		return fmt.Errorf("%w: dictionary of %d values", ErrTooLarge, h.values)
	}
	if h.decoded > MaxHeld/2 {
		p.dict = &scroll{
			in: p.file, from: p.start + p.bytes - h.size, n: h.size, codec: p.codec,
			decoded: h.decoded, values: int(h.values), held: map[int][]byte{}, room: p.room,
		}
		_, err := io.Copy(io.Discard, raw)
		return err
	}
	in, err := p.decoded(raw, p.codec, h.size, h.decoded)
	if err != nil {
		return err
	}
	dict := &dictionary{}
	p.dict = dict
	return dict.fill(p.room, h.values, &plain{in: in, left: h.decoded, longest: MaxText, buf: &p.buf})
}
