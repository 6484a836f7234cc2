package dedup

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"iter"

	"corpus"
)

// bytesPerDocument is what clustering holds in memory: the forest and the
// cluster sizes (4 bytes each) and two bits.
const bytesPerDocument = 8.25

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
// generation that is in one.
func (c Config) cluster(env corpus.Env) error {
	k := &clustering{Config: c, env: env}
	edges, err := env.Sort(edgeBytes)
	if err != nil {
		return err
	}
	defer edges.Close()
	k.edges = edges
	if err := k.exactCopies(); err != nil {
		return err
	}
	if err := k.nearCopies(); err != nil {
		return err
	}
	if err := k.survivors(); err != nil {
		return err
	}
	partners, err := k.partners()
	if err != nil {
		return err
	}
	defer partners.Close()
	return k.decide(partners)
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
	if err := k.allocate(); err != nil {
		return err
	}
	return k.eachBucket(s, 16, func(first, d uint32) error {
		k.copies.add(d)
		k.forest.link(first, d)
		return k.edge(first, d, exactEdge)
	})
}

// number adds the text hash and number of every document to s and checks that
// their settings are ours.
func (k *clustering) number(s corpus.Sorter) error {
	first, n := k.env.Parts()
	settings, total := k.String(), uint64(0)
	var record [16 + 4]byte
	for part := range first + n {
		if part == first {
			k.fresh = uint32(total)
		}
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
	if n == 0 {
		k.fresh = uint32(total)
	}
	k.start = append(k.start, uint32(total))
	return nil
}

func otherSettings(part int, made, settings string) error {
	return &corpus.Error{
		Class: corpus.BadConfig, Offset: -1,
		What: fmt.Sprintf("dedup: signatures of part %d are of %q, the settings are %q", part, made, settings),
		Next: "set dedup as it was, or run corpus dedup --rebuild",
	}
}

// allocate makes the tables in memory, or refuses with the memory they need.
func (k *clustering) allocate() error {
	n := int(k.start[len(k.start)-1])
	need := int64(float64(n) * bytesPerDocument)
	if need > k.env.Memory()/2 {
		return &corpus.Error{
			Class: corpus.Refused, Offset: -1,
			What: fmt.Sprintf("dedup: clusters of %d documents need %d bytes, half of the memory given is %d", n, need, k.env.Memory()/2),
			Next: fmt.Sprintf("give --memory %d or more", 2*need),
		}
	}
	k.forest, k.size = newForest(n), make([]uint32, n)
	k.copies, k.seen = newBitset(n), newBitset(n)
	return nil
}

// nearCopies links documents that share a band.
func (k *clustering) nearCopies() error {
	s, err := k.env.Sort(8 + 4)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := k.bands(s); err != nil {
		return err
	}
	return k.eachBucket(s, 8, func(first, d uint32) error {
		k.forest.link(first, d)
		if err := k.edge(first, d, nearEdge); err != nil {
			return err
		}
		return k.edge(d, first, nearEdge)
	})
}

// bands adds the bands of every first copy that has words.
func (k *clustering) bands(s corpus.Sorter) error {
	var record [8 + 4]byte
	d := uint32(0)
	for part := range len(k.start) - 1 {
		err := eachTable(k.env, Signature, part, func(t *corpus.Table) error {
			for _, hashes := range t.Column("hashes").Hashes[:t.Rows] {
				d++
				if k.copies.has(d-1) || len(hashes) == 0 {
					continue
				}
				if len(hashes) != k.signatureLen() {
					return corpus.Errorf(corpus.Corrupt, "dedup: part %d has a signature of %d numbers, want %d", part, len(hashes), k.signatureLen())
				}
				binary.BigEndian.PutUint32(record[8:], d-1)
				for _, h := range hashes[:k.Bands] {
					binary.BigEndian.PutUint64(record[:], h)
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
	}
	return nil
}

// eachBucket calls do for every document of a bucket but its earliest. Records
// are a key of so many bytes and a document number.
func (k *clustering) eachBucket(s corpus.Sorter, key int, do func(first, d uint32) error) error {
	bucket := make([]byte, 0, key)
	first := uint32(0)
	for record, err := range k.each(s) {
		if err != nil {
			return err
		}
		d := binary.BigEndian.Uint32(record[key:])
		if len(bucket) == 0 || !bytes.Equal(bucket, record[:key]) {
			bucket, first = append(bucket[:0], record[:key]...), d
		} else if d != first { // two bands of one document may collide
			if err := do(first, d); err != nil {
				return err
			}
		}
	}
	return nil
}

// each yields the sorted records and ends when the run is interrupted.
func (k *clustering) each(s corpus.Sorter) iter.Seq2[[]byte, error] {
	const often = 1 << 16 // records between two looks
	return func(yield func([]byte, error) bool) {
		n := 0
		for record, err := range s.Each() {
			if n++; n%often == 0 && err == nil {
				err = k.env.Context().Err()
			}
			if !yield(record, err) || err != nil {
				return
			}
		}
	}
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
		if err := k.edge(root, d, survivorEdge); err != nil {
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
