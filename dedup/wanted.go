package dedup

import (
	"bytes"
	"encoding/binary"
	"iter"

	"corpus"
)

// wantedSchema is the columns of wanted: a document's number, and a part that has
// documents to compare with it; in ascending order, each pair once.
func wantedSchema() corpus.Schema {
	return corpus.Schema{{Name: "doc", Kind: corpus.Ints}, {Name: "part", Kind: corpus.Ints}}
}

// partners are the numbers of the documents that a row of the cluster table is
// compared with. An exact copy has its match's shingles, so that only another
// survivor is looked at.
func partners(t *corpus.Table, i int) []int64 {
	kind, match, survivor := t.Column("kind").Strings[i], t.Column("match_doc").Ints[i], t.Column("survivor_doc").Ints[i]
	switch {
	case kind == "" || kind == Exact && match == survivor:
		return nil
	case kind == Exact || match == survivor:
		return []int64{survivor}
	}
	return []int64{match, survivor}
}

// want turns the cluster table around: for each document that others are
// compared with, the parts of those.
func want(env corpus.Env) error {
	s, err := env.Sort(4 + 4)
	if err != nil {
		return err
	}
	defer s.Close()
	var record [4 + 4]byte
	first, _ := env.Parts()
	err = corpus.EachTable(env, cluster, first, func(t *corpus.Table) error {
		for i, part := range t.Column("part").Ints {
			for _, doc := range partners(t, i) {
				binary.BigEndian.PutUint32(record[:], uint32(doc))
				binary.BigEndian.PutUint32(record[4:], uint32(part))
				if err := s.Add(record[:]); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return writeWanted(env, s)
}

func writeWanted(env corpus.Env, s corpus.Sorter) error {
	out, err := env.Create(wants, wantedSchema())
	if err != nil {
		return err
	}
	batch, last := corpus.NewTable(wantedSchema()), []byte(nil)
	for record, err := range sorted(env, s) {
		if err != nil {
			return err
		}
		if bytes.Equal(record, last) {
			continue
		}
		last = append(last[:0], record...)
		c := batch.Columns
		c[0].Ints = append(c[0].Ints, int64(binary.BigEndian.Uint32(record)))
		c[1].Ints = append(c[1].Ints, int64(binary.BigEndian.Uint32(record[4:])))
		if batch.Rows++; batch.Rows < rowsPerBatch {
			continue
		}
		if err := out.Write(batch); err != nil {
			return err
		}
		batch.Reset()
	}
	return out.Write(batch)
}

// rowsFrom are the rows of a table from value on in its first column, which ascends.
func rowsFrom(env corpus.Env, role string, part int, value int64) iter.Seq2[corpus.Row, error] {
	return func(yield func(corpus.Row, error) bool) {
		in, err := env.Open(role, part)
		if err != nil {
			yield(corpus.Row{}, err)
			return
		}
		if err := seekPart(in, value); err != nil {
			in.Close()
			yield(corpus.Row{}, err)
			return
		}
		for row, err := range corpus.Rows(in) {
			if err == nil && row.Columns[0].Ints[row.At] < value {
				continue
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}
