package filter

import (
	"bytes"
	"encoding/binary"
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
		err := corpus.EachTable(e, roleStanding, p, func(t *corpus.Table) error {
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
