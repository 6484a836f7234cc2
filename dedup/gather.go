package dedup

import (
	"cmp"
	"sync"

	"corpus"
)

// gatherBytes is what a worker collects before it has a sort take it, for each
// of two sorts.
const gatherBytes = 2 << 20

// gather has workers fill sorts, which are for one goroutine at a time.
type gather struct {
	env corpus.Env
	mu  sync.Mutex
}

// all calls do with every part, of earlier generations too; the first error stops
// the others.
func (g *gather) all(do func(part int) error) error {
	first, n := g.env.Parts()
	var (
		wait   sync.WaitGroup
		next   int
		failed error
	)
	take := func() (int, bool) {
		g.mu.Lock()
		defer g.mu.Unlock()
		next++
		return next - 1, next <= first+n && failed == nil
	}
	for range g.env.Workers() {
		wait.Go(func() {
			for part, ok := take(); ok; part, ok = take() {
				if err := do(part); err != nil {
					g.mu.Lock()
					failed = cmp.Or(failed, err)
					g.mu.Unlock()
				}
			}
		})
	}
	wait.Wait()
	return failed
}

// buffer collects records of one worker for a sort.
type buffer struct {
	*gather
	to      corpus.Sorter
	width   int
	records []byte
}

func (g *gather) buffer(to corpus.Sorter, width int) *buffer {
	return &buffer{gather: g, to: to, width: width}
}

// adder takes records: a sort or a buffer before it.
type adder interface{ Add(record []byte) error }

// Add copies the record.
func (b *buffer) Add(record []byte) error {
	b.records = append(b.records, record...)
	if len(b.records) < gatherBytes/4 { // append may have doubled it
		return nil
	}
	return b.flush()
}

func (b *buffer) flush() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for r := b.records; len(r) > 0; r = r[b.width:] {
		if err := b.to.Add(r[:b.width]); err != nil {
			return err
		}
	}
	b.records = b.records[:0]
	return nil
}
