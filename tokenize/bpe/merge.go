package bpe

import (
	"math"
	"math/bits"
)

// scanSymbols is the longest word that is merged by scanning for the best pair,
// which is quadratic but faster than a heap on short words.
const scanSymbols = 48

// mergeTable finds the merge of a pair of tokens.
type mergeTable struct {
	first []uint32    // the rank by pair of bytes, where all merging begins
	slots []mergeSlot // open addressing, at most half full
	bits  uint
	ids   []uint32 // the token made, by rank
}

// mergeTo is the rank of a merge, which orders them, and the token it makes.
// rank is none where there is no merge.
type mergeTo struct{ rank, id uint32 }

type mergeSlot struct {
	key uint64 // plus 1, so that 0 is empty
	mergeTo
}

// newMergeTable indexes merges by rank; of a pair listed twice the last counts,
// as in Hugging Face.
func newMergeTable(merges []Merge) mergeTable {
	t := makeMergeTable(len(merges))
	for rank, m := range merges {
		t.ids[rank] = m.ID
		t.put(m, uint32(rank))
	}
	return t
}

// indexBytes fills first.
func (t *mergeTable) indexBytes(bytes *[256]uint32) {
	t.first = make([]uint32, 1<<16)
	for i := range t.first {
		t.first[i] = t.find(bytes[i>>8], bytes[i&0xFF]).rank
	}
}

// makeMergeTable makes room for n merges.
func makeMergeTable(n int) mergeTable {
	size := 1 << max(4, bits.Len(uint(2*n)))
	return mergeTable{bits: uint(64 - bits.TrailingZeros(uint(size))), slots: make([]mergeSlot, size), ids: make([]uint32, n)}
}

// put adds a merge, for which there is room.
func (t *mergeTable) put(m Merge, rank uint32) {
	key := pairKey(m.Left, m.Right)
	*t.slot(key) = mergeSlot{key + 1, mergeTo{rank, m.ID}}
}

// slot finds the slot of a pair, or the empty one where it belongs.
func (t *mergeTable) slot(key uint64) *mergeSlot {
	mask := uint64(len(t.slots) - 1)
	for i := key * 0x9E3779B97F4A7C15 >> t.bits; ; i = (i + 1) & mask {
		if s := &t.slots[i&mask]; s.key == 0 || s.key == key+1 {
			return s
		}
	}
}

func (t *mergeTable) find(left, right uint32) mergeTo {
	if s := t.slot(pairKey(left, right)); s.key != 0 {
		return s.mergeTo
	}
	return mergeTo{rank: none}
}

// Encoder applies the merges of a model to one piece at a time. It reuses its
// memory, and is for one goroutine.
type Encoder struct {
	model *Model
	ids   []uint32
	ranks []uint32 // of the pair (i, i+1)
	nodes []node
	queue queue // rank<<32 | place of its left half
}

// node is a symbol of a word in a linked list; -1 ends it.
type node struct {
	id         uint32
	prev, next int32
}

// dead marks a node that was merged into the one before it.
const dead = -2

// NewEncoder makes an encoder for one goroutine.
func (m *Model) NewEncoder() *Encoder { return &Encoder{model: m} }

// Append appends the tokens of a piece, which is valid UTF-8 and in the
// characters that the tokens are written in. It remembers nothing of it.
func (m *Encoder) Append(dst []uint32, piece string) []uint32 {
	if m.model.byteLevel {
		if word, ok := ByteLevel.Decode(piece); ok {
			return m.AppendBytes(dst, word)
		}
	}
	if id, ok := m.model.wholeChars[piece]; ok {
		return append(dst, id)
	}
	m.ids = m.model.characters(m.ids[:0], piece)
	t := &m.model.ranks
	m.ranks = m.ranks[:0]
	for i := 1; i < len(m.ids) && len(m.ids) <= scanSymbols; i++ {
		m.ranks = append(m.ranks, t.find(m.ids[i-1], m.ids[i]).rank)
	}
	return m.merged(dst)
}

// AppendBytes is Append of the characters of byte-level BPE, one for each byte
// of the word. The word need not be UTF-8.
func (m *Encoder) AppendBytes(dst []uint32, word string) []uint32 {
	if !m.model.byteLevel {
		return m.Append(dst, ByteLevel.Encode(word))
	}
	if id, ok := m.model.whole[word]; ok {
		return append(dst, id)
	}
	m.ids, m.ranks = m.ids[:0], m.ranks[:0]
	for i := range len(word) {
		m.ids = append(m.ids, m.model.bytes[word[i]])
	}
	first := m.model.ranks.first
	for i := 1; i < len(word) && len(word) <= scanSymbols; i++ {
		m.ranks = append(m.ranks, first[int(word[i-1])<<8|int(word[i])])
	}
	return m.merged(dst)
}

// merged appends what the symbols in ids are merged to. Of few of them ranks has
// those of their pairs.
func (m *Encoder) merged(dst []uint32) []uint32 {
	if len(m.ids) <= scanSymbols {
		m.scan()
		return append(dst, m.ids...)
	}
	for ids := m.ids; len(ids) > 0; {
		n := min(len(ids), MaxMergeSymbols)
		dst = m.heap(dst, ids[:n])
		ids = ids[n:]
	}
	if cap(m.ids) > keepSymbols {
		m.ids = nil
	}
	return dst
}

// scan merges the leftmost pair of the lowest rank until there is none.
func (m *Encoder) scan() {
	t := &m.model.ranks
	ids, ranks := m.ids, m.ranks
	for {
		at, best := 0, uint32(none)
		for i, r := range ranks {
			if r < best {
				at, best = i, r
			}
		}
		if best == none {
			m.ids = ids
			return
		}
		ids[at] = t.ids[best]
		ids = append(ids[:at+1], ids[at+2:]...)
		ranks = append(ranks[:at], ranks[at+1:]...)
		if at < len(ranks) {
			ranks[at] = t.find(ids[at], ids[at+1]).rank
		}
		if at > 0 {
			ranks[at-1] = t.find(ids[at-1], ids[at]).rank
		}
	}
}

// heap does the same with a queue of pairs by (rank, place), in n log n steps,
// and appends the tokens to dst. An entry is stale when its place no longer makes
// its token.
func (m *Encoder) heap(dst, ids []uint32) []uint32 {
	t := &m.model.ranks
	m.nodes, m.queue = m.nodes[:0], m.queue[:0]
	for i, id := range ids {
		m.nodes = append(m.nodes, node{id, int32(i - 1), int32(i + 1)})
	}
	m.nodes[len(ids)-1].next = -1
	for i := range len(ids) - 1 {
		if to := t.find(ids[i], ids[i+1]); to.rank != none {
			m.queue = append(m.queue, uint64(to.rank)<<32|uint64(i))
		}
	}
	m.queue.heapify()
	for len(m.queue) > 0 {
		top := m.queue.pop()
		m.apply(int32(top&math.MaxUint32), t.ids[top>>32])
	}
	for i := int32(0); i >= 0; i = m.nodes[i].next {
		dst = append(dst, m.nodes[i].id)
	}
	if cap(m.queue) > keepSymbols {
		m.nodes, m.queue = nil, nil
	}
	return dst
}

// offer queues the pair that starts at node i, if it is a merge.
func (m *Encoder) offer(i int32) {
	n := m.nodes[i]
	if n.next < 0 {
		return
	}
	if to := m.model.ranks.find(n.id, m.nodes[n.next].id); to.rank != none {
		m.queue.push(uint64(to.rank)<<32 | uint64(i))
	}
}

// apply merges node i with the next, if that still makes token id.
func (m *Encoder) apply(i int32, id uint32) {
	n := &m.nodes[i]
	if n.next < 0 { // dead, or the last
		return
	}
	right := m.nodes[n.next]
	if to := m.model.ranks.find(n.id, right.id); to.rank == none || to.id != id {
		return
	}
	m.nodes[n.next].next = dead
	n.id, n.next = id, right.next
	if right.next >= 0 {
		m.nodes[right.next].prev = i
	}
	if n.prev >= 0 {
		m.offer(n.prev)
	}
	m.offer(i)
}

func pairKey(left, right uint32) uint64 { return uint64(left)<<32 | uint64(right) }
