package ingest

import (
	"context"
	"errors"
	"iter"
	"testing"
)

func TestOrdered(t *testing.T) {
	items := make([]int, 1000)
	for i := range items {
		items[i] = i
	}
	broken := errors.New("broken")
	double := func(i int) (int, error) { return 2 * i, nil }
	tests := []struct {
		name string
		work func(int) (int, error)
		stop int // item at which done fails, -1 = never
		want int // results handed over
		err  error
	}{
		{"all", double, -1, 1000, nil},
		{"work fails", func(i int) (int, error) {
			if i >= 500 {
				return 0, broken
			}
			return 2 * i, nil
		}, -1, 500, broken},
		{"done fails", double, 70, 70, broken},
	}
	for _, tt := range tests {
		for _, n := range []int{1, 4} {
			next := 0
			err := ordered(t.Context(), n, each(items), tt.work, func(got int) error {
				if next == tt.stop {
					return broken
				}
				if got != 2*next {
					t.Fatalf("%s: %d in place of %d", tt.name, got, 2*next)
				}
				next++
				return nil
			})
			if next != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("%s with %d: %d results, %v", tt.name, n, next, err)
			}
		}
	}
}

func TestOrderedStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	endless := func(context.Context) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			for i := 0; yield(i, nil); i++ {
				if i == 100 {
					cancel()
				}
			}
		}
	}
	err := ordered(ctx, 3, endless, func(i int) (int, error) { return i, nil }, func(int) error { return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v after cancel", err)
	}
}
