package bulk

import (
	"context"
	"errors"
	"io"
	"sync"

	"corpus/tokenize"
)

// Options say what is encoded and how it is written.
type Options struct {
	Field   string  // the member of an object that has the text
	End     *uint32 // a token to put behind each document, if any
	Wide    bool    // ids take four bytes, else two
	Workers int     // from 1 on; what is written does not depend on it

	maxLine int // of tests
}

// Bytes is how many bytes an id takes.
func (o Options) Bytes() int {
	if o.Wide {
		return 4
	}
	return 2
}

// Counts are what was read and written. Lines without a text, which are those
// that are no JSON object or lack the field, count as documents without tokens,
// so that the n-th number is always that of the n-th line; blank lines do not
// count.
type Counts struct {
	Docs, Bytes, Tokens int64 // bytes of text
	Bad                 int64 // lines without a text
	FirstBad            int64 // the first of them, from 1 on, in documents
	Why                 error // what is wrong with it
}

// Encode encodes the JSON lines of in. It writes the ids of all documents to
// ids, and to lengths the number of ids of each, as 4 bytes. It holds some 40 MB
// a worker, and what the longest line takes.
func Encode(ctx context.Context, t *tokenize.Tokenizer, in io.Reader, ids, lengths io.Writer, o Options) (Counts, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if o.maxLine == 0 {
		o.maxLine = maxLine
	}
	todo, order := make(chan *block, o.Workers), make(chan *block, 2*o.Workers)
	free := make(chan *block, 2*o.Workers+2)
	for range cap(free) {
		free <- &block{done: make(chan struct{}, 1)}
	}
	var workers sync.WaitGroup
	defer workers.Wait()
	for range o.Workers {
		workers.Go(func() {
			enc := encoder{enc: t.NewEncoder(), o: o}
			for b := range todo {
				enc.block(b)
				b.done <- struct{}{}
			}
		})
	}
	var readErr error
	workers.Go(func() {
		defer close(order)
		defer close(todo)
		readErr = read(ctx, &lines{r: in, max: o.maxLine}, free, todo, order)
	})
	var sum Counts
	for b := range order {
		<-b.done
		if err := sum.write(b, ids, lengths); err != nil {
			cancel()
			for range order { // lets the reader come to its end
			}
			return sum, err
		}
		free <- b
	}
	return sum, readErr
}

// read hands blocks to the workers, and to who writes them in order.
func read(ctx context.Context, l *lines, free <-chan *block, todo, order chan<- *block) error {
	for {
		var b *block
		select {
		case b = <-free:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		var err error
		if b.text, b.skipped, err = l.next(b.text[:0]); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		todo <- b
		order <- b
	}
}

// write writes a block and counts it.
func (c *Counts) write(b *block, ids, lengths io.Writer) error {
	if _, err := ids.Write(b.ids); err != nil {
		return err
	}
	if _, err := lengths.Write(b.lengths); err != nil {
		return err
	}
	if c.Bad == 0 && b.counts.Bad > 0 {
		c.FirstBad, c.Why = c.Docs+b.counts.FirstBad, b.counts.Why
	}
	c.Docs, c.Bad = c.Docs+b.counts.Docs, c.Bad+b.counts.Bad
	c.Bytes, c.Tokens = c.Bytes+b.counts.Bytes, c.Tokens+b.counts.Tokens
	return nil
}
