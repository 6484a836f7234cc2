package filter

import (
	"cmp"
	"errors"
	"io"

	"corpus"
)

// KeptSchema is the columns of the role "kept/part": those of a text part and
// the id of the document's cluster.
func KeptSchema() corpus.Schema {
	return append(corpus.TextSchema(), corpus.Field{Name: "cluster", Kind: corpus.IDs})
}

// kept is the pass that writes the text of what is kept, with its edits made.
func (s *selector) kept(e corpus.Env) error {
	w, err := e.Create(RoleKept, KeptSchema())
	if err != nil {
		return err
	}
	roles := []string{roleVerdict, roleDedup}
	if s.edits() {
		roles = append(roles, RoleEdits)
	}
	beside := make([]*cursor, len(roles))
	for i, role := range roles {
		beside[i] = new(cursor)
		if beside[i].r, err = e.Open(role, part(e)); err != nil {
			return err
		}
		defer beside[i].r.Close()
	}
	out := corpus.NewTable(KeptSchema())
	err = tables(e, rolePart, part(e), func(t *corpus.Table) error {
		out.Reset()
		for i := range t.Rows {
			if err := step(beside...); errors.Is(err, io.EOF) {
				return errUneven
			} else if err != nil {
				return err
			}
			if err := keep(out, t.Document(i), beside); err != nil {
				return err
			}
		}
		return w.Write(out)
	})
	if err != nil {
		return err
	}
	if err := step(beside...); !errors.Is(err, io.EOF) { // what follows the last row is verified too
		return cmp.Or(err, error(errUneven))
	}
	return nil
}

// keep adds a document to out unless its verdict is against it; beside are its
// verdict, its cluster, and its edits where there may be some.
func keep(out *corpus.Table, d corpus.Document, beside []*cursor) error {
	verdict, cluster := beside[0], beside[1]
	if verdict.t.Columns[0].Ints[verdict.row] != 1 {
		return nil
	}
	if len(beside) > 2 {
		edits, err := ReadEdits(beside[2].t, beside[2].row, len(d.Text))
		if err != nil {
			return err
		}
		d.Text = Apply(d.Text, edits)
	}
	out.Append(&d)
	c := out.Column("cluster")
	c.IDs = append(c.IDs, cluster.t.Column("cluster").IDs[cluster.row])
	return nil
}
