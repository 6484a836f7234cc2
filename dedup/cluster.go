package dedup

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"corpus"
)

// bytesPerDocument is what clustering holds in memory: the forest and the
// cluster sizes (4 bytes each) and two bits.
const bytesPerDocument = 8.25

// clusterMemory is the ceiling that clustering needs: half of it is for sorts.
func clusterMemory(documents int64) int64 {
	return 2 * (int64(bytesPerDocument*float64(documents)) + 2*tableMemory)
}

// leastSimilarity is what the sketches of two documents of a bucket must say for
// them to be linked. Long Chinese texts on one subject share a third of their
// shingles, so that among hundreds of them most share a band; of those pairs one
// in 25 passes. Of pairs of similarity 0.6 that share a band it costs one in 100,
// from 0.7 on none.
const leastSimilarity = 0.52

// clustering is the one task between signatures and verdicts. Documents are
// numbered through all parts, earlier generations first. At most two sorts are
// open at a time.
type clustering struct {
	Config
	env    corpus.Env
	start  []uint32 // number of the first document of each part, then the total
	fresh  uint32   // number of this generation's first document
	forest forest
	copies bitset // exact copies of an earlier document
	size   []uint32
	seen   bitset        // roots of clusters that were counted
	edges  corpus.Sorter // partner, document, kind: see edge
}

// cluster finds the clusters and writes a row for each document of this
// generation that is in one. Sorts that an error leaves open the engine closes.
func (c Config) cluster(env corpus.Env) (err error) {
	k := &clustering{Config: c, env: env}
	if k.edges, err = env.Sort(edgeBytes); err != nil {
		return err
	}
	if err := k.candidates(); err != nil {
		return err
	}
	pairs, err := k.pairs()
	if err != nil {
		return err
	}
	if k.edges, err = env.Sort(edgeBytes); err != nil {
		return err
	}
	if err := k.eachPair(pairs, k.confirm); err != nil {
		return err
	}
	if err := k.survivors(); err != nil {
		return err
	}
	if pairs, err = k.pairs(); err != nil {
		return err
	}
	return k.decide(pairs)
}

// candidates links exact copies and finds the pairs that may be near ones.
func (k *clustering) candidates() error {
	if err := k.exactCopies(); err != nil {
		return err
	}
	if err := k.readAgain(); err != nil {
		return err
	}
	return k.nearCopies()
}

// exactCopies numbers the documents and links those of equal text.
func (k *clustering) exactCopies() error {
	s, err := k.env.Sort(16 + 4)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := k.number(s); err != nil {
		return err
	}
	n := int(k.start[len(k.start)-1])
	k.forest, k.size = newForest(n), make([]uint32, n)
	k.copies, k.seen = newBitset(n), newBitset(n)
	return k.eachBucket(s, 16, func(first, _, d uint32) error {
		k.copies.add(d)
		k.forest.link(first, d)
		return k.freshEdge(first, d, exactEdge)
	})
}

// readAgain finds the documents that an earlier generation has under the same
// id: a source that changed was read anew, and this is still in it.
func (k *clustering) readAgain() error {
	if k.fresh == 0 {
		return nil
	}
	s, err := k.env.Sort(16 + 4)
	if err != nil {
		return err
	}
	defer s.Close()
	var record [16 + 4]byte
	err = k.eachDocument(func(d uint32, t *corpus.Table, i int) error {
		if d >= k.fresh && !k.copies.has(d) {
			return nil
		}
		copy(record[:], t.Column("id").IDs[i][:])
		binary.BigEndian.PutUint32(record[16:], d)
		return s.Add(record[:])
	})
	if err != nil {
		return err
	}
	return k.eachBucket(s, 16, func(first, _, d uint32) error {
		if first >= k.fresh {
			return nil
		}
		return k.freshEdge(first, d, againEdge)
	})
}

// number adds the text hash and number of every document to s and checks that
// their settings are ours.
func (k *clustering) number(s corpus.Sorter) error {
	first, n := k.env.Parts()
	settings, total := k.String(), uint64(0)
	var record [16 + 4]byte
	for part := range first + n {
		k.start = append(k.start, uint32(total))
		err := eachTable(k.env, Signature, part, func(t *corpus.Table) error {
			made, exact := t.Column("settings").Strings, t.Column("exact").IDs
			for i := range t.Rows {
				if made[i] != settings {
					return otherSettings(part, made[i], settings)
				}
				copy(record[:], exact[i][:])
				binary.BigEndian.PutUint32(record[16:], uint32(total))
				if err := s.Add(record[:]); err != nil {
					return err
				}
				if total++; total > MaxDocuments {
					return corpus.Errorf(corpus.Refused, "dedup: more than %d documents", uint32(MaxDocuments))
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	k.start = append(k.start, uint32(total))
	k.fresh = k.start[first]
	return nil
}

// eachDocument calls do with every document's row, in the order of numbers.
func (k *clustering) eachDocument(do func(d uint32, t *corpus.Table, i int) error) error {
	d := uint32(0)
	for part := range len(k.start) - 1 {
		err := eachTable(k.env, Signature, part, func(t *corpus.Table) error {
			for i := range t.Rows {
				if err := do(d, t, i); err != nil {
					return err
				}
				d++
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func otherSettings(part int, made, settings string) error {
	return &corpus.Error{
		Class: corpus.BadConfig, Offset: -1,
		What: fmt.Sprintf("dedup: signatures of part %d are of %q, the settings are %q", part, made, settings),
		Next: "set dedup as it was, or run corpus dedup --rebuild",
	}
}

// nearCopies finds the pairs that share a band: each document of a bucket with
// the earliest and with the one before it, so that neither a bucket that begins
// with a stranger nor its length costs more than two comparisons a document.
func (k *clustering) nearCopies() error {
	s, err := k.env.Sort(8 + 4)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := k.bands(s); err != nil {
		return err
	}
	return k.eachBucket(s, 8, func(first, before, d uint32) error {
		if before != first {
			if err := k.edge(before, d, nearEdge); err != nil {
				return err
			}
		}
		return k.edge(first, d, nearEdge)
	})
}

// bands adds the bands of every first copy that has words.
func (k *clustering) bands(s corpus.Sorter) error {
	var record [8 + 4]byte
	return k.eachDocument(func(d uint32, t *corpus.Table, i int) error {
		hashes := t.Column("hashes").Hashes[i]
		if k.copies.has(d) || len(hashes) == 0 {
			return nil
		}
		if len(hashes) != k.signatureLen() {
			return corpus.Errorf(corpus.Corrupt, "dedup: document %d has a signature of %d numbers, want %d", d, len(hashes), k.signatureLen())
		}
		binary.BigEndian.PutUint32(record[8:], d)
		for _, h := range hashes[:k.Bands] {
			binary.BigEndian.PutUint64(record[:], h)
			if err := s.Add(record[:]); err != nil {
				return err
			}
		}
		return nil
	})
}

// confirm links the candidates that are similar enough and notes them.
func (k *clustering) confirm(p pair) error {
	if p.kind != nearEdge {
		return k.freshEdge(p.partner, p.d, p.kind)
	}
	if p.similarity < leastSimilarity {
		return nil
	}
	k.forest.link(p.partner, p.d)
	if err := k.freshEdge(p.d, p.partner, nearEdge); err != nil {
		return err
	}
	return k.freshEdge(p.partner, p.d, nearEdge)
}

// eachBucket calls do for every document of a bucket but its earliest, with that
// and the one before it. Records are a key of so many bytes and a document number.
func (k *clustering) eachBucket(s corpus.Sorter, key int, do func(first, before, d uint32) error) error {
	bucket := make([]byte, 0, key)
	var first, before uint32
	for record, err := range sorted(k.env, s) {
		if err != nil {
			return err
		}
		d := binary.BigEndian.Uint32(record[key:])
		if len(bucket) == 0 || !bytes.Equal(bucket, record[:key]) {
			bucket, first = append(bucket[:0], record[:key]...), d
		} else if d != before { // two bands of one document may collide
			if err := do(first, before, d); err != nil {
				return err
			}
		}
		before = d
	}
	return nil
}

// survivors counts the clusters' documents and joins each document to its
// survivor.
func (k *clustering) survivors() error {
	for i := range k.forest {
		d := uint32(i)
		root := k.forest.root(d)
		k.size[root]++
		if root == d {
			continue
		}
		if err := k.freshEdge(root, d, survivorEdge); err != nil {
			return err
		}
	}
	for i := range k.forest[k.fresh:] {
		root := k.forest.root(k.fresh + uint32(i))
		if k.size[root] > 1 && !k.seen.has(root) {
			k.seen.add(root)
			k.env.Count("clusters", 1)
		}
	}
	return nil
}
