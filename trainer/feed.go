package trainer

import (
	"context"
	"sync"
)

// Reading says which rows of the order a process reads, and how. At every step all
// ranks together read Global rows; rank r of R takes the rows r, r+R, … of them.
// So the rows of a step are the same for any number of ranks and of readers, and a
// training may go on with other numbers of both.
type Reading struct {
	Global      int // rows of a step
	Micro       int // rows of a micro-batch at most
	Rank, Ranks int // Ranks 0 is 1
	Readers     int // goroutines that read ahead; 0 is 1
}

// fill makes the micro-batches of this rank at a step, the first being 0, in the
// memory of old ones.
func (r Reading) fill(d *Dataset, step int64, old []Batch) ([]Batch, error) {
	micro, ranks := old[:0], max(1, r.Ranks)
	for slot := r.Rank; slot < r.Global; {
		if len(micro) == cap(micro) {
			micro = append(micro, Batch{})
		} else {
			micro = micro[:len(micro)+1]
		}
		rows := min(r.Micro, (r.Global-slot+ranks-1)/ranks)
		if err := d.fill(&micro[len(micro)-1], step*int64(r.Global)+int64(slot), int64(ranks), rows); err != nil {
			return nil, err
		}
		slot += rows * ranks
	}
	return micro, nil
}

// Feed gives the batches of step after step, which its readers make ahead.
type Feed struct {
	readers []chan fed // the reader of step s is that of s modulo their number
	next    int64
	stop    context.CancelFunc
	done    sync.WaitGroup
}

type fed struct {
	micro []Batch
	err   error
}

// NewFeed reads from a step on until Close.
func NewFeed(d *Dataset, r Reading, step int64) *Feed {
	ctx, stop := context.WithCancel(context.Background())
	f := &Feed{readers: make([]chan fed, max(1, r.Readers)), next: step, stop: stop}
	n := int64(len(f.readers))
	for i := range f.readers {
		out := make(chan fed, 1)
		f.readers[(step+int64(i))%n] = out
		f.done.Add(1)
		go func() {
			defer f.done.Done()
			var memory [3][]Batch // one is in use, one waits, one is being made
			for s, k := step+int64(i), 0; ; s, k = s+n, (k+1)%len(memory) {
				micro, err := r.fill(d, s, memory[k])
				memory[k] = micro
				select {
				case out <- fed{micro, err}:
				case <-ctx.Done():
					return
				}
			}
		}()
	}
	return f
}

// Next is the batches of the next step, valid until the next call.
func (f *Feed) Next() ([]Batch, error) {
	b := <-f.readers[f.next%int64(len(f.readers))]
	f.next++
	return b.micro, b.err
}

// Close stops the readers and waits for them.
func (f *Feed) Close() {
	f.stop()
	f.done.Wait()
}
