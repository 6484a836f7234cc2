package dedup

import (
	"errors"
	"iter"

	"corpus"
	"corpus/internal/edit"
)

// Edits is the sidecar of what is cut out of documents or replaced in them, one
// row a document; there is none where no kind of edits is asked for.
const Edits = "edits"

// editWriter writes a row of edits for every document.
type editWriter struct {
	out   corpus.TableWriter
	batch *corpus.Table
	edits int // in batch
}

func newEditWriter(env corpus.Env, role string) (*editWriter, error) {
	out, err := env.Create(role, edit.Schema())
	return &editWriter{out: out, batch: corpus.NewTable(edit.Schema())}, err
}

// add adds the edits of the next document, in order.
func (w *editWriter) add(edits []corpus.Edit) error {
	edit.Append(w.batch, edits)
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
		if err := out.add(edit.Settle(edits)); err != nil {
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
		if more = ok; !more {
			continue
		}
		of, err := edit.Read(row.Table, row.At, corpus.MaxDocument)
		if err != nil {
			return nil, false, err
		}
		edits = append(edits, of...)
	}
	return edits, more, nil
}
