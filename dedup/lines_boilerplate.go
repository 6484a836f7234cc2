package dedup

import (
	"bytes"
	"fmt"

	"corpus"
	"corpus/dedup/lines"
)

// A record of a line of a domain: domain, key, whether it stands in a document
// (0: an earlier generation found it to be boilerplate), place. Those without a
// key stand for the documents of a domain.
const standRecord = 16 + 16 + 1 + placeBytes

func boilerplateSchema() corpus.Schema {
	return corpus.Schema{{Name: "domain", Kind: corpus.IDs}, {Name: "key", Kind: corpus.IDs}}
}

// findBoilerplate finds the lines that stand in too many documents of their domain
// in this generation, or were found before. What it finds later generations know.
func (l Lines) findBoilerplate(env corpus.Env) error {
	s, err := env.Sort(standRecord)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := addStands(env, s); err != nil {
		return err
	}
	b := &boilerplates{env: env, share: l.Boilerplate}
	if b.found, err = newTableBatch(env, Boilerplate, boilerplateSchema()); err != nil {
		return err
	}
	if b.cuts, err = env.Sort(placeBytes); err != nil {
		return err
	}
	defer b.cuts.Close()
	for r, err := range sorted(env, s) {
		if err != nil {
			return err
		}
		if err := b.add(r); err != nil {
			return err
		}
	}
	if err := b.found.flush(); err != nil {
		return err
	}
	return writeCuts(env, commonHere, b.cuts)
}

// addStands adds the lines of this generation and what earlier ones found.
func addStands(env corpus.Env, s corpus.Sorter) error {
	first, n := env.Parts()
	for part := first; part < first+n; part++ {
		err := corpus.EachTable(env, stands, part, func(t *corpus.Table) error { return addStand(s, t, part) })
		if err != nil {
			return err
		}
	}
	parts, err := earlierParts(env, Boilerplate)
	if err != nil {
		return err
	}
	for _, part := range parts {
		if err := corpus.EachTable(env, Boilerplate, part, func(t *corpus.Table) error { return addStand(s, t, -1) }); err != nil {
			return err
		}
	}
	return nil
}

// addStand adds the rows of a table of stands, or with no part of Boilerplate.
func addStand(s corpus.Sorter, t *corpus.Table, part int) error {
	c := t.Columns
	for i := range t.Rows {
		var r [standRecord]byte
		copy(r[:], c[0].IDs[i][:])
		copy(r[16:], c[1].IDs[i][:])
		if part >= 0 {
			r[32] = 1
			putPlace(r[33:], part, c[2].Ints[i], c[3].Ints[i], int64(lines.Boilerplate))
		}
		if err := s.Add(r[:]); err != nil {
			return err
		}
	}
	return nil
}

// boilerplates goes through sorted records.
type boilerplates struct {
	env    corpus.Env
	share  float64
	found  *tableBatch
	cuts   corpus.Sorter
	line   [32]byte // domain and key
	docs   int64    // of the domain, all of which come before its lines
	common bool     // the line is boilerplate
	in     int64    // documents that the line stands in so far
	doc    [8]byte  // the last of them
	places []byte   // where it stands, while that is not known to be too often
}

func (b *boilerplates) add(r []byte) error {
	if !bytes.Equal(r[:32], b.line[:]) {
		if !bytes.Equal(r[:16], b.line[:16]) {
			b.docs = 0
		}
		copy(b.line[:], r)
		b.common, b.in, b.doc, b.places = false, 0, [8]byte{}, b.places[:0]
	}
	switch place := r[33:]; {
	case corpus.ID(r[16:32]) == corpus.ID{}:
		b.docs++
		return nil
	case r[32] == 0:
		b.common = true
		return nil
	default:
		return b.stand(place)
	}
}

// stand takes in one place of the line.
func (b *boilerplates) stand(place []byte) error {
	if b.common {
		return b.cuts.Add(place)
	}
	if doc := [8]byte(place[:8]); b.in == 0 || doc != b.doc {
		b.doc = doc
		b.in++
	}
	b.places = append(b.places, place...)
	if b.in < boilerplateDocs || float64(b.in) <= b.share*float64(b.docs) {
		return b.held()
	}
	b.common = true
	b.found.Columns[0].IDs = append(b.found.Columns[0].IDs, corpus.ID(b.line[:16]))
	b.found.Columns[1].IDs = append(b.found.Columns[1].IDs, corpus.ID(b.line[16:]))
	for at := 0; at < len(b.places); at += placeBytes {
		if err := b.cuts.Add(b.places[at : at+placeBytes]); err != nil {
			return err
		}
	}
	return b.found.add()
}

// held refuses to hold more places than a quarter of the memory: the sorts have half.
func (b *boilerplates) held() error {
	if most := b.env.Memory() / 4; int64(len(b.places)) > most {
		return &corpus.Error{
			Class: corpus.Refused, Offset: -1,
			What: fmt.Sprintf("a line stands more than %d times in a domain of %d documents, and its places take more than %d MiB", most/placeBytes, b.docs, most>>20),
			Next: "give more --memory, or a smaller --boilerplate",
		}
	}
	return nil
}
