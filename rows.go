package corpus

import (
	"errors"
	"io"
	"iter"
)

// Row is one row of a table, valid until the next is asked for.
type Row struct {
	*Table
	At int
}

// Rows walks a reader row by row and closes it. Sidecars are aligned by row, not
// by batch, so that this is how two of them are read side by side.
func Rows(r TableReader) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		defer r.Close()
		for {
			t, err := r.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(Row{}, err)
				return
			}
			for i := range t.Rows {
				if !yield(Row{t, i}, nil) {
					return
				}
			}
		}
	}
}
