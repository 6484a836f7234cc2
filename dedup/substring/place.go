package substring

import "encoding/binary"

// offsetBits is how many bits of a Place are the offset.
const offsetBits = 40

// Place is a byte of the corpus: its part, and its offset in the texts of the
// part, laid end to end. Places are in the order of documents.
type Place uint64

// At is the place of a byte.
func At(part int, offset int64) Place { return Place(part)<<offsetBits | Place(offset) }

// Part is the number of the part.
func (p Place) Part() int { return int(p >> offsetBits) }

// Offset is the bytes of the part's texts before it.
func (p Place) Offset() int64 { return int64(p & MaxPart) }

// Range is windows that begin at Count places in a row. Those of two documents
// never touch, since no window begins in the last bytes of a document.
type Range struct {
	First Place
	Count int64
}

// end is the place behind the last.
func (r Range) end() Place { return r.First + Place(r.Count) }

// Mark is a range and what is known of it.
type Mark struct {
	Range
	Open bool // it must be looked at window by window; else all are repeats
}

// MarkBytes is the width of a mark's record. Records sort by Open, then place.
const MarkBytes = 1 + 8 + 4

// Records appends the records of a mark to dst, one for every 4 Gi windows.
func (m Mark) Records(dst []byte) []byte {
	for m.Count > 0 {
		n := min(m.Count, 1<<32-1)
		open := byte(0)
		if m.Open {
			open = 1
		}
		dst = append(dst, open)
		dst = binary.BigEndian.AppendUint64(dst, uint64(m.First))
		dst = binary.BigEndian.AppendUint32(dst, uint32(n))
		m.First, m.Count = m.First+Place(n), m.Count-n
	}
	return dst
}

// ReadMark is the mark of a record.
func ReadMark(b []byte) Mark {
	first, n := Place(binary.BigEndian.Uint64(b[1:])), int64(binary.BigEndian.Uint32(b[9:]))
	return Mark{Range{first, n}, b[0] == 1}
}

// Join adds next, which is not before m, to m if they touch, and says whether
// they did.
func (m *Mark) Join(next Mark) bool {
	if next.Open != m.Open || next.First > m.end() {
		return false
	}
	m.Count = int64(max(m.end(), next.end()) - m.First)
	return true
}
