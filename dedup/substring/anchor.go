package substring

import (
	"encoding/binary"

	"github.com/zeebo/xxh3"
)

// Anchor is windows of a text that begin one after the other and have the same
// gram of the least hash.
type Anchor struct {
	First   int    // where the first of its windows begins
	Windows int    // how many there are
	Gram    uint64 // hash of the gram
	Context xxh3.Uint128
	// Again is how many windows follow at once that belong to anchors of the
	// same context: in a text of one character every window is one.
	Again int
}

// AnchorBytes is the width of an anchor's record: 48 bits of the gram, 80 of the
// context, its place, its windows.
const AnchorBytes = keyBytes + 8 + 2

// Record is the record of an anchor whose text begins at a place. Records sort
// by gram, context, place.
func (a Anchor) Record(text Place) (b [AnchorBytes]byte) {
	binary.BigEndian.PutUint64(b[:], a.Gram)
	binary.BigEndian.PutUint16(b[6:], uint16(a.Context.Hi))
	binary.BigEndian.PutUint64(b[8:], a.Context.Lo)
	binary.BigEndian.PutUint64(b[16:], uint64(text)+uint64(a.First))
	binary.BigEndian.PutUint16(b[24:], uint16(a.Windows))
	return b
}

// anchorRange is the windows of a record.
func anchorRange(b []byte) Range {
	return Range{Place(binary.BigEndian.Uint64(b[16:])), int64(binary.BigEndian.Uint16(b[24:]))}
}

// multiplier is that of the polynomial over the bytes of a gram, modulo 2^64;
// spread brings its low bits, which are poor, to the upper end. Both are odd
// and have no meaning: grams that collide only cost time.
const (
	multiplier = 0x9E3779B97F4A7C15
	spread     = 0xD6E8FEB86659FD93
)

// Finder finds the anchors of texts. It is for one goroutine.
type Finder struct {
	bytes, gram int    // of a window and of a gram
	drop        uint64 // multiplier^gram: what a byte that leaves a gram weighs
	hash        uint64 // polynomial of the gram before the next
	now, next   []uint64
	least       []int32 // of now[i:] the place of the first of the least
}

// NewFinder finds the anchors of windows of so many bytes, by grams of so many.
func NewFinder(bytes, gram int) *Finder {
	f := &Finder{bytes: bytes, gram: gram, drop: 1}
	for range f.gram {
		f.drop *= multiplier
	}
	grams := f.grams()
	f.now, f.next, f.least = make([]uint64, 0, grams), make([]uint64, 0, grams), make([]int32, grams)
	return f
}

// grams is how many grams a window has.
func (f *Finder) grams() int { return f.bytes - f.gram + 1 }

// Anchors calls do with the anchors of a text, in order. Blocks of as many grams
// as a window has are gone through, so that each window is the end of one block
// and the beginning of the next: two minima, of which each is known from the one
// before (van Herk, Pattern Recognition Letters 13, 1992).
func (f *Finder) Anchors(text string, do func(Anchor) error) error {
	windows, grams := len(text)-f.bytes+1, f.grams()
	if windows < 1 {
		return nil
	}
	w := anchorWriter{text: text, bytes: f.bytes, do: do}
	anchor := -1
	f.now = f.begin(text, f.now[:0])
	for start := 0; start < windows; start += grams {
		f.order()
		f.next = f.roll(text, start+grams, f.next[:0])
		first := 0 // of next, up to the window's end, the place of the least
		for i := range min(grams, windows-start) {
			at := int(f.least[i])
			hash := f.now[at]
			if i > 0 {
				if f.next[i-1] < f.next[first] {
					first = i - 1
				}
				if f.next[first] < hash {
					at, hash = grams+first, f.next[first]
				}
			}
			if at += start; at != anchor {
				if err := w.begin(start+i, hash); err != nil {
					return err
				}
				anchor = at
			}
		}
		f.now, f.next = f.next, f.now
	}
	return w.end(windows)
}

// begin appends the hashes of the grams of the first window.
func (f *Finder) begin(text string, hashes []uint64) []uint64 {
	h := uint64(0)
	for _, c := range []byte(text[:f.gram]) {
		h = h*multiplier + uint64(c) + 1
	}
	f.hash = h
	return f.roll(text, 1, append(hashes, h*spread))
}

// roll appends the hashes of a block of grams from the one that begins at i on,
// to its end or that of the text.
func (f *Finder) roll(text string, i int, hashes []uint64) []uint64 {
	n := min(f.grams()-len(hashes), len(text)-f.gram+1-i)
	if n <= 0 {
		return hashes
	}
	out, in := text[i-1:i-1+n], text[i-1+f.gram:i-1+f.gram+n]
	h, drop := f.hash, f.drop
	for j := range n {
		h = h*multiplier + uint64(in[j]) + 1 - (uint64(out[j])+1)*drop
		hashes = append(hashes, h*spread)
	}
	f.hash = h
	return hashes
}

// order fills least.
func (f *Finder) order() {
	last := len(f.now) - 1
	least := last
	for i := last; i >= 0; i-- {
		if f.now[i] <= f.now[least] {
			least = i
		}
		f.least[i] = int32(least)
	}
}

// anchorWriter turns the windows at which another anchor begins into anchors.
type anchorWriter struct {
	text    string
	bytes   int
	do      func(Anchor) error
	waiting Anchor // not yet given to do; no windows: there is none
	first   int    // first window of the anchor at hand
	gram    uint64
	any     bool
}

// begin ends the anchor at hand and begins one at a window.
func (w *anchorWriter) begin(window int, gram uint64) error {
	if w.any {
		if err := w.close(window); err != nil {
			return err
		}
	}
	w.first, w.gram, w.any = window, gram, true
	return nil
}

// close ends the anchor at hand before a window, and adds it to the one before
// if that says the same.
func (w *anchorWriter) close(window int) error {
	a := Anchor{First: w.first, Windows: window - w.first, Gram: w.gram}
	a.Context = xxh3.HashString128(w.text[a.First : window-1+w.bytes])
	if w.waiting.Windows > 0 && a.Gram == w.waiting.Gram && a.Context == w.waiting.Context {
		w.waiting.Again += a.Windows
		return nil
	}
	before := w.waiting
	w.waiting = a
	if before.Windows == 0 {
		return nil
	}
	return w.do(before)
}

// end gives the last anchors away.
func (w *anchorWriter) end(windows int) error {
	if err := w.close(windows); err != nil {
		return err
	}
	return w.do(w.waiting)
}
