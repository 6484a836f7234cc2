package unigram

import (
	"sync"
	"sync/atomic"
)

// parallel calls do for 0 to n-1, on as many goroutines as workers; each makes
// its own do by worker, one after the other.
func parallel(workers, n int, worker func() (do func(i int))) {
	var next atomic.Int64
	var wait sync.WaitGroup
	for range max(1, workers) {
		do := worker()
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wait.Wait()
}
