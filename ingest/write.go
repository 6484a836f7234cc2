package ingest

import "corpus"

// writer writes the outcomes of a part to its three tables.
type writer struct {
	env                corpus.Env
	text, lost, source corpus.TableWriter
	docs, gone, begun  *corpus.Table
	bytes              int // of the texts in docs
}

func newWriter(env corpus.Env) (*writer, error) {
	w := &writer{env: env, docs: corpus.NewTable(corpus.TextSchema()), gone: corpus.NewTable(lostSchema()), begun: corpus.NewTable(sourceSchema())}
	var err error
	for _, t := range []struct {
		to   *corpus.TableWriter
		role string
		s    corpus.Schema
	}{{&w.text, RoleText, w.docs.Schema}, {&w.lost, RoleLost, w.gone.Schema}, {&w.source, RoleSource, w.begun.Schema}} {
		if *t.to, err = env.Create(t.role, t.s); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// write adds an outcome.
func (w *writer) write(o *outcome) error {
	for name, n := range o.counts {
		if n != 0 {
			w.env.Count(name, n)
		}
	}
	w.env.Progress(o.job.cost)
	for _, d := range o.docs {
		w.docs.Append(d)
		w.bytes += len(d.Text)
	}
	for _, l := range o.lost {
		w.gone.Rows++
		w.gone.Columns[0].Strings = append(w.gone.Columns[0].Strings, l.source)
		w.gone.Columns[1].Ints = append(w.gone.Columns[1].Ints, l.offset)
		w.gone.Columns[2].Strings = append(w.gone.Columns[2].Strings, l.reason)
		w.gone.Columns[3].Strings = append(w.gone.Columns[3].Strings, l.detail)
	}
	if o.job.begin && o.job.source.sha256 != "" {
		w.begin(&o.job.source.scanned)
	}
	if w.bytes < corpus.BatchBytes && w.gone.Rows < 4096 && w.begun.Rows < 4096 {
		return nil
	}
	return w.flush()
}

func (w *writer) begin(s *scanned) {
	c := w.begun.Columns
	c[0].Strings = append(c[0].Strings, s.name)
	c[1].Strings = append(c[1].Strings, s.sha256)
	c[2].Ints = append(c[2].Ints, s.size)
	c[3].Strings = append(c[3].Strings, s.format)
	c[4].Strings = append(c[4].Strings, s.comp)
	c[5].Strings = append(c[5].Strings, s.status)
	w.begun.Rows++
}

// flush hands the rows over.
func (w *writer) flush() error {
	for _, t := range []struct {
		to corpus.TableWriter
		t  *corpus.Table
	}{{w.text, w.docs}, {w.lost, w.gone}, {w.source, w.begun}} {
		if t.t.Rows == 0 {
			continue
		}
		if err := t.to.Write(t.t); err != nil {
			return err
		}
		t.t.Reset()
	}
	w.bytes = 0
	return nil
}
