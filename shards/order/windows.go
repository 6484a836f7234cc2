package order

import (
	"fmt"
	"sort"
	"sync"
)

// windows is a packing by documents: a window of them at a time is packed, from
// their lengths alone. Held are the place and the number of rows of each window,
// and the rows of those asked for last.
type windows struct {
	docs   Documents
	room   int64
	pack   packer
	starts []int64 // position at which each window begins
	rows   []int64 // of the windows before each; one more, of all

	mu     sync.Mutex
	packed map[int]*packed
	ring   []int // windows in packed, oldest first
	held   int   // stretches in packed
}

// packer packs documents of the given lengths, which begin at position at.
type packer func(lengths []int64, at, room int64) *packed

// packed is the rows of a window.
type packed struct {
	stretches []Stretch
	rows      []int32 // at which of stretches each row begins; one more, the end
}

func (p *packed) row(stretches ...Stretch) {
	p.stretches = append(p.stretches, stretches...)
	p.rows = append(p.rows, int32(len(p.stretches)))
}

func newWindows(d Documents, room int64, pack packer) (*windows, error) {
	w := &windows{docs: d, room: room, pack: pack, rows: []int64{0}, packed: map[int]*packed{}}
	for at := int64(0); at < d.Len(); {
		p, end, err := w.window(at)
		if err != nil {
			return nil, err
		}
		w.remember(len(w.starts), p)
		w.starts = append(w.starts, at)
		w.rows = append(w.rows, w.Rows()+int64(len(p.rows)-1))
		at = end
	}
	return w, nil
}

// window packs the documents from a position on.
func (w *windows) window(at int64) (p *packed, end int64, err error) {
	lengths := make([]int64, windowDocs)
	n, err := w.docs.Lengths(lengths, at)
	if err != nil {
		return nil, 0, err
	}
	if n == 0 {
		return nil, 0, fmt.Errorf("no document begins at position %d of %d", at, w.docs.Len())
	}
	end = at
	for i, l := range lengths[:n] {
		if end += l; end-at >= windowTokens {
			n = i + 1
			break
		}
	}
	return w.pack(lengths[:n], at, w.room), end, nil
}

func (w *windows) Rows() int64 { return w.rows[len(w.rows)-1] }

func (w *windows) Row(dst []Stretch, row int64) ([]Stretch, error) {
	i := sort.Search(len(w.starts), func(i int) bool { return w.rows[i+1] > row })
	p, err := w.at(i)
	if err != nil {
		return dst, err
	}
	r := row - w.rows[i]
	return append(dst, p.stretches[p.rows[r]:p.rows[r+1]]...), nil
}

// at is a window, packed again unless it is remembered.
func (w *windows) at(i int) (*packed, error) {
	w.mu.Lock()
	p := w.packed[i]
	w.mu.Unlock()
	if p != nil {
		return p, nil
	}
	p, _, err := w.window(w.starts[i])
	if err != nil {
		return nil, err
	}
	if n := int64(len(p.rows) - 1); n != w.rows[i+1]-w.rows[i] {
		return nil, fmt.Errorf("documents from position %d fill %d rows, and filled %d before", w.starts[i], n, w.rows[i+1]-w.rows[i])
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.remember(i, p)
	return p, nil
}

// remember keeps a window in the place of the oldest ones.
func (w *windows) remember(i int, p *packed) {
	if w.packed[i] != nil { // by another goroutine
		return
	}
	w.packed[i], w.ring, w.held = p, append(w.ring, i), w.held+len(p.stretches)
	for w.held > maxPacked && len(w.ring) > 1 {
		oldest := w.ring[0]
		w.held -= len(w.packed[oldest].stretches)
		delete(w.packed, oldest)
		w.ring = w.ring[1:]
	}
}

// onePerRow gives each document a row; a longer one fills several, so that
// nothing of it is lost.
func onePerRow(lengths []int64, at, room int64) *packed {
	p := &packed{rows: []int32{0}}
	for _, l := range lengths {
		for ; l > room; l -= room {
			p.row(Stretch{at, room})
			at += room
		}
		p.row(Stretch{at, l})
		at += l
	}
	return p
}
