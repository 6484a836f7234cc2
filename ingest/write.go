package ingest

import "corpus"

// writer writes the outcomes of a part to its three tables.
type writer struct {
	env                corpus.Env
	reading            string
	text, lost, source corpus.TableWriter
	docs, gone, ended  *corpus.Table
	bytes              int // of the texts in docs
}

func newWriter(env corpus.Env, how reading) (*writer, error) {
	w := &writer{env: env, reading: how.String(), docs: corpus.NewTable(corpus.TextSchema()), gone: corpus.NewTable(lostSchema()), ended: corpus.NewTable(sourceSchema())}
	var err error
	for _, t := range []struct {
		to   *corpus.TableWriter
		role string
		s    corpus.Schema
	}{{&w.text, RoleText, w.docs.Schema}, {&w.lost, RoleLost, w.gone.Schema}, {&w.source, RoleSource, w.ended.Schema}} {
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
	if p := o.job.end; p != nil && p.source.sha256 != "" {
		w.end(p)
	}
	if w.bytes < corpus.BatchBytes && w.gone.Rows < 4096 && w.ended.Rows < 4096 {
		return nil
	}
	return w.flush()
}

// end lists what was read of a source.
func (w *writer) end(p *piece) {
	s, c := p.source, w.ended.Columns
	for i, v := range []string{s.name, s.sha256, s.format, s.comp, s.status, w.reading} {
		c[i].Strings = append(c[i].Strings, v)
	}
	for i, v := range []int64{s.size, int64(p.from), int64(p.n), int64(len(s.units)), flag(s.input.trusted)} {
		c[6+i].Ints = append(c[6+i].Ints, v)
	}
	w.ended.Rows++
}

// flush hands the rows over.
func (w *writer) flush() error {
	for _, t := range []struct {
		to corpus.TableWriter
		t  *corpus.Table
	}{{w.text, w.docs}, {w.lost, w.gone}, {w.source, w.ended}} {
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
