package substring

import (
	"bytes"
	"iter"
)

// Keep says which of equal windows are no repeats.
type Keep int

// The first in the order of documents, or none.
const (
	KeepFirst Keep = iota
	KeepNone
)

// Inside gives the marks of a text's anchor that follow from the text alone.
func (k Keep) Inside(a Anchor, text Place) Mark {
	r := Range{text + Place(a.First+a.Windows), int64(a.Again)}
	if k == KeepNone && a.Again > 0 {
		r = Range{text + Place(a.First), int64(a.Windows + a.Again)}
	}
	return Mark{Range: r}
}

// Anchors gives the marks of sorted records of anchors to do: repeats where
// contexts are equal, and one open mark of each context where those of a gram
// differ.
func (k Keep) Anchors(records iter.Seq2[[]byte, error], do func(Mark) error) error {
	g := group{keep: k, do: do}
	for b, err := range records {
		if err != nil {
			return err
		}
		if err := g.add(b); err != nil {
			return err
		}
	}
	return nil
}

// group is the anchors of one context, in the order of documents.
type group struct {
	keep     Keep
	do       func(Mark) error
	key      []byte // gram and context of its records; none before the first
	first    Range
	members  int
	contexts int // of its gram so far
}

// keyBytes of a record are gram and context.
const (
	gramBytes = 6
	keyBytes  = gramBytes + 10
)

func (g *group) add(b []byte) error {
	if bytes.Equal(g.key, b[:keyBytes]) {
		return g.member(anchorRange(b))
	}
	if len(g.key) > 0 && bytes.Equal(g.key[:gramBytes], b[:gramBytes]) {
		if err := g.open(anchorRange(b)); err != nil {
			return err
		}
	} else {
		g.contexts = 1
	}
	g.key, g.first, g.members = append(g.key[:0], b[:keyBytes]...), anchorRange(b), 1
	return nil
}

// member marks an anchor that is not the first of its context, and where none is
// kept the first too.
func (g *group) member(r Range) error {
	if g.members++; g.members == 2 && g.keep == KeepNone {
		if err := g.do(Mark{Range: g.first}); err != nil {
			return err
		}
	}
	return g.do(Mark{Range: r})
}

// open marks the first anchor of another context of the same gram, and before
// the second one that of the first.
func (g *group) open(r Range) error {
	if g.contexts++; g.contexts == 2 {
		if err := g.do(Mark{g.first, true}); err != nil {
			return err
		}
	}
	return g.do(Mark{r, true})
}
