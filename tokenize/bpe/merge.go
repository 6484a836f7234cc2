package bpe

import (
	"math"
	"math/bits"
)

// mergeTable finds the rank of the merge of a pair of tokens.
type mergeTable struct {
	first []uint32 // by pair of bytes, where all merging begins
	slots []slot   // open addressing, at most half full
	shift uint
	ids   []uint32 // the token made, by rank

	// base is the id of the first rank where ids follow one another as the ranks
	// do, else none.
	base uint32
}

// slot is a pair, left then right in 21 bits each, and its rank plus 1 in the
// lower 22; 0 is empty.
type slot uint64

const (
	idBits   = 21
	rankBits = 22
)

func packPair(left, right uint32) uint64 { return uint64(left)<<idBits | uint64(right) }

// newMergeTable indexes merges by rank; of a pair listed twice the last counts,
// as in Hugging Face.
func newMergeTable(merges []Merge) mergeTable {
	t := makeMergeTable(len(merges))
	for rank, m := range merges {
		t.ids[rank] = m.ID
		t.put(m, uint32(rank))
	}
	t.base = baseOf(t.ids)
	return t
}

func baseOf(ids []uint32) uint32 {
	for rank, id := range ids {
		if id != ids[0]+uint32(rank) {
			return none
		}
	}
	if len(ids) == 0 {
		return none
	}
	return ids[0]
}

// id is the token that a rank makes.
func (t *mergeTable) id(rank uint32) uint32 {
	if t.base != none {
		return t.base + rank
	}
	return t.ids[rank]
}

// makeMergeTable makes room for n merges.
func makeMergeTable(n int) mergeTable {
	size := bits.Len(uint(max(8, 2*n)))
	return mergeTable{shift: uint(64 - size), slots: make([]slot, 1<<size), ids: make([]uint32, n), base: none}
}

// indexBytes fills first.
func (t *mergeTable) indexBytes(bytes *[256]uint32) {
	t.first = make([]uint32, 1<<16)
	for i := range t.first {
		t.first[i] = t.find(bytes[i>>8], bytes[i&0xFF])
	}
}

// put adds a merge, for which there is room.
func (t *mergeTable) put(m Merge, rank uint32) {
	pair := packPair(m.Left, m.Right)
	mask := uint64(len(t.slots) - 1)
	for i := t.home(pair); ; i++ {
		if s := &t.slots[i&mask]; *s == 0 || uint64(*s>>rankBits) == pair {
			*s = slot(pair<<rankBits | uint64(rank+1))
			return
		}
	}
}

func (t *mergeTable) home(pair uint64) uint64 { return pair * 0x9E3779B97F4A7C15 >> t.shift }

// find gives the rank of a pair, or none. Whether there is one cannot be
// foretold, so that it is no branch.
func (t *mergeTable) find(left, right uint32) uint32 {
	pair := packPair(left, right)
	mask := uint64(len(t.slots) - 1)
	for i := t.home(pair); ; i++ {
		s := t.slots[i&mask]
		other := uint64(s>>rankBits) ^ pair
		if min(other, uint64(s)) != 0 {
			continue
		}
		rank := uint32(s&(1<<rankBits-1)) - 1
		if other != 0 {
			rank = none
		}
		return rank
	}
}

// Encoder applies the merges of a model to one piece at a time. It reuses its
// memory, and is for one goroutine.
type Encoder struct {
	model *Model
	ids   []uint32
	word  scanned
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
	if n := len(m.ids); n <= scanSymbols {
		copy(m.word.ids[:], m.ids)
		for i := 1; i < n; i++ {
			m.word.rank(i-1, m.model.ranks.find(m.ids[i-1], m.ids[i]))
		}
		return m.word.merge(&m.model.ranks, dst, n)
	}
	return m.long(dst)
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
	if n := len(word); n <= scanSymbols {
		first := m.model.ranks.first[:1<<16]
		w := &m.word
		for i := range len(word) {
			w.ids[i] = m.model.bytes[word[i]]
			if i > 0 {
				w.rank(i-1, first[int(word[i-1])<<8|int(word[i])])
			}
		}
		return w.merge(&m.model.ranks, dst, n)
	}
	m.ids = m.ids[:0]
	for i := range len(word) {
		m.ids = append(m.ids, m.model.bytes[word[i]])
	}
	return m.long(dst)
}

// long appends what the symbols in ids are merged to.
func (m *Encoder) long(dst []uint32) []uint32 {
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

// heap merges with a queue of pairs by (rank, place), in n log n steps,
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
		if rank := t.find(ids[i], ids[i+1]); rank != none {
			m.queue = append(m.queue, uint64(rank)<<32|uint64(i))
		}
	}
	m.queue.heapify()
	for len(m.queue) > 0 {
		top := m.queue.pop()
		m.apply(int32(top&math.MaxUint32), t.id(uint32(top>>32)))
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
	if rank := m.model.ranks.find(n.id, m.nodes[n.next].id); rank != none {
		m.queue.push(uint64(rank)<<32 | uint64(i))
	}
}

// apply merges node i with the next, if that still makes token id.
func (m *Encoder) apply(i int32, id uint32) {
	n := &m.nodes[i]
	if n.next < 0 { // dead, or the last
		return
	}
	right := m.nodes[n.next]
	if rank := m.model.ranks.find(n.id, right.id); rank == none || m.model.ranks.id(rank) != id {
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
