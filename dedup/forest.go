package dedup

// forest is a union-find whose roots are the least of their trees, 4 bytes a
// node.
type forest []uint32

func newForest(n int) forest {
	f := make(forest, n)
	for i := range f {
		f[i] = uint32(i)
	}
	return f
}

// root is the least node linked to d; the path is halved on the way.
func (f forest) root(d uint32) uint32 {
	for f[d] != d {
		f[d] = f[f[d]]
		d = f[d]
	}
	return d
}

// link puts two nodes in one tree.
func (f forest) link(a, b uint32) {
	a, b = f.root(a), f.root(b)
	f[max(a, b)] = min(a, b)
}

// bitset is a set of numbers, an eighth of a byte each.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

func (b bitset) add(d uint32) { b[d/64] |= 1 << (d % 64) }

func (b bitset) has(d uint32) bool { return b[d/64]>>(d%64)&1 != 0 }
