package dedup

import (
	"encoding/binary"
	"fmt"
	"slices"

	"corpus"
	"corpus/dedup/index"
)

// elders are the documents of earlier generations that new ones are linked to.
type elders struct {
	docs  []uint32 // ascending
	node  []uint32 // of each: which of roots stays in its place
	roots []uint32 // ascending
}

// bytesPerElder is what clustering holds of each to its end, when each has a
// survivor of its own: that, and what it holds of a new document but the bit. For
// a while, when there are fewer sorts, it is twice as much.
func (c Config) bytesPerElder() int64 { return 4 + int64(c.bytesPerDocument()) }

// findElders reads the elders, each any number of times, and finds what stays in
// their place.
func (k *clustering) findElders(s corpus.Sorter) error {
	n, last := int64(0), int64(-1)
	for r, err := range sorted(k.env, s) {
		if err != nil {
			return err
		}
		d := binary.BigEndian.Uint32(r)
		if int64(d) == last {
			continue
		}
		last = int64(d)
		if n++; k.clusterMemory(int64(k.documents()))+4*n*k.bytesPerElder() <= k.env.Memory() {
			k.elders.docs = append(k.elders.docs, d)
		}
	}
	if n > int64(len(k.elders.docs)) {
		need := (k.clusterMemory(int64(k.documents())) + 4*n*k.bytesPerElder() + 1<<20 - 1) >> 20
		return &corpus.Error{
			Class: corpus.Refused, Offset: -1,
			What: fmt.Sprintf("dedup cluster: new documents are like %d of earlier generations, for which it needs %dMiB of memory", n, need),
			Next: fmt.Sprintf("give --memory %dMiB or more", need),
		}
	}
	e := &k.elders
	survivors := slices.Clone(e.docs)
	for more := true; more; {
		var err error
		if more, err = k.climb(survivors); err != nil {
			return err
		}
	}
	e.roots = distinct(survivors)
	e.node = survivors
	for i, d := range survivors {
		n, _ := slices.BinarySearch(e.roots, d)
		e.node[i] = uint32(n)
	}
	return nil
}

// climb replaces every document by what took its place, where something did, and
// says whether anything did. A survivor that a later document joined to an earlier
// one was replaced itself.
func (k *clustering) climb(docs []uint32) (more bool, err error) {
	from := distinct(docs)
	to := slices.Clone(from)
	for i, d := range from {
		e, ok, err := k.history.find(index.Key{Space: index.Parent, High: uint64(d)})
		if err != nil {
			return false, err
		}
		if ok {
			to[i], more = e.First, true
		}
	}
	if !more {
		return false, nil
	}
	for i, d := range docs {
		n, _ := slices.BinarySearch(from, d)
		docs[i] = to[n]
	}
	return true, nil
}

func distinct(docs []uint32) []uint32 {
	all := slices.Clone(docs)
	slices.Sort(all)
	return slices.Compact(all)
}

// nodeOf is which of roots stays in the place of an elder.
func (e *elders) nodeOf(d uint32) uint32 {
	i, _ := slices.BinarySearch(e.docs, d)
	return e.node[i]
}
