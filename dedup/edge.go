package dedup

import (
	"bytes"
	"encoding/binary"

	"corpus"
)

// What joins a document to a partner.
const (
	exactEdge    = iota // its earliest exact copy
	nearEdge            // shares a band
	survivorEdge        // the survivor of its cluster
)

const (
	edgeBytes    = 4 + 4 + 1      // partner, document, kind
	partnerBytes = 4 + 4 + 1 + 16 // document, partner, kind, partner's id; its sketch follows
)

// edge notes that a document of this generation has a partner.
func (k *clustering) edge(partner, d uint32, kind byte) error {
	if d < k.fresh {
		return nil
	}
	var r [edgeBytes]byte
	binary.BigEndian.PutUint32(r[:], partner)
	binary.BigEndian.PutUint32(r[4:], d)
	r[8] = kind
	return k.edges.Add(r[:])
}

// partners joins every edge with its partner's id and sketch and sorts them by
// document. Survivors need no partners.
func (k *clustering) partners() (s corpus.Sorter, err error) {
	s, err = k.env.Sort(partnerBytes + 8*k.sketchLen())
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	in := newCursor(k.env, k.start)
	defer in.close()
	var last [edgeBytes]byte
	record := make([]byte, partnerBytes+8*k.sketchLen())
	for edge, err := range k.each(k.edges) {
		if err != nil {
			return nil, err
		}
		d := binary.BigEndian.Uint32(edge[4:])
		// Several shared bands make several equal edges.
		if k.forest.root(d) == d || bytes.Equal(edge, last[:]) {
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
	match, survivor corpus.ID
	similarity      float64
	best            float64 // similarity to match
}

// decide reads the partners of each document and writes its row.
func (k *clustering) decide(partners corpus.Sorter) error {
	out, err := newRowWriter(k)
	if err != nil {
		return err
	}
	in := newCursor(k.env, k.start)
	defer in.close()
	var own signature
	r := row{d: MaxDocuments} // no document has this number
	sketch := make([]uint64, k.sketchLen())
	for p, err := range k.each(partners) {
		if err != nil {
			return err
		}
		if d := binary.BigEndian.Uint32(p); d != r.d {
			if err := out.write(r); err != nil {
				return err
			}
			if own, err = in.at(d); err != nil {
				return err
			}
			r = row{d: d, kind: Near, best: -1}
		}
		for i := range sketch {
			sketch[i] = binary.LittleEndian.Uint64(p[partnerBytes+8*i:])
		}
		k.judge(&r, p[8], corpus.ID(p[9:partnerBytes]), own, sketch)
	}
	if err := out.write(r); err != nil {
		return err
	}
	return out.end()
}

// judge takes one partner into account; partners come in ascending order, so of
// equally similar ones the earliest stays the match.
func (k *clustering) judge(r *row, kind byte, id corpus.ID, own signature, sketch []uint64) {
	s := 1.0
	if len(own.hashes) > 0 {
		s = k.similarity(k.sketch(own), sketch)
	}
	switch kind {
	case exactEdge:
		r.kind, r.match, r.best = Exact, id, 1
	case nearEdge:
		if s > r.best {
			r.match, r.best = id, s
		}
	case survivorEdge:
		r.survivor, r.similarity = id, s
	}
}
