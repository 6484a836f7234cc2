package normal

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"
)

// trie is a double array of Darts-clone with the texts its keys lead to, as
// SentencePiece's charsmaps hold them: the length of the array in bytes (u32,
// little-endian), the array (u32 each), the texts, each ended by a NUL.
//
// A unit has its label in bits 0 to 7, bit 8 says that a key ends here, and
// from bit 10 on the offset to its children, shifted by 8 more if bit 9 is set.
// Its children are at place^offset^label; the child 0 of a key that ends holds
// its value: bit 31 and the place of the text.
type trie struct {
	units []uint32
	texts string
}

const (
	leafBit  = 1 << 8
	valueBit = 1 << 31
)

func parseTrie(charsmap []byte) (trie, error) {
	if len(charsmap) > maxCharsmap {
		return trie{}, fmt.Errorf("%d bytes, where %d are allowed", len(charsmap), maxCharsmap)
	}
	if len(charsmap) < 8 {
		return trie{}, fmt.Errorf("%d bytes are too few for a trie", len(charsmap))
	}
	size := binary.LittleEndian.Uint32(charsmap)
	rest := charsmap[4:]
	if size == 0 || size%4 != 0 || int64(size) > int64(len(rest)) {
		return trie{}, fmt.Errorf("a trie of %d bytes in %d", size, len(rest))
	}
	t := trie{units: make([]uint32, size/4), texts: string(rest[size:])}
	for i := range t.units {
		t.units[i] = binary.LittleEndian.Uint32(rest[4*i:])
	}
	if !utf8.ValidString(t.texts) {
		return trie{}, fmt.Errorf("the texts behind the trie, from byte %d on, are not UTF-8", 4+size)
	}
	return t, t.check()
}

func offset(unit uint32) uint32 { return unit >> 10 << (unit >> 6 & 8) }

// child is the place of the child with a label, from the place of the children.
// The root is nobody's child.
func (t *trie) child(base uint32, label byte) (at uint32, ok bool) {
	at = base ^ uint32(label)
	return at, at > 0 && at < uint32(len(t.units)) && t.units[at]&(valueBit|0xFF) == uint32(label)
}

// value is the text of a key that ends in the unit whose children are at base.
func (t *trie) value(base uint32) string {
	rest := t.texts[t.units[base]&^valueBit:]
	return rest[:strings.IndexByte(rest, 0)]
}

// shortest is the text of the shortest key that key begins with. A NUL ends
// the search.
func (t *trie) shortest(key string) (text string, ok bool) {
	base := offset(t.units[0])
	for i := 0; i < len(key) && key[i] != 0; i++ {
		at, ok := t.child(base, key[i])
		if !ok {
			return "", false
		}
		base = at ^ offset(t.units[at])
		if t.units[at]&leafBit != 0 {
			return t.value(base), true
		}
	}
	return "", false
}

// mapped has a bit for each of 64 runes from first on, which differ in their
// last byte alone: whether a key is the rune or its beginning.
func (t *trie) mapped(first rune) (bits uint64) {
	if first < utf8.RuneSelf {
		for i := range rune(64) {
			if _, ok := t.shortest(string(first + i)); ok {
				bits |= 1 << i
			}
		}
		return bits
	}
	base := offset(t.units[0])
	lead := string(first)
	for _, c := range []byte(lead[:len(lead)-1]) {
		at, ok := t.child(base, c)
		if !ok {
			return 0
		}
		if t.units[at]&leafBit != 0 {
			return ^uint64(0)
		}
		base = at ^ offset(t.units[at])
	}
	for i := range byte(64) {
		if at, ok := t.child(base, 0x80|i); ok && t.units[at]&leafBit != 0 {
			bits |= 1 << i
		}
	}
	return bits
}

// startsASCII reports whether c is a key, or a key begins with it and another
// rune of ASCII.
func (t *trie) startsASCII(c byte) bool {
	at, ok := t.child(offset(t.units[0]), c)
	if !ok || c == 0 {
		return false
	}
	if t.units[at]&leafBit != 0 {
		return true
	}
	base := at ^ offset(t.units[at])
	for next := range byte(utf8.RuneSelf) {
		if _, ok := t.child(base, next); ok && next != 0 {
			return true
		}
	}
	return false
}

// check walks all that can be reached, so that no lookup meets a value out of
// range. Units are visited once each, however they lead to one another.
func (t *trie) check() error {
	siblings := t.siblings()
	seen := make([]bool, len(t.units))
	for stack := []uint32{0}; len(stack) > 0; {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		base := at ^ offset(t.units[at])
		if t.units[at]&leafBit != 0 && at != 0 {
			if err := t.checkValue(base); err != nil {
				return fmt.Errorf("unit %d of the trie: %w", at, err)
			}
		}
		if base >= uint32(len(siblings.first)) {
			continue
		}
		for c := siblings.first[base]; c != 0; c = siblings.next[c] {
			if !seen[c] {
				seen[c] = true
				stack = append(stack, c)
			}
		}
	}
	return nil
}

func (t *trie) checkValue(base uint32) error {
	if base >= uint32(len(t.units)) {
		return fmt.Errorf("its value is at %d of %d", base, len(t.units))
	}
	at := t.units[base] &^ valueBit
	if at >= uint32(len(t.texts)) || !utf8.RuneStart(t.texts[at]) {
		return fmt.Errorf("its text is at byte %d of %d", at, len(t.texts))
	}
	if strings.IndexByte(t.texts[at:min(int(at)+MaxContent+1, len(t.texts))], 0) < 0 {
		return fmt.Errorf("its text, at byte %d, does not end within %d bytes", at, MaxContent)
	}
	return nil
}

// children lists units by the place from which their label leads to them.
type children struct {
	first []uint32 // by place; 0 = none, since no unit has the root as a child
	next  []uint32 // by unit
}

func (t *trie) siblings() children {
	room := (len(t.units) + 255) &^ 255 // a label changes the lowest eight bits
	c := children{make([]uint32, room), make([]uint32, len(t.units))}
	for at := len(t.units) - 1; at > 0; at-- {
		unit := t.units[at]
		if label := unit & 0xFF; unit&valueBit == 0 && label != 0 {
			base := uint32(at) ^ label
			c.next[at] = c.first[base]
			c.first[base] = uint32(at)
		}
	}
	return c
}
