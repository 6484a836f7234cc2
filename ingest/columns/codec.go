package columns

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// Codecs of parquet.thrift.
const (
	codecNone   = 0
	codecSnappy = 1
	codecGzip   = 2
	codecLZO    = 3
	codecBrotli = 4
	codecLZ4    = 5
	codecZstd   = 6
	codecLZ4Raw = 7
)

var codecNames = [...]string{codecLZO: "lzo", codecLZ4: "lz4 in Hadoop's framing", codecLZ4Raw: "lz4_raw"}

// decoder keeps the decompressors of a column between its pages.
type decoder struct {
	out  *bufio.Reader
	gz   *gzip.Reader
	zd   *zstd.Decoder
	br   *brotli.Reader
	lz   *lz4.Reader
	snap *snappyReader
	lzb  *lz4Block
}

// stream gives the decoded bytes of a compressed stream.
func (d *decoder) stream(codec int, raw io.Reader) (io.Reader, error) {
	switch codec {
	case codecNone:
		return raw, nil
	case codecGzip:
		if d.gz == nil {
			d.gz = new(gzip.Reader)
		}
		return d.gz, d.gz.Reset(raw)
	case codecZstd:
		return d.zstd(raw)
	case codecBrotli:
		if d.br == nil {
			d.br = brotli.NewReader(raw)
			return d.br, nil
		}
		return d.br, d.br.Reset(raw)
	case codecSnappy:
		if d.snap == nil {
			d.snap = new(snappyReader)
		}
		return d.snap, d.snap.reset(raw)
	case codecLZ4Raw:
		if d.lzb == nil {
			d.lzb = new(lz4Block)
		}
		d.lzb.reset(raw)
		return d.lzb, nil
	}
	name := fmt.Sprint(codec)
	if codec > 0 && codec < len(codecNames) && codecNames[codec] != "" {
		name = codecNames[codec]
	}
	return nil, fmt.Errorf("%w: compression %s", ErrUnsupported, name)
}

func (d *decoder) zstd(raw io.Reader) (io.Reader, error) {
	if d.zd != nil {
		return d.zd, d.zd.Reset(raw)
	}
	var err error
	d.zd, err = zstd.NewReader(raw, zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderMaxWindow(MaxWindow), zstd.WithDecoderLowmem(true))
	return d.zd, err
}

// frames gives the decoded bytes of a stream of lz4 frames.
func (d *decoder) frames(raw io.Reader) io.Reader {
	if d.lz == nil {
		d.lz = lz4.NewReader(raw)
	} else {
		d.lz.Reset(raw)
	}
	return d.lz
}

// buffered puts a buffer around a stream of n bytes.
func (d *decoder) buffered(in io.Reader, n int64) *bufio.Reader {
	if size := int(min(64<<10, n)); d.out == nil || d.out.Size() < size {
		d.out = bufio.NewReaderSize(in, size)
	} else {
		d.out.Reset(in)
	}
	return d.out
}

// decoded is the size bytes of a page decoded, size they say themselves. Small
// pages of snappy and lz4 are decoded at once, which is faster.
func (p *pages) decoded(raw io.Reader, codec int, size, decoded int64) (*bufio.Reader, error) {
	if held, whole := raw.(*bytes.Reader); whole && decoded <= 2*heldPage && (codec == codecSnappy || codec == codecLZ4Raw) {
		if block, err := p.room.grow(p.block, int(decoded)); err == nil {
			p.block = block
			err := decodeBlock(block, p.held[len(p.held)-held.Len():], codec)
			return p.decode.buffered(bytes.NewReader(block), decoded), err
		}
	}
	in, err := p.decode.stream(codec, raw)
	if err != nil {
		return nil, err
	}
	return p.decode.buffered(io.LimitReader(in, decoded), decoded), nil
}

// decodeBlock decodes a block that says to be as long as dst.
func decodeBlock(dst, src []byte, codec int) error {
	n, err := 0, error(nil)
	switch {
	case len(dst) == 0:
	case codec == codecLZ4Raw:
		n, err = lz4.UncompressBlock(src, dst)
	default:
		if n, err = s2.DecodedLen(src); err == nil && n == len(dst) {
			_, err = s2.Decode(dst, src)
		}
	}
	if err == nil && n != len(dst) {
		err = fmt.Errorf("%w: a page of %d bytes instead of %d", ErrDamaged, n, len(dst))
	}
	return err
}
