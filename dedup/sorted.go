package dedup

import (
	"iter"

	"corpus"
)

// sorted yields the sorted records and ends when the run is interrupted.
func sorted(env corpus.Env, s corpus.Sorter) iter.Seq2[[]byte, error] {
	const often = 1 << 16 // records between two looks
	return func(yield func([]byte, error) bool) {
		n := 0
		for record, err := range s.Each() {
			if n++; n%often == 0 && err == nil {
				err = env.Context().Err()
			}
			if !yield(record, err) || err != nil {
				return
			}
		}
	}
}
