package dedup

import (
	"encoding/binary"
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

// bytesPerElder is what finding the survivors of elders holds of each at most:
// five lists of numbers, of which one may be grown to twice its length.
const bytesPerElder = 6 * 4

// findElders reads the elders, each any number of times, and finds what stays in
// their place.
func (k *clustering) findElders(s corpus.Sorter) error {
	most := k.env.Memory() / 4 / bytesPerElder
	for r, err := range sorted(k.env, s) {
		if err != nil {
			return err
		}
		d, n := binary.BigEndian.Uint32(r), len(k.elders.docs)
		if n > 0 && k.elders.docs[n-1] == d {
			continue
		}
		if int64(n) == most {
			return &corpus.Error{
				Class: corpus.Refused, Offset: -1,
				What: "dedup cluster: new documents are linked to more of earlier generations than the memory holds", Next: "give more --memory",
			}
		}
		k.elders.docs = append(k.elders.docs, d)
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
