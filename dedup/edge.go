package dedup

import (
	"bytes"
	"encoding/binary"

	"corpus"
)

// What joins a document to a partner.
const (
	exactEdge    = iota // its earliest exact copy
	againEdge           // itself, read in an earlier generation
	nearEdge            // shares a band
	survivorEdge        // the survivor of its cluster
)

const (
	edgeBytes    = 4 + 4 + 1      // partner, document, kind
	partnerBytes = 4 + 4 + 1 + 16 // document, partner, kind, partner's id; its sketch follows
)

// edge notes that a document has a partner.
func (k *clustering) edge(partner, d uint32, kind byte) error {
	var r [edgeBytes]byte
	binary.BigEndian.PutUint32(r[:], partner)
	binary.BigEndian.PutUint32(r[4:], d)
	r[8] = kind
	return k.edges.Add(r[:])
}

// freshEdge is edge for a document of this generation; the others are decided.
func (k *clustering) freshEdge(partner, d uint32, kind byte) error {
	if d < k.fresh {
		return nil
	}
	return k.edge(partner, d, kind)
}

// pair is an edge with what the signatures say.
type pair struct {
	d, partner uint32
	kind       byte
	id         corpus.ID // of the partner
	similarity float64
}

// pairs joins every edge with its partner's id and sketch, sorts them by
// document and closes the edges.
func (k *clustering) pairs() (corpus.Sorter, error) {
	defer k.edges.Close()
	s, err := k.env.Sort(partnerBytes + 8*k.sketchLen())
	if err != nil {
		return nil, err
	}
	in := newCursor(k.env, k.start)
	defer in.close()
	var last [edgeBytes]byte
	record := make([]byte, partnerBytes+8*k.sketchLen())
	for edge, err := range sorted(k.env, k.edges) {
		if err != nil {
			return nil, err
		}
		// Several shared bands make several equal edges.
		if bytes.Equal(edge, last[:]) {
			continue
		}
		copy(last[:], edge)
		partner, err := in.at(binary.BigEndian.Uint32(edge))
		if err != nil {
			return nil, err
		}
		k.putPartner(record, edge, partner)
		if err := s.Add(record); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// eachPair calls do with the pairs by document, then partner, and closes them.
func (k *clustering) eachPair(pairs corpus.Sorter, do func(pair) error) error {
	defer pairs.Close()
	in := newCursor(k.env, k.start)
	defer in.close()
	own, sketch := signature{}, make([]uint64, k.sketchLen())
	p := pair{d: MaxDocuments} // no document has this number
	for record, err := range sorted(k.env, pairs) {
		if err != nil {
			return err
		}
		if d := binary.BigEndian.Uint32(record); d != p.d {
			if own, err = in.at(d); err != nil {
				return err
			}
		}
		p = pair{
			d: binary.BigEndian.Uint32(record), partner: binary.BigEndian.Uint32(record[4:]),
			kind: record[8], id: corpus.ID(record[9:partnerBytes]), similarity: 1,
		}
		if len(own.hashes) > 0 {
			for i := range sketch {
				sketch[i] = binary.LittleEndian.Uint64(record[partnerBytes+8*i:])
			}
			p.similarity = k.similarity(k.sketch(own), sketch)
		}
		if err := do(p); err != nil {
			return err
		}
	}
	return nil
}

// putPartner fills a record that sorts by document, then partner.
func (k *clustering) putPartner(record, edge []byte, partner signature) {
	copy(record[0:4], edge[4:8])
	copy(record[4:8], edge[0:4])
	record[8] = edge[8]
	copy(record[9:], partner.id[:])
	sketch := record[partnerBytes:]
	clear(sketch)
	for i, x := range k.sketch(partner) {
		binary.LittleEndian.PutUint64(sketch[8*i:], x)
	}
}

// sketch is the packed values of a signature, none for a text without words.
func (k *clustering) sketch(s signature) []uint64 {
	if len(s.hashes) < k.Bands {
		return nil
	}
	return s.hashes[k.Bands:]
}

// row is what the run keeps of a document in a cluster.
type row struct {
	d               uint32
	kind            string
	match, survivor partner
	best            float64 // what makes match the match: its similarity, more for copies
}

// partner is another document, and how similar it is.
type partner struct {
	d          uint32
	id         corpus.ID
	similarity float64
}

// decide reads the pairs of each document and writes its row. Survivors have
// pairs too, since they are others' matches.
func (k *clustering) decide(pairs corpus.Sorter) error {
	out, err := newRowWriter(k)
	if err != nil {
		return err
	}
	r := row{d: MaxDocuments}
	err = k.eachPair(pairs, func(p pair) error {
		if k.forest.root(p.d) == p.d {
			return nil
		}
		if p.d != r.d {
			if err := out.write(r); err != nil {
				return err
			}
			r = row{d: p.d, kind: Near, best: -1}
		}
		r.judge(p)
		return nil
	})
	if err != nil {
		return err
	}
	if err := out.write(r); err != nil {
		return err
	}
	return out.end()
}

// judge takes one partner into account; partners come in ascending order, so of
// equally similar ones the earliest stays the match. Nothing is nearer than an
// exact copy, and of those the document itself.
func (r *row) judge(p pair) {
	other := partner{p.partner, p.id, p.similarity}
	switch {
	case p.kind == survivorEdge:
		r.survivor = other
	case p.kind == againEdge:
		r.kind, r.match, r.best = Exact, other, 3
	case p.kind == exactEdge && r.best < 2:
		r.kind, r.match, r.best = Exact, other, 2
	case p.kind == nearEdge && p.similarity > r.best:
		r.match, r.best = other, p.similarity
	}
}
