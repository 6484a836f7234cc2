package filter

import (
	"cmp"
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"corpus"
)

// texts calls do with every batch of the task's documents, in the languages that
// the pass measure has told.
func texts(e corpus.Env, do func(*corpus.Table) error) error {
	r, err := e.Open(roleLang, part(e))
	if err != nil {
		return err
	}
	defer r.Close()
	told := cursor{r: r}
	err = corpus.EachTable(e, rolePart, part(e), func(t *corpus.Table) error {
		lang, score := t.Column("lang").Strings, t.Column("lang_score").Floats
		for i := range t.Rows {
			if err := step(&told); errors.Is(err, io.EOF) {
				return errUneven
			} else if err != nil {
				return err
			}
			lang[i], score[i] = told.t.Columns[1].Strings[told.row], told.t.Columns[3].Floats[told.row]
		}
		return do(t)
	})
	if err != nil {
		return err
	}
	if err := step(&told); !errors.Is(err, io.EOF) { // what follows the last row is verified too
		return cmp.Or(err, error(errUneven))
	}
	return nil
}

// eachPart calls do with every part of the generation, on as many goroutines as
// the task has; the first error stops the others.
func eachPart(e corpus.Env, do func(part int) error) error {
	first, n := e.Parts()
	var next atomic.Int64
	var failed atomic.Bool
	errs := make([]error, n)
	var wg sync.WaitGroup
	for range min(e.Workers(), n) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && !failed.Load(); i = int(next.Add(1)) - 1 {
				if errs[i] = do(first + i); errs[i] != nil {
					failed.Store(true)
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// part is the number of the part that the task works on.
func part(e corpus.Env) int {
	first, _ := e.Parts()
	return first + e.Task()
}

// crew is how many goroutines there is memory for when each takes so many bytes
// beside what the task does.
func crew(e corpus.Env, task, each int64) int {
	return max(1, min(e.Workers(), int((e.Memory()-task)/each)))
}

// rows calls do for every row below n on the goroutines of workers, each of
// which has a state of its own. What do writes must depend on the row alone.
func rows[S any](workers []S, n int, do func(state S, row int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for _, w := range workers[:min(len(workers), max(n, 1))] {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(w, i)
			}
		})
	}
	wg.Wait()
}

// floats makes an empty table of float columns with room for n rows.
func floats(columns []string, n int) *corpus.Table {
	s := make(corpus.Schema, len(columns))
	for i, c := range columns {
		s[i] = corpus.Field{Name: c, Kind: corpus.Floats}
	}
	t := corpus.NewTable(s)
	for i := range t.Columns {
		t.Columns[i].Floats = make([]float64, n)
	}
	t.Rows = n
	return t
}

// cursor reads a sidecar row by row beside another table; batches need not
// be cut alike.
type cursor struct {
	r   corpus.TableReader
	t   *corpus.Table
	row int
}

// next moves to the next row; io.EOF when there is none.
func (c *cursor) next() error {
	c.row++
	for c.t == nil || c.row >= c.t.Rows {
		t, err := c.r.Next()
		if err != nil {
			return err
		}
		if err := t.Check(); err != nil {
			return err
		}
		c.t, c.row = t, 0
	}
	return nil
}

// step moves cursors over aligned tables to their next row; io.EOF when all have
// ended. What is wrong with one goes before the end of another: a damaged file
// must not pass for a short one.
func step(all ...*cursor) error {
	var bad error
	ended := 0
	for _, c := range all {
		if err := c.next(); errors.Is(err, io.EOF) {
			ended++
		} else if bad == nil {
			bad = err
		}
	}
	switch {
	case bad != nil || ended == 0:
		return bad
	case ended == len(all):
		return io.EOF
	}
	return errUneven
}

var errUneven = &corpus.Error{
	Class: corpus.Corrupt, What: "the tables beside the text are not as long as it is", Offset: -1,
	Next: "run `corpus dedup --rebuild`, then `corpus filter --rebuild`",
}
