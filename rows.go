package corpus

import (
	"cmp"
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
		for t, err := range Tables(r) {
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

// Tables walks a reader batch by batch and closes it. An error comes last; that of
// closing is not told to a loop that is left early.
func Tables(r TableReader) iter.Seq2[*Table, error] {
	return func(yield func(*Table, error) bool) {
		t, err := r.Next()
		for ; err == nil; t, err = r.Next() {
			if !yield(t, nil) {
				_ = r.Close()
				return
			}
		}
		if errors.Is(err, io.EOF) {
			err = nil
		}
		if err = errors.Join(err, r.Close()); err != nil {
			yield(nil, err)
		}
	}
}

// EachTable calls do with every batch of a part's table, until the task is stopped.
func EachTable(e Env, role string, part int, do func(*Table) error) error {
	r, err := e.Open(role, part)
	if err != nil {
		return err
	}
	for t, err := range Tables(r) {
		if err := cmp.Or(err, e.Context().Err()); err != nil {
			return err
		}
		if err := do(t); err != nil {
			return err
		}
	}
	return e.Context().Err()
}
