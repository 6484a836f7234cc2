package ingest

import "context"

// budget bounds the bytes that jobs under way hold, in steps of a MiB. It may
// change speed, never output: the largest job fits.
type budget struct{ tokens chan struct{} }

func newBudget(bytes int64) *budget {
	return &budget{make(chan struct{}, bytes>>20)}
}

func (b *budget) steps(n int64) int { return min(int((n+1<<20-1)>>20), cap(b.tokens)) }

// take waits until n bytes are free; false when ctx ends first.
func (b *budget) take(ctx context.Context, n int64) bool {
	for range b.steps(n) {
		select {
		case b.tokens <- struct{}{}:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

func (b *budget) release(n int64) {
	for range b.steps(n) {
		<-b.tokens
	}
}
