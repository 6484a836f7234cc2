package bpe

import "math"

const (
	none = math.MaxUint32

	// scanBytes is the longest word that is merged by scanning for the best
	// pair, which is quadratic but faster than a heap on short words.
	scanBytes = 48
)

// A Merge joins two tokens, left then right, into a third.
type Merge struct{ Left, Right, ID uint32 }

// Model is the merges of a byte-level vocabulary. It does not change and may be
// used by many goroutines; each encodes with an [Encoder] of its own.
type Model struct {
	bytes [256]uint32
	ranks mergeTable
}

// New makes the model of merges by rank over the ids of the bytes.
func New(merges []Merge, bytes [256]uint32) *Model {
	return &Model{bytes: bytes, ranks: newMergeTable(merges, bytes)}
}

// mergeTable finds the merge of a pair of tokens.
type mergeTable struct {
	first [1 << 16]mergeTo // by pair of bytes, where all merging begins
	slots []mergeSlot      // open addressing, at most half full
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
func newMergeTable(merges []Merge, bytes [256]uint32) mergeTable {
	t := mergeTable{bits: 64 - 4, slots: make([]mergeSlot, 1<<4), ids: make([]uint32, len(merges))}
	for len(t.slots) < 2*len(merges) {
		t.slots = make([]mergeSlot, 2*len(t.slots))
		t.bits--
	}
	for rank, m := range merges {
		t.ids[rank] = m.ID
		key := pairKey(m.Left, m.Right)
		*t.slot(key) = mergeSlot{key + 1, mergeTo{uint32(rank), m.ID}}
	}
	for i := range t.first {
		t.first[i] = t.find(bytes[i>>8], bytes[i&0xFF])
	}
	return t
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

// Encoder applies the merges of a model to one word at a time. It reuses its
// memory.
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

// Append appends the tokens of one word. It remembers nothing of it.
func (m *Encoder) Append(dst []uint32, word string) []uint32 { return append(dst, m.word(word)...) }

// word gives the tokens of one word, valid until the next call.
func (m *Encoder) word(word string) []uint32 {
	m.ids = m.ids[:0]
	for len(word) > MaxMergeBytes {
		m.heap(word[:MaxMergeBytes])
		word = word[MaxMergeBytes:]
	}
	if len(m.ids) == 0 && len(word) <= scanBytes {
		m.scan(word)
	} else {
		m.heap(word)
	}
	return m.ids
}

// scan merges the leftmost pair of the lowest rank until there is none.
func (m *Encoder) scan(word string) {
	t := &m.model.ranks
	ids, ranks := m.ids[:0], m.ranks[:0]
	for i := range len(word) {
		ids = append(ids, m.model.bytes[word[i]])
		if i+1 < len(word) {
			ranks = append(ranks, t.first[int(word[i])<<8|int(word[i+1])].rank)
		}
	}
	m.ranks = ranks
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
// and appends the tokens to m.ids. An entry is stale when its place no longer
// makes its token.
func (m *Encoder) heap(word string) {
	t := &m.model.ranks
	m.nodes, m.queue = m.nodes[:0], m.queue[:0]
	for i := range len(word) {
		m.nodes = append(m.nodes, node{m.model.bytes[word[i]], int32(i - 1), int32(i + 1)})
	}
	m.nodes[len(word)-1].next = -1
	for i := range len(word) - 1 {
		if to := t.first[int(word[i])<<8|int(word[i+1])]; to.rank != none {
			m.queue = append(m.queue, uint64(to.rank)<<32|uint64(i))
		}
	}
	m.queue.heapify()
	for len(m.queue) > 0 {
		top := m.queue.pop()
		m.apply(int32(top&math.MaxUint32), t.ids[top>>32])
	}
	for i := int32(0); i >= 0; i = m.nodes[i].next {
		m.ids = append(m.ids, m.nodes[i].id)
	}
	if cap(m.queue) > keepMergeBytes {
		m.nodes, m.queue = nil, nil
	}
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
