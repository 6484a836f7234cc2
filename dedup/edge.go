package dedup

import (
	"bytes"
	"encoding/binary"
	"math"

	"corpus"
)

// What joins a document to a partner.
const (
	exactEdge    = iota // an exact copy of it
	againEdge           // itself, read in an earlier generation
	urlEdge             // at the same place
	nearEdge            // shares a band
	survivorEdge        // what stays in its place
)

const (
	edgeBytes    = 4 + 4 + 1          // partner, document, kind
	partnerBytes = 4 + 4 + 1 + 16     // document, partner, kind, partner's id; its sketch follows
	linkBytes    = 4 + 4 + 1 + 16 + 8 // document, partner, kind, partner's id, similarity
)

// edge notes that a new document may have a partner.
func (k *clustering) edge(partner, d uint32, kind byte) error {
	var r [edgeBytes]byte
	binary.BigEndian.PutUint32(r[:], partner)
	binary.BigEndian.PutUint32(r[4:], d)
	r[8] = kind
	return k.edges.Add(r[:])
}

// pair is an edge with what the signatures say.
type pair struct {
	d, partner uint32
	kind       byte
	self, id   corpus.ID // of the document and the partner
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
	in := k.newCursor(k.env, k.start)
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
		putPartner(record, edge, partner)
		if err := s.Add(record); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// eachPair calls do with the pairs by document, then partner, and closes them.
func (k *clustering) eachPair(pairs corpus.Sorter, do func(pair) error) error {
	defer pairs.Close()
	in := k.newCursor(k.env, k.start)
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
			kind: record[8], self: own.id, id: corpus.ID(record[9:partnerBytes]), similarity: 1,
		}
		if len(own.sketch) > 0 {
			for i := range sketch {
				sketch[i] = binary.LittleEndian.Uint64(record[partnerBytes+8*i:])
			}
			p.similarity = k.similarity(own.sketch, sketch)
		}
		if err := do(p); err != nil {
			return err
		}
	}
	return nil
}

// putPartner fills a record that sorts by document, then partner.
func putPartner(record, edge []byte, partner signature) {
	copy(record[0:4], edge[4:8])
	copy(record[4:8], edge[0:4])
	record[8] = edge[8]
	copy(record[9:], partner.id[:])
	sketch := record[partnerBytes:]
	clear(sketch)
	for i, x := range partner.sketch {
		binary.LittleEndian.PutUint64(sketch[8*i:], x)
	}
}

// compare turns the edges of what is similar enough into links, and finds the
// survivors of the documents of earlier generations among them.
func (k *clustering) compare() error {
	pairs, err := k.pairs()
	if err != nil {
		return err
	}
	if k.links, err = k.env.Sort(linkBytes); err != nil {
		return err
	}
	old, err := k.env.Sort(4)
	if err != nil {
		return err
	}
	defer old.Close()
	err = k.eachPair(pairs, func(p pair) error { return k.confirm(p, old) })
	if err != nil {
		return err
	}
	return k.findElders(old)
}

// confirm links what is similar enough, new documents in both directions.
func (k *clustering) confirm(p pair, old corpus.Sorter) error {
	switch {
	case p.kind == nearEdge && p.similarity < k.leastSimilarity():
		return nil
	case p.kind == againEdge:
		if p.id != p.self { // the hashes of two ids are equal
			return nil
		}
	case p.partner < k.fresh:
		var r [4]byte
		binary.BigEndian.PutUint32(r[:], p.partner)
		if err := old.Add(r[:]); err != nil {
			return err
		}
	case p.kind == nearEdge:
		back := p
		back.d, back.partner, back.id = p.partner, p.d, p.self
		if err := k.link(back); err != nil {
			return err
		}
	}
	return k.link(p)
}

func (k *clustering) link(p pair) error {
	var r [linkBytes]byte
	binary.BigEndian.PutUint32(r[:], p.d)
	binary.BigEndian.PutUint32(r[4:], p.partner)
	r[8] = p.kind
	copy(r[9:], p.id[:])
	binary.BigEndian.PutUint64(r[25:], math.Float64bits(p.similarity))
	return k.links.Add(r[:])
}

// eachLink calls do with the links by document, then partner.
func (k *clustering) eachLink(do func(pair) error) error {
	for r, err := range sorted(k.env, k.links) {
		if err != nil {
			return err
		}
		if err := do(readLink(r)); err != nil {
			return err
		}
	}
	return nil
}

func readLink(r []byte) pair {
	return pair{
		d: binary.BigEndian.Uint32(r), partner: binary.BigEndian.Uint32(r[4:]), kind: r[8],
		id: corpus.ID(r[9:25]), similarity: math.Float64frombits(binary.BigEndian.Uint64(r[25:])),
	}
}
