package filter

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"io"

	"corpus"
	"corpus/filter/bias"
	"corpus/internal/edit"
)

// KeptSchema is the columns of the role "kept/part": those of a text part, the id
// of the document's cluster, of what it is a changed copy ("gender"), "" for a
// document as it is, and how often it is to be learnt from, 1 or more.
func KeptSchema() corpus.Schema {
	return append(
		corpus.TextSchema(), corpus.Field{Name: "cluster", Kind: corpus.IDs},
		corpus.Field{Name: "derived", Kind: corpus.Strings}, corpus.Field{Name: "repeat", Kind: corpus.Ints},
	)
}

// keeping is the part of the configuration that the kept text depends on, beside
// verdicts and edits.
type keeping struct {
	Augment   string
	Rehydrate bool
}

// kept is the pass that writes the text of what is kept, with its edits made.
func (s *selector) kept(e corpus.Env) error {
	w, err := e.Create(RoleKept, KeptSchema())
	if err != nil {
		return err
	}
	roles := []string{roleVerdict, roleDedup}
	if s.allEdits != "" {
		roles = append(roles, s.allEdits)
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
	err = texts(e, func(t *corpus.Table) error {
		out.Reset()
		for i := range t.Rows {
			if err := step(beside...); errors.Is(err, io.EOF) {
				return errUneven
			} else if err != nil {
				return err
			}
			if err := s.addKept(e, out, t.Document(i), beside); err != nil {
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

// addKept adds a document to out unless its verdict is against it; beside are its
// verdict, its cluster, and its edits where there may be some.
func (s *selector) addKept(e corpus.Env, out *corpus.Table, d corpus.Document, beside []*cursor) error {
	verdict, cluster := beside[0], beside[1]
	if verdict.t.Columns[0].Ints[verdict.row] != 1 {
		return nil
	}
	if len(beside) > 2 {
		edits, err := edit.Read(beside[2].t, beside[2].row, len(d.Text))
		if err != nil {
			return err
		}
		d.Text = edit.Apply(d.Text, edits)
	}
	id, repeat := cluster.t.Column("cluster").IDs[cluster.row], s.repeat(beside)
	appendKept(out, d, id, "", repeat)
	countIf(e, "rehydrated.docs", repeat-1)
	countIf(e, "rehydrated.bytes", (repeat-1)*int64(len(d.Text)))
	if s.augment == augmentGender && d.Lang == "en" {
		if other, swapped := bias.SwapGender(d.Text); swapped > 0 {
			d.ID, d.Text = derivedID(d.ID, augmentGender), other
			appendKept(out, d, id, augmentGender, 1)
			e.Count("augmented.docs", 1)
			e.Count("augmented.bytes", int64(len(d.Text)))
		}
	}
	return nil
}

// repeat is how often a kept document is to be learnt from: as often as dedup gives
// its cluster. One that is promoted has no weight of its own: it has that of a
// survivor of its cluster's size.
func (s *selector) repeat(beside []*cursor) int64 {
	if !s.rehydrate {
		return 1
	}
	verdict, cluster := beside[0], beside[1]
	if verdict.t.Columns[4].Ints[verdict.row] == 1 {
		return max(1, s.weight(cluster.t.Column("size").Ints[cluster.row]))
	}
	return max(1, cluster.t.Column("weight").Ints[cluster.row])
}

func appendKept(out *corpus.Table, d corpus.Document, cluster corpus.ID, derived string, repeat int64) {
	out.Append(&d)
	c := out.Column("cluster")
	c.IDs = append(c.IDs, cluster)
	v := out.Column("derived")
	v.Strings = append(v.Strings, derived)
	n := out.Column("repeat")
	n.Ints = append(n.Ints, repeat)
}

// augmentGender is the value of Config.Augment that adds counterfactual copies.
const augmentGender = "gender"

// derivedID names a changed copy of a document for ever.
func derivedID(id corpus.ID, derived string) corpus.ID {
	sum := sha256.Sum256(append(id[:], derived...))
	return corpus.ID(sum[:len(id)])
}
