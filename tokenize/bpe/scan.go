package bpe

import "math/bits"

// scanSymbols is the longest word that is merged by scanning for the best pair,
// which is quadratic but faster than a heap on short words. A set of its symbols
// is 64 bits.
const scanSymbols = 64

// scanned is a word that is merged by scanning.
type scanned struct {
	ids [scanSymbols]uint32 // by place; of symbols that are merged the first place counts

	// order is, by the place of the left half of a pair, the rank of the pair and
	// in the lower bits its place, so that the least is the pair to merge.
	order [scanSymbols]uint32
}

const placeBits = 6

// noPair is the least order of a pair that does not merge.
const noPair = none << placeBits & none

func (w *scanned) rank(place int, rank uint32) {
	w.order[place&(scanSymbols-1)] = rank<<placeBits | uint32(place)
}

// merge merges the leftmost pair of the lowest rank until there is none, and
// appends the tokens.
func (w *scanned) merge(t *mergeTable, dst []uint32, n int) []uint32 {
	if n == 0 {
		return dst
	}
	live := ^uint64(0) >> (scanSymbols - n)
	pairs := w.order[:n-1]
	for {
		best := least(pairs)
		if best >= noPair {
			break
		}
		at := best & (scanSymbols - 1)
		id := t.id(best >> placeBits)
		w.ids[at] = id
		behind := live >> at >> 1
		right := at + 1 + uint32(bits.TrailingZeros64(behind))
		live &^= 1 << right
		w.order[right&(scanSymbols-1)] = none
		w.order[at] = none
		if behind &= behind - 1; behind != 0 {
			next := at + 1 + uint32(bits.TrailingZeros64(behind))
			w.rank(int(at), t.find(id, w.ids[next&(scanSymbols-1)]))
		}
		if before := live & (1<<at - 1); before != 0 {
			left := bits.Len64(before) - 1
			w.rank(left, t.find(w.ids[left&(scanSymbols-1)], id))
		}
	}
	for ; live != 0; live &= live - 1 {
		dst = append(dst, w.ids[bits.TrailingZeros64(live)])
	}
	return dst
}

// least is the least of some numbers, none if there are none.
func least(order []uint32) uint32 {
	a, b, c, d := uint32(none), uint32(none), uint32(none), uint32(none)
	for ; len(order) >= 4; order = order[4:] {
		a, b, c, d = min(a, order[0]), min(b, order[1]), min(c, order[2]), min(d, order[3])
	}
	for _, x := range order {
		a = min(a, x)
	}
	return min(a, b, c, d)
}
