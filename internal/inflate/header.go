package inflate

import "io"

// order is that of the lengths of code lengths (RFC 1951, 3.2.7).
var order = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// header reads the beginning of a block. The input may be short: then zeros are
// read, and used tells.
func (f *inflater) header() error {
	f.refill()
	f.last = f.take(1) == 1
	switch f.take(2) {
	case 0:
		return f.stored()
	case 1:
		f.fixed()
	case 2:
		if err := f.dynamic(); err != nil {
			return err
		}
	default:
		return ErrCorrupt
	}
	f.kind = coded
	return nil
}

// stored reads the length of a block that is stored as it is.
func (f *inflater) stored() error {
	f.take(f.count & 7)
	f.refill()
	n, inverse := f.take(16), f.take(16)
	if n != ^inverse&0xffff {
		return ErrCorrupt
	}
	f.align()
	f.kind, f.left = storedData, int(n)
	return nil
}

// fixed makes the tables of the code that all know.
func (f *inflater) fixed() {
	if f.isFixed {
		return
	}
	f.isFixed = true
	var lens [288]uint8
	for i := range lens {
		switch {
		case i < 144:
			lens[i] = 8
		case i < 256:
			lens[i] = 9
		case i < 280:
			lens[i] = 7
		default:
			lens[i] = 8
		}
	}
	build(f.lit[:], litBits, lens[:], f.syms.lit[:])
	var five [32]uint8
	for i := range five {
		five[i] = 5
	}
	build(f.dist[:], distBits, five[:], f.syms.dist[:])
}

// dynamic reads the codes of a block.
func (f *inflater) dynamic() error {
	lits, dists, n := int(f.take(5))+257, int(f.take(5))+1, int(f.take(4))+4
	if lits > 286 || dists > 30 {
		return ErrCorrupt
	}
	var pre [19]uint8
	for i := range n {
		if i%8 == 0 {
			f.refill()
		}
		pre[order[i]] = uint8(f.take(3))
	}
	var table [1 << preBits]uint32
	if !build(table[:], preBits, pre[:], f.syms.pre[:]) {
		return ErrCorrupt
	}
	var lens [286 + 30]uint8
	if err := f.lengths(lens[:lits+dists], &table); err != nil {
		return err
	}
	f.isFixed = false
	if !build(f.lit[:], litBits, lens[:lits], f.syms.lit[:]) ||
		!build(f.dist[:], distBits, lens[lits:lits+dists], f.syms.dist[:]) {
		return ErrCorrupt
	}
	return nil
}

// lengths reads the lengths of all codes, in runs.
func (f *inflater) lengths(lens []uint8, table *[1 << preBits]uint32) error {
	for i := 0; i < len(lens); {
		if len(f.in)-f.pos < 8 {
			return io.ErrUnexpectedEOF
		}
		f.refill()
		e := table[f.bits&(1<<preBits-1)]
		if e&other != 0 {
			return ErrCorrupt
		}
		f.take(uint(e & 63))
		sym := uint8(e >> 16)
		if sym < 16 {
			lens[i] = sym
			i++
			continue
		}
		again, value := 0, uint8(0)
		switch sym {
		case 16:
			if i == 0 {
				return ErrCorrupt
			}
			again, value = 3+int(f.take(2)), lens[i-1]
		case 17:
			again = 3 + int(f.take(3))
		default:
			again = 11 + int(f.take(7))
		}
		if again > len(lens)-i {
			return ErrCorrupt
		}
		for range again {
			lens[i] = value
			i++
		}
	}
	return nil
}
