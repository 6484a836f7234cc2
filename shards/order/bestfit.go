package order

import "math/bits"

// bestFit puts documents, longest first, each into the row with the least room
// that it fits ("Fewer Truncations Improve Language Modeling", arXiv 2404.10830).
// A document longer than a row is cut into full rows and a rest, which is packed
// like a document, so nothing is lost.
func bestFit(lengths []int64, at, room int64) *packed {
	p, pieces := &packed{rows: []int32{0}}, make([]Stretch, 0, len(lengths))
	for _, l := range lengths {
		for ; l >= room; l -= room {
			p.row(Stretch{at, room})
			at += room
		}
		if l > 0 {
			pieces = append(pieces, Stretch{at, l})
		}
		at += l
	}
	b := bins{free: make([][]int32, room), some: make([]uint64, (room+63)/64)}
	for _, s := range longestFirst(pieces, room) {
		b.put(s, room)
	}
	for _, row := range b.rows {
		p.row(row...)
	}
	return p
}

// longestFirst sorts stretches shorter than room by counting, equal ones as they come.
func longestFirst(pieces []Stretch, room int64) []Stretch {
	at := make([]int, room+1) // of each length, the number of those that are longer
	for _, s := range pieces {
		at[s.N-1]++
	}
	for n := room - 1; n >= 0; n-- {
		at[n] += at[n+1]
	}
	sorted := make([]Stretch, len(pieces))
	for _, s := range pieces {
		sorted[at[s.N]] = s
		at[s.N]++
	}
	return sorted
}

// bins are rows by the room that they have left.
type bins struct {
	rows [][]Stretch
	free [][]int32 // by room left: numbers of rows
	some []uint64  // one bit for each of free that is not empty
}

func (b *bins) put(s Stretch, room int64) {
	left := b.least(s.N)
	if left < 0 {
		left = room
		b.rows = append(b.rows, nil)
		b.add(int32(len(b.rows)-1), s, left)
		return
	}
	list := b.free[left]
	row := list[len(list)-1]
	if b.free[left] = list[:len(list)-1]; len(list) == 1 {
		b.some[left/64] &^= 1 << (left % 64)
	}
	b.add(row, s, left)
}

func (b *bins) add(row int32, s Stretch, left int64) {
	b.rows[row] = append(b.rows[row], s)
	if left -= s.N; left > 0 {
		b.free[left] = append(b.free[left], row)
		b.some[left/64] |= 1 << (left % 64)
	}
}

// least is the smallest room of at least n that a row has left, or -1.
func (b *bins) least(n int64) int64 {
	word := n / 64
	bitmap := b.some[word] &^ (1<<(n%64) - 1)
	for bitmap == 0 {
		if word++; word == int64(len(b.some)) {
			return -1
		}
		bitmap = b.some[word]
	}
	return word*64 + int64(bits.TrailingZeros64(bitmap))
}
