package recipe

import (
	"cmp"
	"slices"

	"corpus"
)

// working is a text out of which rules cut, one after the other, and where its
// pieces stand in the text that it was: a cut of a rule is said in the working
// text, and becomes edits of the first one. It is reused from document to
// document.
type working struct {
	text   string
	pieces []piece
	edits  []corpus.Edit // of the first text, in order when the cuts are made

	cuts   []corpus.Edit // of the working text, not yet made, in order
	spare  []piece
	buffer []byte
}

// piece is a run of the working text and where it begins in the first one.
type piece struct{ at, from int }

func (w *working) reset(text string) {
	w.text, w.pieces = text, append(w.pieces[:0], piece{0, 0})
	w.edits, w.cuts = w.edits[:0], w.cuts[:0]
}

// cut wants text[start:end] cut; it begins where the last one ended or later.
func (w *working) cut(start, end int, rule string) {
	if start < end {
		w.cuts = append(w.cuts, corpus.Edit{Start: start, End: end, Rule: rule})
	}
}

// make makes the cuts.
func (w *working) make() {
	if len(w.cuts) == 0 {
		return
	}
	w.buffer, w.spare = w.buffer[:0], w.spare[:0]
	at, p := 0, 0
	for _, c := range w.cuts {
		p = w.keep(at, c.Start, p)
		p = w.drop(c, p)
		at = c.End
	}
	w.keep(at, len(w.text), p)
	w.text, w.cuts = string(w.buffer), w.cuts[:0]
	w.pieces, w.spare = w.spare, w.pieces
	slices.SortFunc(w.edits, func(a, b corpus.Edit) int { return cmp.Compare(a.Start, b.Start) })
}

// keep copies text[start:end], of which the beginning is in piece p or a later
// one, and gives the piece in which the end is.
func (w *working) keep(start, end, p int) int {
	for start < end {
		p = w.pieceOf(start, p)
		stop := min(end, w.pieceEnd(p))
		w.spare = append(w.spare, piece{len(w.buffer), w.pieces[p].from + start - w.pieces[p].at})
		w.buffer = append(w.buffer, w.text[start:stop]...)
		start = stop
	}
	return p
}

// drop makes edits of the cut c.
func (w *working) drop(c corpus.Edit, p int) int {
	for start := c.Start; start < c.End; {
		p = w.pieceOf(start, p)
		stop := min(c.End, w.pieceEnd(p))
		from := w.pieces[p].from + start - w.pieces[p].at
		w.edits = append(w.edits, corpus.Edit{Start: from, End: from + stop - start, Rule: c.Rule})
		start = stop
	}
	return p
}

// pieceOf is the piece that byte i is in, p or a later one.
func (w *working) pieceOf(i, p int) int {
	for p+1 < len(w.pieces) && w.pieces[p+1].at <= i {
		p++
	}
	return p
}

func (w *working) pieceEnd(p int) int {
	if p+1 < len(w.pieces) {
		return w.pieces[p+1].at
	}
	return len(w.text)
}

// strip cuts white space at both ends, as str.strip does; what follows a text of
// which only the beginning is measured is no end.
func (w *working) strip(clipped bool, rule string) {
	start, end := trimSpan(w.text, 0, len(w.text))
	w.cut(0, start, rule)
	if !clipped {
		w.cut(end, len(w.text), rule)
	}
	w.make()
}
