package shards

import (
	"fmt"
	"iter"
)

// Buffers of a token shard's columns of strings in a record batch: validity,
// offsets, data of each.
const (
	idOffsets     = 5
	sourceOffsets = 8
	langOffsets   = 11
)

// Document is a document in a stream.
type Document struct {
	ID, Source, Lang string
	Part             int   // of whose shard it is
	At, Len          int64 // where it begins in the stream, and its length with the end token
}

// Documents gives, in order, the documents of which tokens stand behind position at
// and up to n tokens on.
func (s *Stream) Documents(at, n int64) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		if err := s.within(at, n); err != nil {
			yield(Document{}, err)
			return
		}
		for end := at + n; at < end; {
			b, doc, inside, left, err := s.documents(at)
			var names names
			if err == nil {
				names, err = s.namesAt(at)
			}
			if err != nil {
				yield(Document{}, err)
				return
			}
			part := s.shard(s.find(at)).part
			for ; doc < b.docs() && at < end && left > 0; doc++ {
				d := Document{names.of(idOffsets, doc), names.of(sourceOffsets, doc), names.of(langOffsets, doc), part, at - inside, b.length(doc)}
				rest := d.Len - inside
				if at, left, inside = at+rest, left-rest, 0; !yield(d, nil) {
					return
				}
			}
		}
	}
}

// Names calls do with the id and the source of each of these documents.
func (s *Stream) Names(at, n int64, do func(id, source string)) error {
	for d, err := range s.Documents(at, n) {
		if err != nil {
			return err
		}
		do(d.ID, d.Source)
	}
	return nil
}

// By parts the documents by what of makes of their source and language; those that
// it gives "" are in no part. It looks at every document.
func (s *Stream) By(of func(source, lang string) string) (map[string]*Stream, error) {
	parts := map[string]*Stream{}
	for d, err := range s.Documents(0, s.length) {
		if err != nil {
			return nil, err
		}
		if name := of(d.Source, d.Lang); name != "" {
			if parts[name] == nil {
				parts[name] = &Stream{t: s.t}
			}
			run := s.find(d.At)
			from, _ := s.place(run, d.At)
			parts[name].add(s.runs[run].shard, from, d.Len)
		}
	}
	return parts, nil
}

// names are the buffers of a verified record batch.
type names [][]byte

// namesAt is those of the batch that holds a position.
func (s *Stream) namesAt(at int64) (names, error) {
	i := s.find(at)
	shard := s.shard(i)
	from, _ := s.place(i, at)
	batch, err := shard.blocks[shard.batchOf(from)].batch(shard.mapped.Data)
	rows, bufs := batch.rows, batch.buffers
	if err != nil || len(bufs) <= langOffsets+1 {
		return nil, corrupt(shard.name, 0, "does not name its documents", err, shard.rebuild)
	}
	for _, k := range []int{idOffsets, sourceOffsets, langOffsets} {
		if len(bufs[k]) < 4*(rows+1) || rows > 0 && int(cast(bufs[k])[rows]) > len(bufs[k+1]) {
			return nil, corrupt(shard.name, 0, "does not name its documents", fmt.Errorf("column of buffer %d", k), shard.rebuild)
		}
	}
	return bufs, nil
}

// of is a document's value of the column whose offsets are in a buffer.
func (n names) of(column, doc int) string {
	offsets := cast(n[column])
	return string(n[column+1][offsets[doc]:offsets[doc+1]])
}
