package ingest

import (
	"context"
	"sync"

	"corpus"
)

const (
	// workersPerDecoder is how many workers one decoder surely keeps busy: it gives
	// 750 MB/s of records out of gzip, and a core takes the text out of 14 MB/s of
	// pages or 40 MB/s of WET (docs/benchmarks.md).
	workersPerDecoder = 8
	// apartBytes is how much may be decoded again for a unit of its own.
	apartBytes = 4 << 20
)

// apart says whether the units of a piece can be decoded each for itself: row
// groups, and where decoding begins near them, of a file that is here.
func (p piece) apart() bool {
	s := p.source
	if s.archive != "" || s.input.places != nil || s.charset != "" {
		return false
	}
	if s.columnar() {
		return true
	}
	for _, un := range s.units[p.from : p.from+p.n] {
		if un.start-un.base > apartBytes {
			return false
		}
	}
	return true
}

// decoding is a unit that is read ahead of its turn.
type decoding struct {
	jobs  chan job
	space *budget // of the jobs that wait
	err   error   // once jobs is closed
}

// ahead reads the units of a piece by several decoders at once and gives their
// jobs in order. Each decoder has a budget of its own, so that none waits for
// another's turn.
func (r *run) ahead(ctx context.Context, p piece, decoders int, give func(job) bool) error {
	ctx, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	turns := make(chan *decoding, decoders-1) // beside the one whose turn it is
	all.Go(func() {
		defer close(turns)
		for i := p.from; i < p.from+p.n; i++ {
			d := &decoding{space: newBudget(corpus.MaxDocument)}
			d.jobs = make(chan job, cap(d.space.tokens)) // a job takes a token or more
			select {
			case turns <- d:
				all.Go(func() { d.read(ctx, p.source, i) })
			case <-ctx.Done():
				return
			}
		}
	})
	broken := false
	for d := range turns {
		for j := range d.jobs {
			d.space.release(j.cost)
			broken = firstBad(j.recs, broken)
			if !give(j) {
				return errStop
			}
		}
		if d.err != nil {
			return d.err
		}
	}
	return ctx.Err()
}

// firstBad leaves the mark of damage that the scan did not see on the first record
// that has it, as one decoder does, and says whether there was one.
func firstBad(recs []record, before bool) bool {
	for i := range recs {
		recs[i].bad, before = recs[i].bad && !before, before || recs[i].bad
	}
	return before
}

// read decodes unit i.
func (d *decoding) read(ctx context.Context, s *source, i int) {
	defer close(d.jobs)
	var u unitReader
	defer u.close()
	d.err = u.read(ctx, s, i, func(j job) bool {
		if !d.space.take(ctx, j.cost) {
			return false
		}
		select {
		case d.jobs <- j:
			return true
		case <-ctx.Done():
			return false
		}
	})
}
