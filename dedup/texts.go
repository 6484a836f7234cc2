package dedup

import (
	"errors"
	"io"
	"sort"

	"corpus"
)

// partStarts are the number of the first document of each part, earlier generations
// first, then the total.
func partStarts(env corpus.Env) ([]int64, error) {
	first, n := env.Parts()
	start := make([]int64, first+n+1)
	for part := range first + n {
		rows, err := env.Rows("ingest/part", part)
		if err != nil {
			return nil, err
		}
		start[part+1] = start[part] + rows
	}
	return start, nil
}

// texts reads texts by ascending document number: of the parts only those, and of
// these only the batches, that have a document that is asked for.
type texts struct {
	env   corpus.Env
	start []int64 // see partStarts
	part  int
	in    corpus.TableReader
	table *corpus.Table
	row   int64 // number of the table's first document
}

func newTexts(env corpus.Env) (*texts, error) {
	start, err := partStarts(env)
	return &texts{env: env, start: start, part: -1, table: new(corpus.Table)}, err
}

// at is the text of document d, not below that of the last call; valid until the
// next.
func (x *texts) at(d int64) (string, error) {
	if d >= x.row+int64(x.table.Rows) {
		if err := x.seek(d); err != nil {
			return "", err
		}
	}
	return x.table.Column("text").Strings[d-x.row], nil
}

// seek reads the batch that holds document d.
func (x *texts) seek(d int64) error {
	if err := x.open(d); err != nil {
		return err
	}
	first, err := seekRow(x.in, d-x.start[x.part])
	if err != nil {
		return err
	}
	if x.row += int64(x.table.Rows); first >= 0 {
		x.row = x.start[x.part] + first
	}
	for {
		if err := x.env.Context().Err(); err != nil {
			return err
		}
		t, err := x.in.Next()
		if errors.Is(err, io.EOF) {
			err = corpus.Errorf(corpus.Corrupt, "dedup: the text of part %d ended early", x.part)
		}
		if err != nil {
			return err
		}
		if x.table = t; d < x.row+int64(t.Rows) {
			return nil
		}
		x.row += int64(t.Rows)
	}
}

// seekRow goes to the batch of a row, where the reader can, and says which row that
// begins with; else -1.
func seekRow(r corpus.TableReader, row int64) (first int64, err error) {
	if in, ok := r.(corpus.Seeker); ok {
		return in.SeekRow(row)
	}
	return -1, nil
}

// open opens the part of document d, unless it is open.
func (x *texts) open(d int64) error {
	part := sort.Search(len(x.start), func(i int) bool { return x.start[i] > d }) - 1
	if part == x.part {
		return nil
	}
	x.close()
	in, err := x.env.Open("ingest/part", part)
	if err != nil {
		return err
	}
	x.part, x.in, x.table, x.row = part, in, new(corpus.Table), x.start[part]
	return nil
}

func (x *texts) close() {
	if x.in != nil {
		x.in.Close()
		x.in = nil
	}
}
