package order

import "corpus"

// Names of packings.
const (
	SplitRows = "split"       // one stream, cut where a row is full
	BestFit   = "best-fit"    // whole documents, each into the fullest row that has room
	OnePerRow = "one-per-row" // one document a row
)

// Stretch is n tokens of a source from position at on.
type Stretch struct{ At, N int64 }

// Packing cuts a source into rows. Each token is in one row. It may be used by
// several goroutines.
type Packing interface {
	Rows() int64
	// Row appends the stretches of a row in the order in which they stand.
	Row(dst []Stretch, row int64) ([]Stretch, error)
}

// Documents is what a packing knows of a source: document lies behind document.
type Documents interface {
	// Len is the length of all in tokens, each document's end token included.
	Len() int64
	// Lengths fills dst with the lengths of the documents from position at on,
	// where one begins; it gives fewer only at the end.
	Lengths(dst []int64, at int64) (int, error)
}

// Pack cuts documents into rows of room tokens.
func Pack(kind string, d Documents, room int64) (Packing, error) {
	switch kind {
	case SplitRows:
		return Split{d.Len(), room}, nil
	case BestFit:
		return newWindows(d, room, bestFit)
	case OnePerRow:
		return newWindows(d, room, onePerRow)
	}
	return nil, CheckPacking(kind)
}

// CheckPacking refuses what is no name of a packing.
func CheckPacking(kind string) error {
	switch kind {
	case SplitRows, BestFit, OnePerRow:
		return nil
	}
	return corpus.Errorf(corpus.Usage, "unknown packing %q; want %s, %s or %s", kind, SplitRows, BestFit, OnePerRow)
}

// Split cuts documents as one stream into rows of room tokens; the last row has
// what is left. It knows nothing of documents, so it needs no lengths.
type Split struct{ Len, Room int64 }

// Rows is how many rows there are.
func (s Split) Rows() int64 { return (s.Len + s.Room - 1) / s.Room }

// Row is one stretch.
func (s Split) Row(dst []Stretch, row int64) ([]Stretch, error) {
	at := row * s.Room
	return append(dst, Stretch{at, min(s.Room, s.Len-at)}), nil
}
