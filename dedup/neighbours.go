package dedup

import (
	"iter"
	"sort"

	"corpus"
)

// neighbours are the partners that lie in the part of those which they are compared
// with: in one reading of its text, in order, their sets are taken and kept.
type neighbours struct {
	next  int64 // number of the next one, -1 behind the last
	rows  func() (corpus.Row, error, bool)
	close func()
	part  int64
	end   int64 // number behind the part's last document
	kept  []neighbour
}

// neighbour is the set of a partner.
type neighbour struct {
	doc int64
	set []uint64
}

// open finds the first one of a part.
func (n *neighbours) open(env corpus.Env, start []int64, part int) error {
	first, _ := env.Parts()
	n.part, n.end = int64(part), start[part+1]
	n.rows, n.close = iter.Pull2(rowsFrom(env, wants, first, start[part]))
	return n.advance()
}

// advance finds the next one.
func (n *neighbours) advance() error {
	for {
		row, err, ok := n.rows()
		if err != nil {
			return err
		}
		if !ok || row.Columns[0].Ints[row.At] >= n.end {
			n.next = -1
			return nil
		}
		if row.Columns[1].Ints[row.At] == n.part {
			n.next = row.Columns[0].Ints[row.At]
			return nil
		}
	}
}

// keep keeps the set of the next one.
func (n *neighbours) keep(set []uint64) error {
	n.kept = append(n.kept, neighbour{n.next, set})
	return n.advance()
}

// find is the set of a document, if it is kept.
func (n *neighbours) find(doc int64) ([]uint64, bool) {
	i := sort.Search(len(n.kept), func(i int) bool { return n.kept[i].doc >= doc })
	if i == len(n.kept) || n.kept[i].doc != doc {
		return nil, false
	}
	return n.kept[i].set, true
}

func (n *neighbours) forget() {
	clear(n.kept)
	n.kept = n.kept[:0]
}

// takeBelow takes the sets of the neighbours below a document.
func (k *comparison) takeBelow(doc int64) error {
	for n := &k.neighbours; n.next >= 0 && n.next < doc; {
		set, err := k.set(n.next)
		if err != nil {
			return err
		}
		if err := n.keep(set); err != nil {
			return err
		}
		if k.held >= k.room {
			if err := k.resolve(); err != nil {
				return err
			}
		}
	}
	return nil
}

// compareHere compares the block with the partners of its own part, and says
// whether it has others. One whose set is no longer kept, or not yet, is read again.
func (k *comparison) compareHere() (far bool, err error) {
	again, err := newTexts(k.env)
	if err != nil {
		return false, err
	}
	defer again.close()
	for i := 0; i < len(k.pairs); {
		doc := k.pairs[i].partner
		if doc < k.texts.start[k.part] || doc >= k.texts.start[k.part+1] {
			far = true
			i++
			continue
		}
		set, ok := k.neighbours.find(doc)
		if !ok {
			text, err := again.at(doc)
			if err != nil {
				return false, err
			}
			set = k.taker.of(text)
		}
		pairs := k.of(doc)
		k.pass(pairs, set)
		i += len(pairs)
	}
	return far, nil
}
