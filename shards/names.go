package shards

import "fmt"

// Buffers of the second and third column of a token shard, ids and sources, in a
// record batch: validity, offsets, data of each.
const (
	idOffsets     = 5
	sourceOffsets = 8
)

// Names calls do with the id and the source of each document of which tokens stand
// behind position at and up to n tokens on.
func (s *Stream) Names(at, n int64, do func(id, source string)) error {
	if err := s.within(at, n); err != nil {
		return err
	}
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
			do(names.of(idOffsets, doc), names.of(sourceOffsets, doc))
			rest := b.length(doc) - inside
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
	if err != nil || len(bufs) <= sourceOffsets+1 {
		return nil, corrupt(shard.name, 0, "does not name its documents", err, shard.rebuild)
	}
	for _, k := range []int{idOffsets, sourceOffsets} {
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
