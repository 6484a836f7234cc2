package dedup

import (
	"cmp"
	"errors"
	"iter"
	"slices"

	"corpus"
)

// Edits is the sidecar of what is cut out of documents or replaced in them, one
// row a document; there is none where no kind of edits is asked for.
const Edits = "edits"

// EditSchema is the columns of Edits: spans of the ingested text in bytes, what
// stands in their place, who asked for it.
func EditSchema() corpus.Schema {
	return corpus.Schema{
		{Name: "start", Kind: corpus.Hashes},
		{Name: "end", Kind: corpus.Hashes},
		{Name: "with", Kind: corpus.Lists},
		{Name: "rule", Kind: corpus.Lists},
	}
}

// editWriter writes a row of edits for every document.
type editWriter struct {
	out   corpus.TableWriter
	batch *corpus.Table
	edits int // in batch
}

func newEditWriter(env corpus.Env, role string) (*editWriter, error) {
	out, err := env.Create(role, EditSchema())
	return &editWriter{out: out, batch: corpus.NewTable(EditSchema())}, err
}

// add adds the edits of the next document, in order.
func (w *editWriter) add(edits []corpus.Edit) error {
	var start, end []uint64
	var with, rule []string
	for _, e := range edits {
		start, end = append(start, uint64(e.Start)), append(end, uint64(e.End))
		with, rule = append(with, e.With), append(rule, e.Rule)
	}
	c := w.batch.Columns
	c[0].Hashes, c[1].Hashes = append(c[0].Hashes, start), append(c[1].Hashes, end)
	c[2].Lists, c[3].Lists = append(c[2].Lists, with), append(c[3].Lists, rule)
	w.batch.Rows++
	if w.edits += len(edits); w.batch.Rows < rowsPerBatch && w.edits < rowsPerBatch {
		return nil
	}
	return w.flush()
}

func (w *editWriter) flush() error {
	defer func() { w.batch.Reset(); w.edits = 0 }()
	return w.out.Write(w.batch)
}

// mergeEdits is the pass that makes one sidecar of those of several kinds.
func mergeEdits(roles []string) corpus.Pass {
	return corpus.Pass{
		Name: Edits, Inputs: roles, Memory: int64(len(roles)+1) * tableMemory,
		Run: func(env corpus.Env) error { return writeEdits(env, roles) },
	}
}

// writeEdits merges the tables of a part, which have a row for each document.
func writeEdits(env corpus.Env, roles []string) error {
	first, _ := env.Parts()
	out, err := newEditWriter(env, Edits)
	if err != nil {
		return err
	}
	next := make([]func() (corpus.Row, error, bool), len(roles))
	for i, role := range roles {
		in, err := env.Open(role, first+env.Task())
		if err != nil {
			return err
		}
		var stop func()
		next[i], stop = iter.Pull2(corpus.Rows(in))
		defer stop()
	}
	for {
		edits, more, err := nextEdits(next)
		if err != nil {
			return err
		}
		if !more {
			return out.flush()
		}
		if err := out.add(settle(edits)); err != nil {
			return err
		}
	}
}

// nextEdits are those of the next document, of all tables; more is false behind
// the last.
func nextEdits(next []func() (corpus.Row, error, bool)) (edits []corpus.Edit, more bool, err error) {
	for i, step := range next {
		row, err, ok := step()
		if err != nil {
			return nil, false, err
		}
		if i > 0 && ok != more {
			return nil, false, errors.New("dedup: edits of two kinds have different rows")
		}
		if more = ok; more {
			edits = appendEdits(edits, row)
		}
	}
	return edits, more, nil
}

// appendEdits adds the edits of a row.
func appendEdits(edits []corpus.Edit, row corpus.Row) []corpus.Edit {
	c := row.Columns
	for i, start := range c[0].Hashes[row.At] {
		edits = append(edits, corpus.Edit{
			Start: int(start), End: int(c[1].Hashes[row.At][i]), With: c[2].Lists[row.At][i], Rule: c[3].Lists[row.At][i],
		})
	}
	return edits
}

// settle puts edits in order and makes one of those that overlap: what the longer
// one says holds for both, and of equally long ones a cut.
func settle(edits []corpus.Edit) []corpus.Edit {
	slices.SortStableFunc(edits, func(a, b corpus.Edit) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End), cmp.Compare(len(a.With), len(b.With)))
	})
	out := edits[:0]
	for _, e := range edits {
		last := len(out) - 1
		if last < 0 || e.Start >= out[last].End {
			out = append(out, e)
			continue
		}
		if l := out[last]; e.End-e.Start > l.End-l.Start {
			out[last].With, out[last].Rule = e.With, e.Rule
		}
		out[last].End = max(out[last].End, e.End)
	}
	return out
}
