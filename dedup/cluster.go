package dedup

import (
	"encoding/binary"

	"corpus"
	"corpus/dedup/index"
)

// leastSimilarity is what the sketches of two documents of a bucket must say for
// them to be linked. Long Chinese texts on one subject share a third of their
// shingles, so that among hundreds of them most share a band; of those pairs one
// in 25 passes. Of pairs of similarity 0.6 that share a band it costs one in 100,
// from 0.7 on none.
const leastSimilarity = 0.52

// leastSimilarity is that of the settings: datatrove asks for none.
func (c Config) leastSimilarity() float64 {
	if c.Code == Datatrove {
		return 0
	}
	return leastSimilarity
}

// clusterMemory is the ceiling that clustering needs of so many new documents:
// three quarters of it are for sorts, of which no more than three are open.
// What the last quarter has beside that is for elders.
func (c Config) clusterMemory(documents int64) int64 {
	return 4 * (int64(c.bytesPerDocument()*float64(documents)) + 3*tableMemory)
}

// bytesPerDocument is what clustering holds for each new document: the forest,
// the sizes, a bit; with KeepLongest the best of a cluster, and how good it is.
func (c Config) bytesPerDocument() float64 {
	if c.KeepCopy == KeepLongest {
		return 4 + 4 + 4 + 4 + 1./8
	}
	return 4 + 4 + 1./8
}

// clustering is the one task between signatures and verdicts. Documents are
// numbered through all parts, earlier generations first.
type clustering struct {
	Config
	env     corpus.Env
	known   catalogue
	history *history
	merged  *history // runs that become part of the new one
	index   *index.Merger
	run     index.Info // the new one
	start   []uint32   // number of the first document of each part, then the total
	fresh   uint32     // number of this generation's first document
	done    bitset     // its documents that are someone's copy, and are not compared
	edges   corpus.Sorter
	links   corpus.Sorter
	elders  elders
	clusters
}

// cluster finds what this generation's documents repeat, and writes a row for
// each of them that is in a cluster. Sorts that an error leaves open the engine
// closes.
func (c Config) cluster(env corpus.Env) (err error) {
	k, err := c.newClustering(env)
	if err != nil {
		return err
	}
	defer k.close()
	if _, n := env.Parts(); n == 0 {
		_, err := env.Create(cluster, clusterSchema())
		return err
	}
	for _, step := range []func() error{k.candidates, k.compare, k.connect, k.remember, k.decide} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (c Config) newClustering(env corpus.Env) (k *clustering, err error) {
	k = &clustering{Config: c, env: env, history: &history{}, merged: &history{}}
	if k.known, err = c.readCatalogue(env); err != nil {
		return nil, err
	}
	k.start = k.known.Starts
	k.fresh = k.start[len(k.start)-1]
	k.history, err = openHistory(env, k.known.Runs)
	return k, err
}

func (k *clustering) close() {
	k.history.close()
	k.merged.close()
}

// documents is how many this generation has.
func (k *clustering) documents() uint32 { return k.start[len(k.start)-1] - k.fresh }

// candidates finds exact copies, and the pairs that may be near ones.
func (k *clustering) candidates() (err error) {
	if k.edges, err = k.env.Sort(edgeBytes); err != nil {
		return err
	}
	if err := k.exactCopies(); err != nil {
		return err
	}
	if err := k.readAgain(); err != nil {
		return err
	}
	if err := k.sameURL(); err != nil {
		return err
	}
	return k.nearCopies()
}

// eachDocument calls do with every new document's row of a table, in the order of
// numbers, and notes where parts begin.
func (k *clustering) eachDocument(role string, do func(d uint32, t *corpus.Table, i int) error) error {
	first, n := k.env.Parts()
	d := k.fresh
	for part := first; part < first+n; part++ {
		err := corpus.EachTable(k.env, role, part, func(t *corpus.Table) error {
			for i := range t.Rows {
				if d == MaxDocuments {
					return corpus.Errorf(corpus.Refused, "dedup: more than %d documents", uint32(MaxDocuments))
				}
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
		k.start = append(k.start[:part+1:part+1], d)
	}
	return nil
}

// exactCopies numbers the documents and links those of equal text.
func (k *clustering) exactCopies() error {
	s, err := k.sortKeys("exact")
	if err != nil {
		return err
	}
	defer s.Close()
	if err := k.openIndex(); err != nil {
		return err
	}
	k.done = newBitset(int(k.documents()))
	return k.eachBucket(s, index.Text, func(first, _, d uint32) error {
		k.done.add(d - k.fresh)
		return k.edge(first, d, exactEdge)
	})
}

// sortKeys sorts the documents by a column of hashes, then those that are to stay
// rather than others first.
func (k *clustering) sortKeys(column string) (corpus.Sorter, error) {
	s, err := k.env.Sort(16 + 4 + 4)
	if err != nil {
		return nil, err
	}
	var record [16 + 4 + 4]byte
	return s, k.eachDocument(keysRole, func(d uint32, t *corpus.Table, i int) error {
		id := t.Column(column).IDs[i]
		if id == (corpus.ID{}) {
			return nil
		}
		copy(record[:], id[:])
		if k.KeepCopy == KeepLongest {
			binary.BigEndian.PutUint32(record[16:], ^worth(t, i))
		}
		binary.BigEndian.PutUint32(record[20:], d)
		return s.Add(record[:])
	})
}

// worth orders documents by what KeepLongest prefers: trusted ones, long ones.
func worth(t *corpus.Table, i int) uint32 {
	return uint32(t.Column("trusted").Ints[i])<<31 | uint32(t.Column("bytes").Ints[i])
}

// openIndex begins the run of this generation.
func (k *clustering) openIndex() error {
	first, _ := k.env.Parts()
	keep, total := index.Keep(k.known.Runs, int64(k.documents()))
	k.run = index.Info{Part: first, Documents: total}
	var err error
	if k.merged, err = openHistory(k.env, k.known.Runs[keep:]); err != nil {
		return err
	}
	k.known.Runs = k.known.Runs[:keep:keep]
	blocks, err := k.env.Create(seenRole, index.Schema())
	if err != nil {
		return err
	}
	fences, err := k.env.Create(fenceRole, index.FenceSchema())
	if err != nil {
		return err
	}
	k.index, err = index.NewMerger(index.NewWriter(blocks, fences), k.merged.runs)
	return err
}

// readAgain finds the exact copies whose id an earlier generation has: a source
// that changed was read anew, and this is still in it.
func (k *clustering) readAgain() error {
	s, err := k.env.Sort(8 + 4)
	if err != nil {
		return err
	}
	defer s.Close()
	var record [8 + 4]byte
	err = k.eachDocument(keysRole, func(d uint32, t *corpus.Table, i int) error {
		id := t.Column("id").IDs[i]
		h := mix(binary.BigEndian.Uint64(id[:8]) ^ mix(binary.BigEndian.Uint64(id[8:])+golden))
		binary.BigEndian.PutUint64(record[:], h)
		binary.BigEndian.PutUint32(record[8:], d)
		return s.Add(record[:])
	})
	if err != nil {
		return err
	}
	return k.eachBucket(s, index.ID, func(first, _, d uint32) error {
		if first >= k.fresh || !k.done.has(d-k.fresh) {
			return nil
		}
		return k.edge(first, d, againEdge)
	})
}

// sameURL links the documents that are at the same place as another. Those that
// are exact copies of something are not asked, but may be what others repeat.
func (k *clustering) sameURL() error {
	if !k.URL {
		return nil
	}
	s, err := k.sortKeys("url")
	if err != nil {
		return err
	}
	defer s.Close()
	return k.eachBucket(s, index.URL, func(first, _, d uint32) error {
		if k.done.has(d - k.fresh) {
			return nil
		}
		k.done.add(d - k.fresh)
		return k.edge(first, d, urlEdge)
	})
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
	return k.eachBucket(s, index.Band, func(first, before, d uint32) error {
		if before != first {
			if err := k.edge(before, d, nearEdge); err != nil {
				return err
			}
		}
		return k.edge(first, d, nearEdge)
	})
}

// bands adds the bands of every document that has words and is nobody's copy.
func (k *clustering) bands(s corpus.Sorter) error {
	var record [8 + 4]byte
	return k.eachDocument(bandsRole, func(d uint32, t *corpus.Table, i int) error {
		hashes := t.Columns[0].Hashes[i]
		if k.done.has(d-k.fresh) || len(hashes) == 0 {
			return nil
		}
		if len(hashes) != k.Bands {
			return corpus.Errorf(corpus.Corrupt, "dedup: document %d has %d bands, want %d", d, len(hashes), k.Bands)
		}
		binary.BigEndian.PutUint32(record[8:], d)
		for _, h := range hashes {
			binary.BigEndian.PutUint64(record[:], h)
			if err := s.Add(record[:]); err != nil {
				return err
			}
		}
		return nil
	})
}

// bucket is the documents of one key.
type bucket struct {
	key           index.Key
	known         bool   // there are documents of earlier generations in it
	first, before uint32 // its first document, and the last one so far
	fresh         uint32 // its first new document
}

// eachBucket calls do for every new document of a bucket but its first, with that
// and the one before it, and notes the bucket in the index. Records begin with a
// key and end with a document number.
func (k *clustering) eachBucket(s corpus.Sorter, space index.Space, do func(first, before, d uint32) error) error {
	var b bucket
	none := true
	for record, err := range sorted(k.env, s) {
		if err != nil {
			return err
		}
		d, key := binary.BigEndian.Uint32(record[len(record)-4:]), keyOf(space, record)
		if none || key != b.key {
			if err := k.note(b, none); err != nil {
				return err
			}
			if b, err = k.begin(key, d); err != nil {
				return err
			}
			none = false
		}
		if d == b.before { // the first, or two bands of one document that collide
			continue
		}
		if err := do(b.first, b.before, d); err != nil {
			return err
		}
		b.before = d
	}
	return k.note(b, none)
}

func keyOf(space index.Space, record []byte) index.Key {
	key := index.Key{Space: space, High: binary.BigEndian.Uint64(record)}
	if len(record) > 16 {
		key.Low = binary.BigEndian.Uint64(record[8:])
	}
	return key
}

// begin is a bucket whose first new document is d.
func (k *clustering) begin(key index.Key, d uint32) (bucket, error) {
	b := bucket{key: key, first: d, before: d, fresh: d}
	old, known, err := k.history.find(key)
	if known {
		b.known, b.first, b.before = true, old.First, old.Last
	}
	return b, err
}

// note puts a bucket into the index. Only of bands the last document matters.
func (k *clustering) note(b bucket, none bool) error {
	switch {
	case none || b.known && b.key.Space != index.Band:
		return nil
	case b.key.Space != index.Band:
		b.before = b.fresh
	}
	return k.index.Put(index.Entry{Key: b.key, First: b.fresh, Last: b.before})
}
