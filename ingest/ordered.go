package ingest

import (
	"context"
	"iter"
	"sync"
)

// slot is an item under way and what became of it.
type slot[A, B any] struct {
	item  A
	out   B
	err   error
	ready chan struct{} // closed when out or err is set
}

// ordered runs work on the items of in by n goroutines and hands the results
// to done in the order of the items. At most 3n items are under way. The first
// error, in the order of items, ends it.
func ordered[A, B any](ctx context.Context, n int, in func(context.Context) iter.Seq2[A, error], work func(A) (B, error), done func(B) error) error {
	n = max(n, 1)
	ctx, stop := context.WithCancel(ctx)
	queue, order := make(chan *slot[A, B]), make(chan *slot[A, B], 2*n)
	var all sync.WaitGroup
	all.Go(func() { produce(ctx, in(ctx), queue, order) })
	for range n {
		all.Go(func() {
			for s := range queue {
				s.out, s.err = work(s.item)
				close(s.ready)
			}
		})
	}
	err := collect(order, done)
	if err == nil {
		err = ctx.Err()
	}
	stop()
	all.Wait()
	return err
}

// produce puts each item into both channels: order is read by who collects,
// queue by the workers. It ends when the items or ctx do.
func produce[A, B any](ctx context.Context, in iter.Seq2[A, error], queue, order chan<- *slot[A, B]) {
	defer close(order)
	defer close(queue)
	for item, err := range in {
		s := &slot[A, B]{item: item, err: err, ready: make(chan struct{})}
		select {
		case order <- s:
		case <-ctx.Done():
			return
		}
		if err != nil {
			close(s.ready)
			return
		}
		select {
		case queue <- s:
		case <-ctx.Done():
			s.err = ctx.Err()
			close(s.ready)
			return
		}
	}
}

// collect hands over the results in order, up to the first error.
func collect[A, B any](order <-chan *slot[A, B], done func(B) error) error {
	for s := range order {
		<-s.ready
		if s.err != nil {
			return s.err
		}
		if err := done(s.out); err != nil {
			return err
		}
	}
	return nil
}

// each gives the items of a slice.
func each[A any](items []A) func(context.Context) iter.Seq2[A, error] {
	return func(context.Context) iter.Seq2[A, error] {
		return func(yield func(A, error) bool) {
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}
