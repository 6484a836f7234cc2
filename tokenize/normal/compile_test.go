package normal

import (
	"encoding/binary"
	"maps"
	"slices"
)

// compileCharsmap makes a charsmap that SentencePiece and tokenizers read, of
// rules that say which text takes the place of each key. Equal rules give equal
// bytes.
func compileCharsmap(rules map[string]string) []byte {
	texts, where := shareTexts(rules)
	b := sharing{known: map[string]*letters{}, number: map[*letters]uint32{}}
	units := layOut(b.node(slices.Sorted(maps.Keys(rules)), 0, func(k string) uint32 { return where[rules[k]] }))
	out := binary.LittleEndian.AppendUint32(nil, uint32(4*len(units)))
	for _, u := range units {
		out = binary.LittleEndian.AppendUint32(out, u)
	}
	return append(out, texts...)
}

// shareTexts joins the distinct texts, each ended by a NUL, and says where each
// begins.
func shareTexts(rules map[string]string) (joined []byte, where map[string]uint32) {
	where = map[string]uint32{}
	for _, text := range slices.Compact(slices.Sorted(maps.Values(rules))) {
		where[text] = uint32(len(joined))
		joined = append(append(joined, text...), 0)
	}
	return joined, where
}

// letters is a node of the trie of keys: which bytes go on, and what belongs
// to the key that ends here.
type letters struct {
	labels   []byte // ascending; 0 first if a key ends here
	children []*letters
	value    uint32
	base     uint32 // where its children are laid out
}

// sharing finds nodes by what they hold: those from which the same keys lead to
// the same texts are one.
type sharing struct {
	known  map[string]*letters
	number map[*letters]uint32
}

// node makes the node of keys, which are sorted and have their first at bytes
// in common.
func (s *sharing) node(keys []string, at int, value func(string) uint32) *letters {
	n := new(letters)
	if len(keys) > 0 && len(keys[0]) == at {
		n.labels, n.children, n.value = []byte{0}, []*letters{nil}, value(keys[0])
		keys = keys[1:]
	}
	for len(keys) > 0 {
		c := keys[0][at]
		end := 1
		for end < len(keys) && keys[end][at] == c {
			end++
		}
		n.labels = append(n.labels, c)
		n.children = append(n.children, s.node(keys[:end], at+1, value))
		keys = keys[end:]
	}
	return s.share(n)
}

func (s *sharing) share(n *letters) *letters {
	id := binary.LittleEndian.AppendUint32(nil, n.value)
	for i, c := range n.labels {
		id = binary.LittleEndian.AppendUint32(append(id, c), s.number[n.children[i]])
	}
	if same, ok := s.known[string(id)]; ok {
		return same
	}
	s.known[string(id)] = n
	s.number[n] = uint32(len(s.known))
	return n
}

// layOut writes the trie as a double array: nodes with many children first,
// each at the lowest place where its children fit.
func layOut(root *letters) []uint32 {
	nodes := all(root)
	slices.SortStableFunc(nodes, func(a, b *letters) int { return len(b.labels) - len(a.labels) })
	a := array{from: map[string]int{}}
	a.grow()
	a.used[0] = true  // the root's own unit
	a.taken[0] = true // SentencePiece refuses a root without an offset
	for _, n := range nodes {
		a.place(n)
	}
	units := make([]uint32, len(a.used))
	units[0] = link(0, root)
	for _, n := range nodes {
		for i, c := range n.labels {
			at := n.base ^ uint32(c)
			if c == 0 {
				units[at] = valueBit | n.value
			} else {
				units[at] = uint32(c) | link(at, n.children[i])
			}
		}
	}
	return units
}

// link is the part of the unit at a place that leads to the children of n.
func link(at uint32, n *letters) uint32 {
	unit := (at ^ n.base) << 10
	if n.labels[0] == 0 {
		unit |= leafBit
	}
	return unit
}

// all lists the distinct nodes, a parent before its children.
func all(root *letters) []*letters {
	list := []*letters{root}
	seen := map[*letters]bool{root: true}
	for i := 0; i < len(list); i++ {
		for _, c := range list[i].children {
			if c != nil && !seen[c] {
				seen[c] = true
				list = append(list, c)
			}
		}
	}
	return list
}

// array is which units and which places of children are taken.
type array struct {
	used  []bool
	taken []bool
	from  map[string]int // by labels, the place below which they do not fit
}

// grow adds 256 units, so that no label leads out of the array.
func (a *array) grow() {
	a.used = append(a.used, make([]bool, 256)...)
	a.taken = append(a.taken, make([]bool, 256)...)
}

func (a *array) place(n *letters) {
	for at := a.from[string(n.labels)]; ; at++ {
		if at == len(a.used) {
			a.grow()
		}
		if a.used[at] {
			continue
		}
		if base := uint32(at) ^ uint32(n.labels[0]); !a.taken[base] && a.fits(base, n.labels) {
			n.base, a.taken[base] = base, true
			a.from[string(n.labels)] = at + 1
			for _, c := range n.labels {
				a.used[base^uint32(c)] = true
			}
			return
		}
	}
}

func (a *array) fits(base uint32, labels []byte) bool {
	for _, c := range labels {
		if a.used[base^uint32(c)] {
			return false
		}
	}
	return true
}
