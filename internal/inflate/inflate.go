package inflate

import (
	"encoding/binary"
	"io"
)

const (
	history  = 32 << 10 // how far a match may reach back
	chunk    = 128 << 10
	maxMatch = 258
	slack    = maxMatch + 32 // copies may write this much too far
	// inputLeast bytes must be there, or zeros in their place, for a symbol: a
	// refill of the word looks at 8, and a symbol may need two.
	inputLeast = 24
	// headerLeast is more than the 563 bytes of the longest header.
	headerLeast = 1024
)

// block is what the decoder is in the middle of.
type block uint8

const (
	between    block = iota // no block is open
	storedData              // bytes follow as they are
	coded                   // symbols follow
	finished                // the last block has ended
)

// inflater decodes a raw deflate stream (RFC 1951).
type inflater struct {
	bits  uint64 // taken from the input and not yet used; the first is lowest
	count uint   // how many of them count; those above are zero or the same as in the input
	in    []byte // input that is there; at its end inputLeast zeros follow
	pos   int
	real  int  // length of in without those zeros
	ended bool // no more input comes

	kind block
	last bool
	left int // of stored bytes

	out []byte // history and what is new
	w   int    // end of what is decoded

	lit  [litEntries]uint32
	dist [distEntries]uint32
	syms *symbols
	// isFixed says that the tables hold the code that all know.
	isFixed bool
}

// symbols are the entries of all symbols without their codes.
type symbols struct {
	lit  [288]uint32
	dist [32]uint32
	pre  [19]uint32
}

func newSymbols() *symbols {
	var s symbols
	for i := range s.lit {
		s.lit[i] = litSymbol(i)
	}
	for i := range s.dist {
		s.dist[i] = distSymbol(i)
	}
	for i := range s.pre {
		s.pre[i] = preSymbol(i)
	}
	return &s
}

func (f *inflater) reset() {
	if f.syms == nil {
		f.syms = newSymbols()
		f.out = make([]byte, history+chunk+slack)
	}
	f.bits, f.count, f.kind, f.last, f.left, f.w = 0, 0, between, false, 0, 0
}

// refill has at least 56 bits.
func (f *inflater) refill() {
	f.bits |= binary.LittleEndian.Uint64(f.in[f.pos:]) << (f.count & 63)
	f.pos += int((63 - f.count) >> 3)
	f.count |= 56
}

func (f *inflater) take(n uint) uint32 {
	v := uint32(f.bits & (1<<n - 1))
	f.bits >>= n
	f.count -= n
	return v
}

// used is the input that is used up, in whole bytes.
func (f *inflater) used() int { return f.pos - int(f.count>>3) }

// align drops the bits up to the next byte and gives the word's bytes back.
func (f *inflater) align() {
	f.pos, f.bits, f.count = f.used(), 0, 0
}

// keep drops the used bytes, whose number it gives: the caller has new input.
func (f *inflater) keep() int {
	n := f.used()
	f.pos, f.count = 0, f.count&7
	f.bits &= 1<<f.count - 1
	return n
}

// short says whether a step may need more input than there is.
func (f *inflater) short() bool {
	need := inputLeast
	switch f.kind {
	case between:
		need = headerLeast
	case storedData:
		need = 1
	}
	return !f.ended && len(f.in)-f.pos < need
}

// run decodes until the output is full, the input is short, or the stream ends.
func (f *inflater) run() error {
	for f.kind != finished && f.w < history+chunk && !f.short() {
		kind, bits, count, pos, w := f.kind, f.bits, f.count, f.pos, f.w
		err := f.step()
		if f.used() > f.real {
			f.kind, f.bits, f.count, f.pos, f.w = kind, bits, count, pos, w
			return f.cut()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// cut decodes the literals that are whole where the input is cut: what a step
// decoded was made of zeros that are not there.
func (f *inflater) cut() error {
	for f.kind == coded {
		if f.pos+8 <= len(f.in) {
			f.refill()
		}
		e := f.lit[f.bits&(1<<litBits-1)]
		n := uint(e & 63)
		if e&(literal|other) == other && e&(noCode|endBlock) == other {
			e = f.lit[e>>16&(1<<15-1)+uint32(f.bits>>n)&(1<<(e>>8&31)-1)]
			n += uint(e & 63)
		}
		if e&literal == 0 || (f.real-f.pos)*8+int(f.count) < int(n) {
			break
		}
		f.take(n)
		f.out[f.w] = byte(e >> 16)
		f.w++
	}
	return io.ErrUnexpectedEOF
}

// step decodes a header, or some of a block.
func (f *inflater) step() error {
	switch {
	case f.kind == coded && f.pos <= f.real-inputLeast:
		return f.symbols(f.real-inputLeast, history+chunk)
	case f.kind == coded:
		return f.symbols(f.pos, f.w+1)
	case f.kind == storedData:
		return f.copyStored()
	case f.last:
		f.align()
		f.kind = finished
		return nil
	}
	return f.header()
}

// copyStored copies bytes of a stored block.
func (f *inflater) copyStored() error {
	n := min(f.left, history+chunk-f.w, f.real-f.pos)
	if n <= 0 && f.left > 0 {
		return io.ErrUnexpectedEOF
	}
	copy(f.out[f.w:], f.in[f.pos:f.pos+n])
	f.w, f.pos, f.left = f.w+n, f.pos+n, f.left-n
	if f.left == 0 {
		f.kind = between
	}
	return nil
}

// symbols decodes those of a block while the input's position and the output's
// are not beyond the ends: at least one. Locals live in registers.
func (f *inflater) symbols(inEnd, outEnd int) error {
	in, out := f.in, f.out
	// Of count the lowest six bits are true: what else an entry holds is taken off too.
	bits, count, pos, w := f.bits, f.count, f.pos, f.w
	lit, dist := &f.lit, &f.dist
	var err error
	for pos <= inEnd && w < outEnd {
		bits |= binary.LittleEndian.Uint64(in[pos:]) << (count & 63)
		pos += int((^count & 63) >> 3)
		count |= 56
		e := lit[bits&(1<<litBits-1)]
		if e&literal != 0 {
			// Three literals take at most 33 bits.
			bits >>= e & 63
			count -= uint(e)
			out[w] = byte(e >> 16)
			w++
			e = lit[bits&(1<<litBits-1)]
			if e&literal != 0 {
				bits >>= e & 63
				count -= uint(e)
				out[w] = byte(e >> 16)
				w++
				e = lit[bits&(1<<litBits-1)]
				if e&literal != 0 {
					bits >>= e & 63
					count -= uint(e)
					out[w] = byte(e >> 16)
					w++
					continue
				}
			}
			bits |= binary.LittleEndian.Uint64(in[pos:]) << (count & 63)
			pos += int((^count & 63) >> 3)
			count |= 56
		}
		if e&other != 0 {
			if e&noCode == noCode {
				err = ErrCorrupt
				break
			}
			if e&endBlock == endBlock {
				bits >>= e & 63
				count -= uint(e)
				f.kind = between
				break
			}
			bits >>= e & 63
			count -= uint(e)
			e = lit[e>>16&(1<<15-1)+uint32(bits)&(1<<(e>>8&31)-1)]
			if e&literal != 0 {
				bits >>= e & 63
				count -= uint(e)
				out[w] = byte(e >> 16)
				w++
				continue
			}
			if e&other != 0 {
				if e&endBlock == endBlock {
					bits >>= e & 63
					count -= uint(e)
					f.kind = between
				} else {
					err = ErrCorrupt
				}
				break
			}
		}
		length := int(e>>16) + int(uint32(bits)&(1<<(e&31)-1)>>(e>>8&31))
		bits >>= e & 63
		count -= uint(e)

		e = dist[bits&(1<<distBits-1)]
		if e&other != 0 {
			if e&noCode == noCode {
				err = ErrCorrupt
				break
			}
			bits >>= e & 63
			count -= uint(e)
			e = dist[e>>16&(1<<15-1)+uint32(bits)&(1<<(e>>8&31)-1)]
			if e&other != 0 {
				err = ErrCorrupt
				break
			}
		}
		from := w - int(e>>16) - int(uint32(bits)&(1<<(e&31)-1)>>(e>>8&31))
		bits >>= e & 63
		count -= uint(e)
		if from < 0 {
			err = ErrCorrupt
			break
		}
		end := w + length
		switch {
		case w-from >= 16:
			for {
				*(*[16]byte)(out[w : w+16]) = *(*[16]byte)(out[from : from+16])
				w, from = w+16, from+16
				if w >= end {
					break
				}
			}
		case w-from >= 8:
			for w < end {
				*(*[8]byte)(out[w : w+8]) = *(*[8]byte)(out[from : from+8])
				w, from = w+8, from+8
			}
		default:
			for w < end {
				out[w] = out[from]
				w, from = w+1, from+1
			}
		}
		w = end
	}
	f.bits, f.count, f.pos, f.w = bits, count&63, pos, w
	return err
}
