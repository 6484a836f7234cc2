package bulk

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	"corpus/internal/jsontext"
	"corpus/tokenize"
)

// block is some lines and what is written of them.
type block struct {
	text         []byte
	skipped      bool // a line before them was too long
	ids, lengths []byte
	counts       Counts
	done         chan struct{}
}

// encoder encodes blocks, for one goroutine.
type encoder struct {
	enc *tokenize.Encoder
	o   Options
	ids []uint32
}

// block encodes the lines of a block. Of a very long line it keeps no memory.
func (e *encoder) block(b *block) {
	if cap(b.ids) > keepBytes {
		b.ids = nil
	}
	b.ids, b.lengths, b.counts = b.ids[:0], b.lengths[:0], Counts{}
	if b.skipped {
		b.lost(errLong)
	}
	names := []string{e.o.Field}
	for rest := b.text; len(rest) > 0; {
		line, after, _ := bytes.Cut(rest, []byte("\n"))
		rest = after
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if len(line) > e.o.maxLine {
			b.lost(errLong)
			continue
		}
		o, err := jsontext.Parse(line, names)
		text, ok := o.Text(names)
		switch {
		case err != nil:
			b.lost(err)
		case !ok:
			b.lost(fmt.Errorf("no string in %q", e.o.Field))
		default:
			e.document(b, text)
		}
	}
	if cap(b.text) > keepBytes {
		b.text = nil
	}
	if cap(e.ids) > keepBytes {
		e.ids = nil
	}
}

var errLong = fmt.Errorf("longer than %d MB", maxLine>>20)

// lost counts a line without a text.
func (b *block) lost(why error) {
	b.counts.Docs++
	if b.counts.Bad++; b.counts.Bad == 1 {
		b.counts.FirstBad, b.counts.Why = b.counts.Docs, why
	}
	b.lengths = binary.LittleEndian.AppendUint32(b.lengths, 0)
}

// document appends the ids of a text.
func (e *encoder) document(b *block, text string) {
	e.ids = e.enc.Encode(e.ids[:0], text)
	if e.o.End != nil {
		e.ids = append(e.ids, *e.o.End)
	}
	b.counts.Docs++
	b.counts.Bytes += int64(len(text))
	b.counts.Tokens += int64(len(e.ids))
	b.lengths = binary.LittleEndian.AppendUint32(b.lengths, uint32(len(e.ids)))
	if e.o.Wide {
		b.ids = appendWide(b.ids, e.ids)
	} else {
		b.ids = appendNarrow(b.ids, e.ids)
	}
}

func appendNarrow(dst []byte, ids []uint32) []byte {
	n := len(dst)
	dst = slices.Grow(dst, 2*len(ids))[:n+2*len(ids)]
	out := dst[n:]
	for i, id := range ids {
		binary.LittleEndian.PutUint16(out[2*i:], uint16(id))
	}
	return dst
}

func appendWide(dst []byte, ids []uint32) []byte {
	n := len(dst)
	dst = slices.Grow(dst, 4*len(ids))[:n+4*len(ids)]
	out := dst[n:]
	for i, id := range ids {
		binary.LittleEndian.PutUint32(out[4*i:], id)
	}
	return dst
}
