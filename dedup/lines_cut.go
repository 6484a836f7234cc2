package dedup

import (
	"cmp"
	"errors"
	"io"
	"slices"

	"corpus"
	"corpus/dedup/lines"
)

// cut is where a unit begins that goes.
type cut struct {
	start int
	kind  lines.Kind
}

// cuts reads the cuts of one part, document by document.
type cuts struct {
	in    corpus.TableReader
	part  int64
	table *corpus.Table
	at    int
}

func openCuts(env corpus.Env, role string, part int) (*cuts, error) {
	first, _ := env.Parts()
	in, err := env.Open(role, first) // of the pass's only task
	if err != nil {
		return nil, err
	}
	return &cuts{in: in, part: int64(part), table: corpus.NewTable(cutSchema())}, seekPart(in, int64(part))
}

// append adds the cuts of a row, not below the last.
func (c *cuts) append(dst []cut, row int64) ([]cut, error) {
	for {
		p, r := c.table.Columns[0].Ints, c.table.Columns[1].Ints
		for ; c.at < c.table.Rows; c.at++ {
			if p[c.at] > c.part || p[c.at] == c.part && r[c.at] > row {
				return dst, nil
			}
			if p[c.at] == c.part && r[c.at] == row {
				dst = append(dst, cut{int(c.table.Columns[2].Ints[c.at]), lines.Kind(c.table.Columns[3].Ints[c.at])})
			}
		}
		t, err := c.in.Next()
		if errors.Is(err, io.EOF) {
			return dst, nil
		}
		if err != nil {
			return dst, err
		}
		c.table, c.at = t, 0
	}
}

// cutLines writes the edits of one part, a row for each document.
func cutLines(env corpus.Env, roles []string) error {
	first, _ := env.Parts()
	part := first + env.Task()
	w := &lineCutter{env: env, rules: cutRules()}
	w.cut = make([]int64, len(w.rules))
	for _, role := range roles {
		from, err := openCuts(env, role, part)
		if err != nil {
			return err
		}
		defer from.in.Close()
		w.from = append(w.from, from)
	}
	var err error
	if w.out, err = newEditWriter(env, EditsLines); err != nil {
		return err
	}
	err = corpus.EachTable(env, "ingest/part", part, func(t *corpus.Table) error {
		for _, text := range t.Column("text").Strings {
			if err := w.document(text); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for kind, n := range w.cut {
		if n > 0 {
			env.Count("lines.cut", n)
			env.Count("edits."+w.rules[kind], n)
		}
	}
	return w.out.flush()
}

type lineCutter struct {
	env   corpus.Env
	from  []*cuts
	rules []string
	out   *editWriter
	row   int64
	all   []cut
	edits []corpus.Edit
	cut   []int64 // units so far, by kind
}

// document writes the edits of the next document. Of what begins at one place the
// paragraph goes before boilerplate and that before the line; what lies in a cut
// is gone with it.
func (w *lineCutter) document(text string) (err error) {
	w.all, w.edits = w.all[:0], w.edits[:0]
	for _, from := range w.from {
		if w.all, err = from.append(w.all, w.row); err != nil {
			return err
		}
	}
	w.row++
	slices.SortFunc(w.all, func(a, b cut) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.kind, b.kind))
	})
	bytes, err := w.settle(text)
	if err != nil {
		return err
	}
	if len(w.edits) > 0 {
		w.env.Count("lines.docs", 1)
		w.env.Count("lines.bytes", bytes)
	}
	return w.out.add(w.edits)
}

// settle makes edits of the cuts, whose bytes it gives; one of those of a kind that
// follow each other.
func (w *lineCutter) settle(text string) (bytes int64, err error) {
	at := 0
	for _, c := range w.all {
		if c.start < 0 || c.start >= len(text) || int(c.kind) >= len(w.rules) {
			return 0, corpus.Errorf(corpus.Corrupt, "dedup: a cut of row %d begins at byte %d of %d", w.row-1, c.start, len(text))
		}
		if c.start < at {
			continue
		}
		at = lines.LineEnd(text, c.start)
		if c.kind == lines.Paragraph {
			at = lines.ParagraphEnd(text, c.start)
		}
		bytes += int64(at - c.start)
		w.cut[c.kind]++
		if last := len(w.edits) - 1; last >= 0 && w.edits[last].End == c.start && w.edits[last].Rule == w.rules[c.kind] {
			w.edits[last].End = at
			continue
		}
		w.edits = append(w.edits, corpus.Edit{Start: c.start, End: at, Rule: w.rules[c.kind]})
	}
	return bytes, nil
}
