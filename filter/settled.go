package filter

import (
	"errors"
	"io"

	"corpus"
	"corpus/internal/edit"
)

// RoleEdits is the sidecar of the filter's own edits, by document.
const RoleEdits = "edits"

// roleDedupEdits is what dedup cuts out of the text that survives, where it was asked
// to: spans of the ingested text, as in RoleEdits.
const roleDedupEdits = "dedup/edits"

// RoleAllEdits is the sidecar of the filter's edits and dedup's together; there is
// none, and RoleEdits is all, where dedup has none.
const RoleAllEdits = "edits/all"

// roleLeft takes, with edits of dedup's, the place of the family attrs/edits, which
// tells what the filter's own edits leave; its name comes later.
const roleLeft = "attrs/edits_all"

// editsRole is the sidecar of all edits, "" where there are none.
func (c Config) editsRole() string {
	switch {
	case c.DedupEdits:
		return RoleAllEdits
	case c.edits():
		return RoleEdits
	}
	return ""
}

// settlePass makes one sidecar of both kinds of edits. What was measured is not
// measured again for other edits of dedup's.
func (c Config) settlePass() []corpus.Pass {
	if !c.DedupEdits {
		return nil
	}
	beside := []string{roleLang, roleDedupEdits}
	if c.edits() {
		beside = append(beside, RoleEdits)
	}
	return []corpus.Pass{{
		Name: "settle", Inputs: beside, Memory: 2*textMemory + 8*tableMemory,
		Run: func(e corpus.Env) error { return settleAll(e, beside) },
	}}
}

// settling writes all edits of a part, and what they leave.
type settling struct {
	edits, left corpus.TableWriter
	t           *corpus.Table
	shares      []float64
	n           int // edits in t
	count       corpus.Counts
}

// settleAll is the task; beside are roleLang and the roles of edits.
func settleAll(e corpus.Env, beside []string) (err error) {
	all := make([]*cursor, len(beside))
	for i, role := range beside {
		all[i] = new(cursor)
		if all[i].r, err = e.Open(role, part(e)); err != nil {
			return err
		}
		defer all[i].r.Close()
	}
	s := &settling{t: corpus.NewTable(edit.Schema()), count: corpus.Counts{}}
	if s.edits, err = e.Create(RoleAllEdits, edit.Schema()); err != nil {
		return err
	}
	if s.left, err = e.Create(roleLeft, floats(leftColumns, 0).Schema); err != nil {
		return err
	}
	for err = step(all...); err == nil; err = step(all...) {
		if err := s.add(all); err != nil {
			return err
		}
	}
	if !errors.Is(err, io.EOF) {
		return err
	}
	for name, n := range s.count {
		e.Count(name, n)
	}
	return errors.Join(s.flush(), e.Context().Err())
}

// add adds the edits of the next document.
func (s *settling) add(beside []*cursor) error {
	about := beside[0]
	size := int(about.t.Columns[2].Ints[about.row])
	var edits []corpus.Edit
	for i, c := range beside[1:] {
		more, err := edit.Read(c.t, c.row, size)
		if err != nil {
			return err
		}
		if edits = append(edits, more...); i == 0 {
			s.countDedup(more)
		}
	}
	edits = edit.Settle(edits)
	edit.Append(s.t, edits)
	s.shares = append(s.shares, left(size, edits))
	if s.n += len(edits); s.t.Rows < verdictRows && s.n < verdictRows {
		return nil
	}
	return s.flush()
}

// countDedup counts the edits of dedup's of a document; measure counts the others.
func (s *settling) countDedup(edits []corpus.Edit) {
	for _, e := range edits {
		s.count["edits."+e.Rule]++
		s.count["edited_bytes."+e.Rule] += int64(e.End - e.Start)
	}
	if len(edits) > 0 {
		s.count["edited.dedup"]++
	}
}

func (s *settling) flush() error {
	left := floats(leftColumns, len(s.shares))
	copy(left.Columns[0].Floats, s.shares)
	err := errors.Join(s.edits.Write(s.t), s.left.Write(left))
	s.t.Reset()
	s.shares, s.n = s.shares[:0], 0
	return err
}
