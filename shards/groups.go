package shards

import (
	"fmt"

	"corpus"
)

// Groups parts the documents of train into streams by their sources, whose text is
// not read: of gives the number of the stream that a source belongs to, or -1 for
// none. others is the tokens that belong to none.
func (t *Tokens) Groups(n int, of func(source string) int) (groups []*Stream, others int64, err error) {
	groups = make([]*Stream, n)
	for i := range groups {
		groups[i] = &Stream{t: t}
	}
	shards, read := map[int64]int{}, make([]int64, len(t.shards))
	for i, s := range t.shards {
		shards[int64(s.part)] = i
	}
	err = t.eachRun(func(part int64, source string, length int64) error {
		shard, ok := shards[part]
		if !ok || length < 0 {
			return fmt.Errorf("there is no shard %d", part)
		}
		if g := of(source); g >= 0 {
			groups[g].add(shard, read[shard], length)
		} else {
			others += length
		}
		read[shard] += length
		return nil
	})
	for i, s := range t.shards {
		if err == nil && read[i] != s.length {
			err = &corpus.Error{
				Class: corpus.BadConfig, What: "the sources of its documents are not told", Path: s.name, Offset: -1,
				Next: "it was written by an older program; make the shards anew with `" + s.rebuild + "`",
			}
		}
	}
	return groups, others, err
}

// eachRun reads the runs of all generations, with the length of each in the stream.
func (t *Tokens) eachRun(do func(part int64, source string, length int64) error) error {
	for _, p := range t.set.Parts() {
		if _, ok := p.File(SourceRole); !ok {
			continue
		}
		r, err := t.set.Table(p, SourceRole)
		if err != nil {
			return err
		}
		for row, err := range corpus.Rows(r) {
			if err != nil {
				return err
			}
			number := func(column string) int64 { return row.Column(column).Ints[row.At] }
			length := number("rows") + number("tokens")
			if err := do(number("part"), row.Column("source").Strings[row.At], length); err != nil {
				return corrupt(t.set.Dir, 0, "has sources of shards that are not there", err, t.set.Rebuild())
			}
		}
	}
	return nil
}
