package shards

import "fmt"

// Buffers of a token shard's columns of strings in a record batch: validity,
// offsets, data of each.
const (
	idOffsets     = 5
	sourceOffsets = 8
	langOffsets   = 11
)

// Names calls do with the id and the source of each document of which tokens stand
// behind position at and up to n tokens on.
func (s *Stream) Names(at, n int64, do func(id, source string)) error {
	if err := s.within(at, n); err != nil {
		return err
	}
	return s.each(at, n, func(names names, doc int, _ int64) {
		do(names.of(idOffsets, doc), names.of(sourceOffsets, doc))
	})
}

// By parts the documents by what of makes of their source and language; those that
// it gives "" are in no part. It looks at every document.
func (s *Stream) By(of func(source, lang string) string) (map[string]*Stream, error) {
	parts, at := map[string]*Stream{}, int64(0)
	err := s.each(0, s.length, func(names names, doc int, length int64) {
		if name := of(names.of(sourceOffsets, doc), names.of(langOffsets, doc)); name != "" {
			if parts[name] == nil {
				parts[name] = &Stream{t: s.t}
			}
			run := s.find(at)
			from, _ := s.place(run, at)
			parts[name].add(s.runs[run].shard, from, length)
		}
		at += length
	})
	return parts, err
}

// each calls do for each document of which tokens stand behind position at and up to
// n tokens on: its number in a batch, and its tokens from there on.
func (s *Stream) each(at, n int64, do func(batch names, doc int, length int64)) error {
	for end := at + n; at < end; {
		b, doc, inside, left, err := s.documents(at)
		if err != nil {
			return err
		}
		names, err := s.namesAt(at)
		if err != nil {
			return err
		}
		for ; doc < b.docs() && at < end && left > 0; doc++ {
			rest := b.length(doc) - inside
			do(names, doc, rest)
			at, left, inside = at+rest, left-rest, 0
		}
	}
	return nil
}

// names are the buffers of a verified record batch.
type names [][]byte

// namesAt is those of the batch that holds a position.
func (s *Stream) namesAt(at int64) (names, error) {
	i := s.find(at)
	shard := s.shard(i)
	from, _ := s.place(i, at)
	rows, bufs, err := shard.blocks[shard.batchOf(from)].buffers(shard.mapped.Data)
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
