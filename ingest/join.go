package ingest

import (
	"context"
	"errors"
	"io"
	"iter"
	"math"
)

// joiner scans a large file in chunks, several at a time: chunk k is of the
// records that begin between the first member (of a plain file: line) at or
// behind k*step and that at or behind (k+1)*step. Where a chunk begins is a
// guess, since the head of a member may lie within another. Chunks are joined in
// order; one that did not begin where the one before ended, or did not come by
// the place where its last record ended, is walked again from there. So what is
// told is what a walk over the whole file tells.
type joiner struct {
	cutter
	file  io.ReaderAt
	step  int64
	slots chan struct{}
	edge  mark // the first member of the last step there was
	over  bool
}

func (j *joiner) begin(m mark) error {
	j.edge = m
	return j.cutter.begin(m)
}

func (j *joiner) member(m mark) {
	if m.raw/j.step > j.edge.raw/j.step {
		j.edge = m
	}
	j.cutter.member(m)
}

// guessed is a chunk, nil when it cannot be relied upon.
type guessed struct {
	n int64
	*chunk
}

// run scans with n workers.
func (j *joiner) run(ctx context.Context, n int) error {
	chunks := func(context.Context) iter.Seq2[int64, error] {
		return func(yield func(int64, error) bool) {
			for k := int64(0); k*j.step < j.s.size && yield(k, nil); k++ {
			}
		}
	}
	return ordered(ctx, n, chunks, j.guess, j.add)
}

// limit is where chunk n ends in the file. The last goes on until the file ends.
func (j *joiner) limit(n int64) int64 {
	if (n+1)*j.step >= j.s.size {
		return math.MaxInt64
	}
	return (n + 1) * j.step
}

// guess walks over chunk n. The first is no guess, so it is left to add.
func (j *joiner) guess(n int64) (guessed, error) {
	g := guessed{n: n}
	if n == 0 {
		return g, nil
	}
	j.slots <- struct{}{}
	defer func() { <-j.slots }()
	w := j.newWalk(j.limit(n))
	w.guess = true
	from, ok, err := beginning(j.file, j.s, n*j.step, w.limit)
	if !ok {
		return g, err
	}
	c := newChunk(from)
	at := mark{from, from}
	defer w.close()
	if err := w.open(at, at, from); err != nil {
		return g, err
	}
	_, err = w.run(c)
	if errors.Is(err, errFar) {
		return g, nil
	}
	c.most, g.chunk = w.most, c
	return g, err
}

// add joins a chunk to those before.
func (j *joiner) add(g guessed) (err error) {
	limit, edge := j.limit(g.n), j.edge
	if j.s.comp == plain {
		edge = mark{j.at, j.at}
	}
	switch {
	case j.over || edge.raw >= limit:
		return nil
	case g.chunk != nil && j.fits(g.chunk, edge):
		j.over, err = g.tell(j.at, j.shift(g.chunk, edge), j)
		return err
	}
	return j.walk(limit)
}

func (j *joiner) newWalk(limit int64) *walk {
	w := newWalk(j.file, j.s)
	w.step, w.limit = min(markStep, j.step), limit
	return w
}

// shift is how much further back the chunk thought it was.
func (j *joiner) shift(c *chunk, edge mark) int64 {
	if j.s.comp == plain {
		return 0
	}
	return edge.pos - c.from
}

// fits says whether a chunk tells what a walk from here would. One at the very
// beginning may miss a byte order mark, and one that decodes to much may go on
// in a bomb.
func (j *joiner) fits(c *chunk, edge mark) bool {
	before := edge.pos - j.since.pos - MaxRatio*(edge.raw-j.since.raw)
	return j.at > 0 && (j.s.comp == plain || c.from == edge.raw && before+c.most < 0) &&
		c.meets(j.at, j.shift(c, edge))
}

// walk goes on from where the last record ended.
func (j *joiner) walk(limit int64) error {
	j.slots <- struct{}{}
	defer func() { <-j.slots }()
	w := j.newWalk(limit)
	m := j.stand()
	if j.s.comp == plain {
		m = mark{j.at, j.at}
	}
	defer w.close()
	err := w.open(m, j.since, j.at)
	if err == nil {
		j.over, err = w.run(j)
	}
	return err
}
