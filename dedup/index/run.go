package index

import (
	"errors"
	"io"
	"sort"

	"corpus"
)

// Run is one that is being read.
type Run struct {
	in     corpus.Seeker
	fences []Key
	batch  int // that table is, -1 before the first
	table  *corpus.Table
	row    int
	block  block
	entry  Entry // the current one: the first from sought on, unless the run has ended
	sought Key
	ended  bool
}

// Open begins to read a run; it reads all of its fences and closes them.
func Open(blocks, fences corpus.TableReader) (*Run, error) {
	in, ok := blocks.(corpus.Seeker)
	if !ok {
		return nil, errors.Join(errors.New("index: a run must be sought in"), fences.Close())
	}
	r := &Run{in: in, batch: -1}
	for row, err := range corpus.Rows(fences) {
		if err != nil {
			return nil, errors.Join(err, in.Close())
		}
		r.fences = append(r.fences, keyAt(row.Table, row.At))
	}
	if len(r.fences) > 0 && len(r.fences) != in.Batches() {
		in.Close()
		return nil, corpus.Errorf(corpus.Corrupt, "index: %d fences for %d batches", len(r.fences), in.Batches())
	}
	return r, nil
}

// Close closes the run.
func (r *Run) Close() error { return r.in.Close() }

// Next is the entry after the current one; none at the end.
func (r *Run) Next() (Entry, bool, error) {
	for r.block.left == 0 {
		if r.batch >= 0 && r.row+1 < r.table.Rows {
			r.row++
			if err := r.block.open(r.table, r.row); err != nil {
				return Entry{}, false, r.damaged(err)
			}
			continue
		}
		if r.batch+1 >= len(r.fences) {
			r.ended = true
			return Entry{}, false, nil
		}
		if err := r.load(r.batch + 1); err != nil {
			return Entry{}, false, err
		}
	}
	e, err := r.block.next()
	if err != nil {
		return e, false, r.damaged(err)
	}
	r.entry = e
	return e, true, nil
}

// Find is the entry of a key. Ascending keys are found by reading on where they
// are near each other, and by seeking where they are not.
func (r *Run) Find(k Key) (Entry, bool, error) {
	if len(r.fences) == 0 {
		return Entry{}, false, nil
	}
	back := r.batch < 0 || k.Compare(r.sought) < 0
	if !back && (r.ended || k.Compare(r.entry.Key) <= 0) {
		r.sought = k
		return r.entry, !r.ended && r.entry.Key == k, nil
	}
	if back || r.batch+1 < len(r.fences) && k.Compare(r.fences[r.batch+1]) >= 0 {
		if err := r.seek(k); err != nil {
			return Entry{}, false, err
		}
	}
	r.sought = k
	if err := r.skip(k); err != nil {
		return Entry{}, false, err
	}
	for r.entry.Compare(k) < 0 {
		if _, ok, err := r.Next(); !ok {
			return Entry{}, false, err
		}
	}
	return r.entry, r.entry.Key == k, nil
}

// seek goes to the first entry of the batch in which k would be.
func (r *Run) seek(k Key) error {
	batch := max(0, sort.Search(len(r.fences), func(i int) bool { return r.fences[i].Compare(k) > 0 })-1)
	if err := r.load(batch); err != nil {
		return err
	}
	_, _, err := r.Next()
	return err
}

// skip goes to the last block of the batch that begins at k or below, if it is
// not the current one.
func (r *Run) skip(k Key) error {
	row := r.row
	for row+1 < r.table.Rows && keyAt(r.table, row+1).Compare(k) <= 0 {
		row++
	}
	if row == r.row {
		return nil
	}
	r.row = row
	if err := r.block.open(r.table, row); err != nil {
		return r.damaged(err)
	}
	_, _, err := r.Next()
	return err
}

// load reads a batch and begins its first block.
func (r *Run) load(batch int) error {
	if batch != r.batch+1 {
		if err := r.in.Seek(batch); err != nil {
			return err
		}
	}
	t, err := r.in.Next()
	if errors.Is(err, io.EOF) || err == nil && t.Rows == 0 {
		err = errDamaged
	}
	if err != nil {
		return r.damaged(err)
	}
	r.batch, r.table, r.row, r.ended = batch, t, 0, false
	if err := r.block.open(t, 0); err != nil {
		return r.damaged(err)
	}
	return nil
}

// damaged says what to do about a block that cannot be.
func (r *Run) damaged(err error) error {
	if !errors.Is(err, errDamaged) {
		return err
	}
	return &corpus.Error{Class: corpus.Corrupt, What: errDamaged.Error(), Offset: -1, Next: "rebuild it with `corpus dedup --rebuild`"}
}
