package dedup

import (
	"fmt"

	"corpus"
	"corpus/dedup/index"
)

// clusters are those of new documents and of the survivors that they joined. The
// nodes of its forest are those survivors, ascending, then the new documents.
type clusters struct {
	forest forest
	size   []uint32 // of roots: documents, of all generations
	best   []uint32 // of roots: the document to keep; nil: the root
}

// node is the node of a document.
func (k *clustering) node(d uint32) uint32 {
	if d >= k.fresh {
		return uint32(len(k.elders.roots)) + d - k.fresh
	}
	return k.elders.nodeOf(d)
}

// survivor is the document that stays of the cluster of a root.
func (k *clustering) survivor(root uint32) uint32 {
	old := uint32(len(k.elders.roots))
	switch {
	case root < old:
		return k.elders.roots[root]
	case k.best != nil:
		return k.best[root]
	}
	return root - old + k.fresh
}

// survivorOf is what stays in the place of a new document.
func (k *clustering) survivorOf(d uint32) uint32 { return k.survivor(k.forest.root(k.node(d))) }

// connect makes the clusters out of the links.
func (k *clustering) connect() error {
	n := len(k.elders.roots) + int(k.documents())
	k.forest, k.size = newForest(n), make([]uint32, n)
	err := k.eachLink(func(p pair) error {
		if p.kind != againEdge {
			k.forest.link(k.node(p.d), k.node(p.partner))
		}
		return nil
	})
	if err != nil {
		return err
	}
	k.elders.docs, k.elders.node = nil, nil // only links lead to them
	if err := k.addSizes(); err != nil {
		return err
	}
	if k.KeepCopy == KeepLongest {
		return k.longest()
	}
	return nil
}

// addSizes finds how many documents clusters have, and counts clusters.
func (k *clustering) addSizes() error {
	for i := range k.forest {
		documents := uint32(1)
		if i < len(k.elders.roots) {
			e, ok, err := k.history.find(index.Key{Space: index.Size, High: uint64(k.elders.roots[i])})
			if err != nil {
				return err
			}
			if ok {
				documents = e.Last
				k.env.Count(sizeCount(documents), -1)
			}
		}
		k.size[k.forest.root(uint32(i))] += documents
	}
	largest := k.known.Largest
	for i, size := range k.size {
		if size > 1 && k.forest[i] == uint32(i) {
			k.env.Count("clusters", 1)
			k.env.Count(sizeCount(size), 1)
			largest = max(largest, size)
		}
	}
	if largest > k.known.Largest {
		k.env.Count("clusters.largest", int64(largest-k.known.Largest))
		k.known.Largest = largest
	}
	return nil
}

// sizeCount is the name of the count of clusters of about that size, which their
// weight depends on. A cluster that grows beyond is counted there no more, so that
// the sum over all generations is that of the clusters there are.
func sizeCount(documents uint32) string {
	for _, least := range []uint32{1000, 100, 5, 3} {
		if documents >= least {
			return fmt.Sprintf("clusters.of.%d", least)
		}
	}
	return "clusters.of.2"
}

// longest finds the document to keep of each cluster that has none of an earlier
// generation.
func (k *clustering) longest() error {
	k.best = make([]uint32, len(k.forest))
	most := make([]uint32, len(k.forest))
	return k.eachDocument(keysRole, func(d uint32, t *corpus.Table, i int) error {
		root := k.forest.root(k.node(d))
		if w := worth(t, i) + 1; w > most[root] {
			k.best[root], most[root] = d, w
		}
		return nil
	})
}

// remember puts into the index what stays in the place of what, and how large
// clusters are; and writes the catalogue.
func (k *clustering) remember() error {
	if err := k.parents(); err != nil {
		return err
	}
	if err := k.sizes(); err != nil {
		return err
	}
	if err := k.index.Close(); err != nil {
		return err
	}
	return catalogue{Settings: k.String(), Starts: k.start, Runs: append(k.known.Runs, k.run), Largest: k.known.Largest}.write(k.env)
}

func (k *clustering) parents() error {
	for i, d := range k.elders.roots { // those that are joined to an earlier one
		if s := k.survivor(k.forest.root(uint32(i))); s != d {
			if err := k.put(index.Parent, d, s, s); err != nil {
				return err
			}
		}
	}
	for d := k.fresh; d < k.fresh+k.documents(); d++ {
		if s := k.survivorOf(d); s != d {
			if err := k.put(index.Parent, d, s, s); err != nil {
				return err
			}
		}
	}
	return nil
}

func (k *clustering) sizes() error {
	for i, d := range k.elders.roots {
		if k.forest[i] == uint32(i) {
			if err := k.put(index.Size, d, 0, k.size[i]); err != nil {
				return err
			}
		}
	}
	for d := k.fresh; d < k.fresh+k.documents(); d++ {
		if root := k.forest.root(k.node(d)); k.size[root] > 1 && k.survivor(root) == d {
			if err := k.put(index.Size, d, 0, k.size[root]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (k *clustering) put(space index.Space, d, first, last uint32) error {
	return k.index.Put(index.Entry{Key: index.Key{Space: space, High: uint64(d)}, First: first, Last: last})
}

// survivors joins each new document that does not stay to the one that does, and
// sorts them by document.
func (k *clustering) survivors() (_ corpus.Sorter, err error) {
	if k.edges, err = k.env.Sort(edgeBytes); err != nil {
		return nil, err
	}
	for d := k.fresh; d < k.fresh+k.documents(); d++ {
		if s := k.survivorOf(d); s != d {
			if err := k.edge(s, d, survivorEdge); err != nil {
				return nil, err
			}
		}
	}
	return k.pairs()
}
