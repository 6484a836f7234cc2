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
	const gram, context = 6, 6 + 10
	var group []byte // gram and context of the record before
	var first Range  // of the group of equal contexts
	contexts, members := 0, 0
	for b, err := range records {
		if err != nil {
			return err
		}
		r := anchorRange(b)
		if members > 0 && bytes.Equal(group, b[:context]) {
			members++
			if members == 2 && k == KeepNone {
				if err := do(Mark{Range: first}); err != nil {
					return err
				}
			}
			if err := do(Mark{Range: r}); err != nil {
				return err
			}
			continue
		}
		if members > 0 && bytes.Equal(group[:gram], b[:gram]) {
			if contexts++; contexts == 2 {
				if err := do(Mark{first, true}); err != nil {
					return err
				}
			}
			if err := do(Mark{r, true}); err != nil {
				return err
			}
		} else {
			contexts = 1
		}
		group, first, members = append(group[:0], b[:context]...), r, 1
	}
	return nil
}
