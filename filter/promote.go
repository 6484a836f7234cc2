package filter

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"sort"
	"sync"

	"corpus"
)

// Of the documents of a cluster one stands for all. Dedup has named it, and its
// other members are dropped. Where that survivor fails a rule (the budget is none),
// the first other member that passes all of them is promoted: it stands in the
// survivor's place. Config.BestCopy asks all members that pass, and the one stands
// that the selection ranks first. What stands, stands for ever: of a cluster that an
// earlier generation has a text of, nothing is promoted.

// A member is a document of a cluster of several that fails no rule: the cluster,
// the order in it, the document's number (part and row), and whether it is the survivor.
const (
	memberOrder = 16
	memberScore = memberOrder + 1
	memberDoc   = memberScore + 8
	memberBytes = memberDoc + 8 + 1
)

// Orders of members, of which the score decides next.
const (
	orderBefore = iota // an earlier generation has a text of the cluster
	orderFirst         // the survivor; with BestCopy trusted documents, which go before others
	orderOther
)

// appendMember appends the sort record of a document.
func (s *selector) appendMember(dst []byte, r *row, part int) []byte {
	order, score, survivor := byte(orderOther), uint64(0), byte(0)
	if r.duplicate == "" {
		survivor = 1
	}
	if s.bestCopy {
		score = descending(r.score)
	}
	if s.bestCopy && r.trusted || !s.bestCopy && survivor == 1 {
		order = orderFirst
	}
	dst = append(append(dst, r.cluster[:]...), order)
	dst = binary.BigEndian.AppendUint64(dst, score)
	dst = binary.BigEndian.AppendUint64(dst, uint64(part)<<32|uint64(r.at))
	return append(dst, survivor)
}

// mayStand says whether r, which is told its place in no cluster yet, fails nothing
// but to be dedup's choice.
func (s *selector) mayStand(r *row) bool {
	switch r.duplicate {
	case "":
		return r.size > 1 && len(s.failures(nil, r)) == 0
	case kindAgainst:
		return false
	}
	return !r.again && len(s.failures(nil, r)) == 1
}

// kindAgainst is dedup's kind of what an evaluation set has too.
const kindAgainst = "against"

// promote is the pass that finds the members that stand where dedup has named others.
func (s *selector) promote(e corpus.Env) error {
	members, err := e.Sort(memberBytes)
	if err != nil {
		return err
	}
	defer members.Close()
	asked := newIDFilter()
	if err := s.addMembers(e, members, asked); err != nil {
		return err
	}
	if err := addStanding(e, members, asked); err != nil {
		return err
	}
	changes, err := e.Sort(changeBytes)
	if err != nil {
		return err
	}
	defer changes.Close()
	if err := change(members, changes); err != nil {
		return err
	}
	return writeChanges(e, changes)
}

// addMembers adds those of this generation.
func (s *selector) addMembers(e corpus.Env, members corpus.Sorter, asked *idFilter) error {
	var mu sync.Mutex
	var buf []byte
	return eachPart(e, func(p int) error {
		return s.each(e, p, func(r *row) error {
			if !s.mayStand(r) {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			if r.duplicate != "" {
				asked.add(r.cluster)
			}
			buf = s.appendMember(buf[:0], r, p)
			return members.Add(buf)
		})
	})
}

// addStanding adds the clusters that earlier generations have a text of, of those
// asked for.
func addStanding(e corpus.Env, members corpus.Sorter, asked *idFilter) error {
	first, _ := e.Parts()
	record := make([]byte, memberBytes)
	for p := range first {
		err := tables(e, roleStanding, p, func(t *corpus.Table) error {
			for _, id := range t.Columns[0].IDs {
				if !asked.has(id) {
					continue
				}
				copy(record, id[:])
				if err := members.Add(record); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// A change is a document's number, whether it is promoted, and else the score of
// the copy that is better.
const changeBytes = 8 + 1 + 8

// change finds in each cluster the first member. Where it is not the survivor, it
// is promoted, and the survivor, if it passes the rules too, gives up its place.
func change(members, changes corpus.Sorter) error {
	var cluster, winner []byte
	for m, err := range members.Each() {
		if err != nil {
			return err
		}
		switch first := !bytes.Equal(cluster, m[:memberOrder]); {
		case first:
			cluster, winner = append(cluster[:0], m[:memberOrder]...), append(winner[:0], m...)
			if m[memberOrder] != orderBefore && !isSurvivor(m) {
				err = changes.Add(changeOf(m, 1, m))
			}
		case isSurvivor(m) && winner[memberOrder] != orderBefore:
			err = changes.Add(changeOf(m, 0, winner))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func isSurvivor(member []byte) bool { return member[memberBytes-1] == 1 }

func changeOf(member []byte, promoted byte, winner []byte) []byte {
	c := append(make([]byte, 0, changeBytes), member[memberDoc:memberDoc+8]...)
	return append(append(c, promoted), winner[memberScore:memberDoc]...)
}

// changeSchema is the columns of roleChanges, by part and row: promoted is 1, or 0
// of a survivor that passes the rules and has a better copy, whose score is beside it.
var changeSchema = corpus.Schema{
	{Name: "part", Kind: corpus.Ints},
	{Name: "row", Kind: corpus.Ints},
	{Name: "promoted", Kind: corpus.Ints},
	{Name: "score", Kind: corpus.Floats},
}

func writeChanges(e corpus.Env, changes corpus.Sorter) error {
	w, err := e.Create(roleChanges, changeSchema)
	if err != nil {
		return err
	}
	t := corpus.NewTable(changeSchema)
	for c, err := range changes.Each() {
		if err != nil {
			return err
		}
		doc := binary.BigEndian.Uint64(c)
		t.Columns[0].Ints = append(t.Columns[0].Ints, int64(doc>>32))
		t.Columns[1].Ints = append(t.Columns[1].Ints, int64(doc&math.MaxUint32))
		t.Columns[2].Ints = append(t.Columns[2].Ints, int64(c[8]))
		t.Columns[3].Floats = append(t.Columns[3].Floats, ascending(binary.BigEndian.Uint64(c[9:])))
		if t.Rows++; t.Rows < verdictRows {
			continue
		}
		if err := w.Write(t); err != nil {
			return err
		}
		t.Reset()
	}
	return w.Write(t)
}

// seekPart goes to the last batch of a table of changes that begins before the part,
// or to the first.
func seekPart(r corpus.TableReader, part int64) (err error) {
	in, ok := r.(corpus.Seeker)
	if !ok || in.Batches() < 2 {
		return nil
	}
	before := sort.Search(in.Batches()-1, func(i int) bool {
		if err != nil {
			return true
		}
		var t *corpus.Table
		if err = in.Seek(i + 1); err == nil {
			t, err = in.Next()
		}
		return err != nil || t.Rows == 0 || t.Columns[0].Ints[0] >= part
	})
	return cmp.Or(err, in.Seek(before))
}

// changes reads what promote decided of a part.
type changes struct {
	at   cursor
	part int64
	more bool // there is a row that was not applied yet
}

// openChanges is at the first row of the part.
func openChanges(e corpus.Env, part int) (*changes, error) {
	first, _ := e.Parts()
	r, err := e.Open(roleChanges, first)
	if err != nil {
		return nil, err
	}
	c := &changes{at: cursor{r: r}, part: int64(part)}
	if err = seekPart(r, c.part); err == nil {
		err = c.next()
	}
	for err == nil && c.more && c.at.t.Columns[0].Ints[c.at.row] < c.part {
		err = c.next()
	}
	if err != nil {
		_ = r.Close() // it was only read
	}
	return c, err
}

func (c *changes) next() error {
	err := c.at.next()
	c.more = err == nil
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// apply tells a document its place; documents come in order.
func (c *changes) apply(r *row) error {
	r.promoted, r.replaced = false, false
	if !c.more {
		return nil
	}
	col, i := c.at.t.Columns, c.at.row
	if col[0].Ints[i] != c.part || col[1].Ints[i] != int64(r.at) {
		return nil
	}
	r.promoted = col[2].Ints[i] == 1
	r.replaced, r.better = !r.promoted, col[3].Floats[i]
	return c.next()
}
