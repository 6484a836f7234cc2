package inflate

import "math/bits"

const (
	maxCodeLen = 15 // RFC 1951, 3.2.7
	litBits    = 11
	distBits   = 8
	preBits    = 7
	// The most entries that codes of 15 bits can need beside a first table of
	// litBits or distBits: zlib's enough.c for 288 and 32 symbols.
	litEntries  = 2342
	distEntries = 402
)

// An entry of a table says what the next bits of the input are:
//
//	literal      bit 31, byte in bits 16-23, bits to take in 0-5
//	length       base in bits 16-30, bits of the code in 8-12, with its extra bits in 0-5
//	distance     the same
//	subtable     bit 15, first entry in bits 16-30, bits of the index in 8-12, of the code so far in 0-5
//	end          bits 15 and 14, bits to take in 0-5
//	no code      bits 15 and 13
const (
	literal  = 1 << 31
	other    = 1 << 15
	endBlock = other | 1<<14
	noCode   = other | 1<<13
)

// litSymbol is the entry of a literal or length without the bits of its code
// (RFC 1951, 3.2.5).
func litSymbol(sym int) uint32 {
	switch {
	case sym < 256:
		return literal | uint32(sym)<<16
	case sym == 256:
		return endBlock
	case sym < 265:
		return uint32(sym-257+3) << 16
	case sym < 285:
		extra := (sym - 261) / 4
		base := (4+(sym-261)%4)<<extra + 3
		return uint32(base)<<16 | uint32(extra)
	case sym == 285:
		return 258 << 16
	}
	return noCode
}

// distSymbol is the entry of a distance without the bits of its code.
func distSymbol(sym int) uint32 {
	switch {
	case sym < 4:
		return uint32(sym+1) << 16
	case sym < 30:
		extra := (sym - 2) / 2
		base := (2+sym%2)<<extra + 1
		return uint32(base)<<16 | uint32(extra)
	}
	return noCode
}

// preSymbol is the entry of a code length.
func preSymbol(sym int) uint32 { return uint32(sym) << 16 }

// build fills a table whose first 1<<first entries are looked at first. False
// when the lengths are no complete prefix code; of one symbol the code may be
// incomplete, and of distances there may be none.
func build(table []uint32, first int, lens []uint8, symbols []uint32) bool {
	var count [maxCodeLen + 1]int
	for _, n := range lens {
		count[n]++
	}
	used := len(lens) - count[0]
	count[0] = 0
	left, longest := 1, 0
	var next [maxCodeLen + 2]int // where the symbols of a length begin
	for n := 1; n <= maxCodeLen; n++ {
		left = left<<1 - count[n]
		if left < 0 {
			return false
		}
		next[n+1] = next[n] + count[n]
		if count[n] > 0 {
			longest = n
		}
	}
	if left > 0 {
		if used > 1 || used == 1 && count[1] != 1 {
			return false
		}
		table[0], table[1] = noCode, noCode
	}
	var sorted [288]uint16
	for sym, n := range lens {
		if n > 0 {
			sorted[next[n]] = uint16(sym)
			next[n]++
		}
	}
	fill(table, first, longest, &count, sorted[:used], symbols)
	return true
}

// fill writes the codes in their order: by length, then by symbol. The first
// table grows with the length of the codes: what is there of shorter ones is
// copied behind it.
func fill(table []uint32, first, longest int, count *[maxCodeLen + 1]int, sorted []uint16, symbols []uint32) {
	code := uint32(0) // with its first bit lowest
	for n := 1; n <= min(longest, first); n++ {
		half := 1 << (n - 1)
		copy(table[half:2*half], table[:half])
		for _, sym := range sorted[:count[n]] {
			table[code] = symbols[sym] + uint32(n)<<8 + uint32(n)
			code = successor(code, n)
		}
		sorted = sorted[count[n]:]
	}
	for n := longest; n < first; n++ {
		copy(table[1<<n:2<<n], table[:1<<n])
	}
	if longest > first {
		fillBehind(table, first, longest, count, sorted, symbols, code)
	}
}

// fillBehind writes the codes that are longer than first, in tables behind the
// first.
func fillBehind(table []uint32, first, longest int, count *[maxCodeLen + 1]int, sorted []uint16, symbols []uint32, code uint32) {
	free, prefix, sub, width := 1<<first, ^uint32(0), 0, 0
	for n := first + 1; n <= longest; n++ {
		for k, sym := range sorted[:count[n]] {
			if low := code & (1<<first - 1); low != prefix {
				prefix, sub = low, free
				width = widthOf(count, count[n]-k, n, first)
				free += 1 << width
				table[low] = other | uint32(sub)<<16 | uint32(width)<<8 | uint32(first)
			}
			e := symbols[sym] + uint32(n-first)<<8 + uint32(n-first)
			for i := int(code >> first); i < 1<<width; i += 1 << (n - first) {
				table[sub+i] = e
			}
			code = successor(code, n)
		}
		sorted = sorted[count[n]:]
	}
}

// widthOf is the width of a subtable whose first code has n bits, as have those
// that are left: as many as the codes that follow fill.
func widthOf(count *[maxCodeLen + 1]int, left, n, first int) int {
	width := n - first
	for space := 1<<width - left; space > 0 && first+width < maxCodeLen; {
		width++
		space = space<<1 - count[first+width]
	}
	return width
}

// successor is the code after one of n bits, both with the first bit lowest.
func successor(code uint32, n int) uint32 {
	gap := ^code & (1<<n - 1)
	if gap == 0 {
		return 0 // the last one
	}
	top := uint32(1) << (bits.Len32(gap) - 1)
	return code&(top-1) | top
}
