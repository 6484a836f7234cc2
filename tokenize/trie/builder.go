package trie

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

const (
	blockUnits = 256 // bases of one block lead to units of this block only
	openBlocks = 16  // blocks where room is still looked for
)

// builder lays the nodes out. Free units of the open blocks are a ring.
type builder struct {
	keys   []string // sorted, distinct
	values []uint32
	units  []uint64
	used   []bool // by base
	next   []uint32
	prev   []uint32
	head   uint32 // a free unit, or 0
	labels []byte
}

func newBuilder(keys []string, values []uint32) *builder {
	order := make([]int32, len(keys))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int {
		return cmp.Or(strings.Compare(keys[a], keys[b]), cmp.Compare(a, b))
	})
	b := &builder{}
	for i, k := range order {
		last := i+1 == len(order) || keys[order[i+1]] != keys[k]
		if last && keys[k] != "" {
			b.keys, b.values = append(b.keys, keys[k]), append(b.values, values[k])
		}
	}
	return b
}

func (b *builder) build() error {
	for _, v := range b.values {
		if v > MaxValue {
			return fmt.Errorf("trie: a value of %d, allowed are 0 to %d", v, MaxValue)
		}
	}
	b.block() // the root alone, and what leaves lead to: nothing
	b.head = 0
	return b.node(0, 0, len(b.keys), 0)
}

// node lays out the children of the node at unit at, whose keys are lo to hi
// and equal in their first depth bytes.
func (b *builder) node(at uint32, lo, hi, depth int) error {
	if lo < hi && len(b.keys[lo]) == depth {
		b.units[at] |= uint64(b.values[lo]+1) << valueAt
		lo++
	}
	if lo == hi {
		return nil
	}
	base, err := b.place(lo, hi, depth)
	if err != nil {
		return err
	}
	b.units[at] |= uint64(base) << baseAt
	for from := lo; from < hi; {
		c := b.keys[from][depth]
		to := b.after(from, hi, depth)
		if err := b.node(base^uint32(c), from, to, depth+1); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// after is the end of the keys that have the byte at depth of key from.
func (b *builder) after(from, hi, depth int) int {
	c := b.keys[from][depth]
	n, _ := slices.BinarySearchFunc(b.keys[from:hi], c, func(k string, c byte) int {
		if k[depth] <= c {
			return -1
		}
		return 1
	})
	return from + n
}

// place finds a base of which every child's unit is free, and takes these.
func (b *builder) place(lo, hi, depth int) (uint32, error) {
	b.labels = b.labels[:0]
	for from := lo; from < hi; from = b.after(from, hi, depth) {
		b.labels = append(b.labels, b.keys[from][depth])
	}
	base, ok := b.room()
	if !ok {
		if len(b.units) >= MaxUnits {
			return 0, fmt.Errorf("trie: more than %d units", MaxUnits)
		}
		base = b.block() ^ uint32(b.labels[0])
	}
	b.used[base] = true
	for _, c := range b.labels {
		b.take(base ^ uint32(c))
		b.units[base^uint32(c)] = present | uint64(c)
	}
	return base, nil
}

func (b *builder) room() (base uint32, ok bool) {
	if b.head == 0 {
		return 0, false
	}
	for e := b.head; ; {
		base := e ^ uint32(b.labels[0])
		if !b.used[base] && b.fits(base) {
			return base, true
		}
		if e = b.next[e]; e == b.head {
			return 0, false
		}
	}
}

func (b *builder) fits(base uint32) bool {
	for _, c := range b.labels[1:] {
		if b.units[base^uint32(c)] != 0 {
			return false
		}
	}
	return true
}

// block adds a block of free units, closes the oldest one that was open, and
// gives the first unit.
func (b *builder) block() uint32 {
	first := len(b.units)
	b.units = append(b.units, make([]uint64, blockUnits)...)
	b.used = append(b.used, make([]bool, blockUnits)...)
	for i := range uint32(blockUnits) {
		b.next = append(b.next, uint32(first)+i+1)
		b.prev = append(b.prev, uint32(first)+i-1)
	}
	if old := first - openBlocks*blockUnits; old > 0 {
		for i := old; i < old+blockUnits; i++ {
			if b.units[i] == 0 {
				b.take(uint32(i))
			}
		}
	}
	last := uint32(first + blockUnits - 1)
	b.link(uint32(first), last)
	return uint32(first)
}

// link puts a chain of units before the head of the ring.
func (b *builder) link(first, last uint32) {
	if b.head == 0 {
		b.head = first
		b.next[last], b.prev[first] = first, last
		return
	}
	tail := b.prev[b.head]
	b.next[tail], b.prev[first] = first, tail
	b.next[last], b.prev[b.head] = b.head, last
}

// take removes a unit from the ring.
func (b *builder) take(u uint32) {
	if b.next[u] == u {
		b.head = 0
		return
	}
	b.next[b.prev[u]], b.prev[b.next[u]] = b.next[u], b.prev[u]
	if b.head == u {
		b.head = b.next[u]
	}
}
