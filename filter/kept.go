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

// kept is the pass that writes the text of what is kept.
func kept(e corpus.Env) error {
	w, err := e.Create(RoleKept, KeptSchema())
	if err != nil {
		return err
	}
	var verdicts, clusters cursor
	if verdicts.r, err = e.Open(roleVerdict, part(e)); err != nil {
		return err
	}
	defer verdicts.r.Close()
	if clusters.r, err = e.Open(roleDedup, part(e)); err != nil {
		return err
	}
	defer clusters.r.Close()
	out := corpus.NewTable(KeptSchema())
	err = tables(e, rolePart, part(e), func(t *corpus.Table) error {
		out.Reset()
		for i := range t.Rows {
			if err := step(&verdicts, &clusters); errors.Is(err, io.EOF) {
				return errUneven
			} else if err != nil {
				return err
			}
			if d := t.Document(i); verdicts.t.Columns[0].Ints[verdicts.row] == 1 {
				out.Append(&d)
				c := out.Column("cluster")
				c.IDs = append(c.IDs, clusters.t.Column("cluster").IDs[clusters.row])
			}
		}
		return w.Write(out)
	})
	if err != nil {
		return err
	}
	if err := step(&verdicts, &clusters); !errors.Is(err, io.EOF) { // what follows the last row is verified too
		return cmp.Or(err, error(errUneven))
	}
	return nil
}
