package filter

import "corpus"

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
	verdicts, clusters := cursor{}, cursor{}
	if verdicts.r, err = e.Open(roleVerdict, part(e)); err != nil {
		return err
	}
	defer verdicts.r.Close()
	if s.dedup {
		if clusters.r, err = e.Open(roleDedup, part(e)); err != nil {
			return err
		}
		defer clusters.r.Close()
	}
	out := corpus.NewTable(KeptSchema())
	return tables(e, rolePart, part(e), func(t *corpus.Table) error {
		out.Reset()
		for i := range t.Rows {
			cluster, keep, err := s.nextVerdict(&verdicts, &clusters, t.Columns[0].IDs[i])
			if err != nil {
				return err
			}
			if keep {
				d := t.Document(i)
				out.Append(&d)
				c := out.Column("cluster")
				c.IDs = append(c.IDs, cluster)
			}
		}
		return w.Write(out)
	})
}

// nextVerdict reads a row of the sidecars beside the text; id is the cluster of
// a document where none was made.
func (s *selector) nextVerdict(verdicts, clusters *cursor, id corpus.ID) (cluster corpus.ID, keep bool, err error) {
	if err := verdicts.next(); err != nil {
		return id, false, err
	}
	if clusters.r != nil {
		if err := clusters.next(); err != nil {
			return id, false, err
		}
		id = clusters.t.Column("cluster").IDs[clusters.row]
	}
	return id, verdicts.t.Columns[0].Ints[verdicts.row] == 1, nil
}
