package filter

import (
	"cmp"
	"errors"
	"io"

	"corpus"
)

// KeptSchema is the columns of the role "kept/part": those of a text part and
// the id of the document's cluster, its own without dedup.
func KeptSchema() corpus.Schema {
	return append(corpus.TextSchema(), corpus.Field{Name: "cluster", Kind: corpus.IDs})
}

// kept is the pass that writes the text of what is kept.
func (s *selector) kept(e corpus.Env) error {
	w, err := e.Create(RoleKept, KeptSchema())
	if err != nil {
		return err
	}
	side := []*cursor{{}}
	if side[0].r, err = e.Open(roleVerdict, part(e)); err != nil {
		return err
	}
	defer side[0].r.Close()
	if s.dedup {
		clusters, err := e.Open(roleDedup, part(e))
		if err != nil {
			return err
		}
		defer clusters.Close()
		side = append(side, &cursor{r: clusters})
	}
	out := corpus.NewTable(KeptSchema())
	err = tables(e, rolePart, part(e), func(t *corpus.Table) error {
		out.Reset()
		for i := range t.Rows {
			if err := step(side...); errors.Is(err, io.EOF) {
				return errUneven
			} else if err != nil {
				return err
			}
			if d := t.Document(i); side[0].t.Columns[0].Ints[side[0].row] == 1 {
				out.Append(&d)
				c := out.Column("cluster")
				c.IDs = append(c.IDs, clusterOf(&d, side[1:]))
			}
		}
		return w.Write(out)
	})
	if err != nil {
		return err
	}
	if err := step(side...); !errors.Is(err, io.EOF) { // what follows the last row is verified too
		return cmp.Or(err, error(errUneven))
	}
	return nil
}

// clusterOf is the cluster of a document, itself where none were made.
func clusterOf(d *corpus.Document, clusters []*cursor) corpus.ID {
	if len(clusters) == 0 {
		return d.ID
	}
	return clusters[0].t.Column("cluster").IDs[clusters[0].row]
}
