package dedup

import (
	"iter"

	"corpus"
	"corpus/dedup/lines"
	"corpus/internal/domain"
)

func unitSchema() corpus.Schema {
	return corpus.Schema{
		{Name: "key", Kind: corpus.IDs},
		{Name: "row", Kind: corpus.Ints},
		{Name: "start", Kind: corpus.Ints},
		{Name: "kind", Kind: corpus.Ints},
	}
}

// standSchema is the columns of stands: each document has a row with no key, so
// that documents can be counted, and one for each line.
func standSchema() corpus.Schema {
	return corpus.Schema{
		{Name: "domain", Kind: corpus.IDs},
		{Name: "key", Kind: corpus.IDs},
		{Name: "row", Kind: corpus.Ints},
		{Name: "start", Kind: corpus.Ints},
	}
}

// splitting of one part.
type splitter struct {
	Lines
	env           corpus.Env
	units, stands *tableBatch
	lines         *lines.Splitter
	count         int64
	err           error
}

// split writes the lines and paragraphs of the documents of a part that stay.
func (l Lines) split(env corpus.Env) (err error) {
	s := &splitter{Lines: l, env: env, lines: lines.NewSplitter(max(l.Min, boilerplateWords))}
	if l.repeats() {
		if s.units, err = newTableBatch(env, units, unitSchema()); err != nil {
			return err
		}
	}
	if l.Boilerplate > 0 {
		if s.stands, err = newTableBatch(env, stands, standSchema()); err != nil {
			return err
		}
	}
	first, _ := env.Parts()
	if err := eachStaying(env, first+env.Task(), s.document); err != nil {
		return err
	}
	env.Count("lines.units", s.count)
	return flushAll(s.units, s.stands)
}

// document adds the units of one document.
func (s *splitter) document(row int64, d corpus.Document) error {
	if s.cuts(LinesParagraph) {
		s.lines.Paragraphs(d.Text, func(u lines.Unit) { s.unit(u, row, lines.Paragraph) })
	}
	if s.stands == nil && !s.cuts(LinesLine) {
		return s.err
	}
	from := corpus.ID{}
	if s.stands != nil {
		from = domain.Key(domain.Of(d.URL, d.Source))
		s.stand(from, corpus.ID{}, row, 0)
	}
	s.lines.Lines(d.Text, func(u lines.Unit) {
		if s.cuts(LinesLine) {
			s.unit(u, row, lines.Line)
		}
		if s.stands != nil && u.Words >= boilerplateWords {
			s.stand(from, u.Key, row, u.Start)
		}
	})
	return s.err
}

func (s *splitter) unit(u lines.Unit, row int64, kind lines.Kind) {
	if u.Words < s.Min || s.err != nil {
		return
	}
	c := s.units.Columns
	c[0].IDs = append(c[0].IDs, u.Key)
	c[1].Ints, c[2].Ints, c[3].Ints = append(c[1].Ints, row), append(c[2].Ints, int64(u.Start)), append(c[3].Ints, int64(kind))
	s.count++
	s.err = s.units.add()
}

func (s *splitter) stand(from, key corpus.ID, row int64, start int) {
	if s.err != nil {
		return
	}
	c := s.stands.Columns
	c[0].IDs, c[1].IDs = append(c[0].IDs, from), append(c[1].IDs, key)
	c[2].Ints, c[3].Ints = append(c[2].Ints, row), append(c[3].Ints, int64(start))
	s.err = s.stands.add()
}

// eachStaying calls do with the documents of a part that stay and their rows.
func eachStaying(env corpus.Env, part int, do func(row int64, d corpus.Document) error) error {
	verdicts, err := env.Open(Verdict, part)
	if err != nil {
		return err
	}
	next, stop := iter.Pull2(corpus.Rows(verdicts))
	defer stop()
	n := int64(0)
	return corpus.EachTable(env, "ingest/part", part, func(t *corpus.Table) error {
		done := int64(0)
		for i, text := range t.Column("text").Strings {
			row, err, ok := next()
			if err != nil {
				return err
			}
			if !ok {
				return corpus.Errorf(corpus.Corrupt, "dedup: verdicts of part %d ended early", part)
			}
			if row.Column("kind").Strings[row.At] == "" {
				if err := do(n, t.Document(i)); err != nil {
					return err
				}
			}
			n++
			done += int64(len(text))
		}
		env.Progress(done)
		return nil
	})
}
