package trie

import "fmt"

// Trie does not change after it was made and may be used by many goroutines.
type Trie struct {
	units []uint64
}

// Node is a place in a trie, reached by the bytes so far. It is the unit of the
// double array itself, so that a step is one read of memory:
//
//	bits 32–63  base: the child by byte c is unit base^c; 0 where there is none
//	bits 9–31   the value plus one; 0 where no key ends here
//	bits 0–8    256 plus the byte that leads here; 0 in the root and where no node is
type Node uint64

const (
	valueBits = 23
	valueAt   = 9
	baseAt    = 32
	present   = 256
)

// MaxValue is the largest value that a key may have.
const MaxValue = 1<<valueBits - 2

// MaxUnits is how many units a trie may have, 8 bytes each: some two or three
// for each byte in which keys differ from all that sort before them.
const MaxUnits = 1 << 30

// New makes the trie of keys, each with the value at the same place. Of equal
// keys the last counts; the empty key is left out, since it begins every text.
func New(keys []string, values []uint32) (*Trie, error) {
	if len(keys) != len(values) {
		return nil, fmt.Errorf("trie: %d keys and %d values", len(keys), len(values))
	}
	b := newBuilder(keys, values)
	if err := b.build(); err != nil {
		return nil, err
	}
	return &Trie{units: b.units}, nil
}

// Root is the node of no bytes.
func (t *Trie) Root() Node { return Node(t.units[0]) }

// Child is the node that byte c leads to from n, or 0.
func (t *Trie) Child(n Node, c byte) Node {
	u := t.units[uint32(n>>baseAt)^uint32(c)]
	if u&(present<<1-1) != present|uint64(c) {
		return 0
	}
	return Node(u)
}

// Ends says whether a key ends at n.
func (n Node) Ends() bool { return uint32(n)>>valueAt != 0 }

// Value is the value of the key that ends at n; only where one does.
func (n Node) Value() uint32 { return uint32(n)>>valueAt - 1 }

// Find gives the value of a key.
func (t *Trie) Find(key string) (value uint32, ok bool) {
	n := t.Root()
	for i := range len(key) {
		if n = t.Child(n, key[i]); n == 0 {
			return 0, false
		}
	}
	return n.Value(), n.Ends()
}
