package unigram

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf8"
)

// seed is a string that may become a token: how often it was counted, times its
// characters, which is what Kudo (2018) ranks seeds by.
type seed struct {
	at    uint32 // in text.bytes
	bytes uint32
	score int64
}

// seeds gives the strings of 2 to 16 characters of the highest scores, of equal
// ones the first by bytes, at most limit. Only maximal repeats count: strings
// that do not always go on, nor always come, with the same character, since the
// longer string would do as well; the ends of a word are unlike anything.
//
// Hugging Face and SentencePiece count a string once a distinct word and take
// those that always come with the same character; they leave out what ends with
// all its words.
func (t *text) seeds(limit, workers int) []seed {
	groups := t.suffixes()
	found := make([][]seed, len(groups))
	parallel(workers, len(groups), func() func(int) {
		return func(i int) { found[i] = t.repeats(groups[i]) }
	})
	var all []seed
	for _, f := range found {
		all = append(all, f...)
	}
	slices.SortFunc(all, func(a, b seed) int {
		return cmp.Or(cmp.Compare(b.score, a.score), strings.Compare(t.of(a), t.of(b)))
	})
	return all[:min(limit, len(all))]
}

func (t *text) of(s seed) string { return t.bytes[s.at : s.at+s.bytes] }

// suffix is where a suffix of a fragment begins, and of which.
type suffix struct {
	key      uint64 // eight of its bytes, while it is sorted
	at       uint32
	fragment uint32
}

// suffixes gives the suffixes of the fragments, grouped by their first two
// bytes, which all strings of two characters have. Suffixes of one character
// are left out.
func (t *text) suffixes() [][]suffix {
	sizes := make([]uint32, 1<<16)
	t.starts(func(key uint16, _ suffix) { sizes[key]++ })
	groups := make([][]suffix, 1<<16)
	for key, n := range sizes {
		groups[key] = make([]suffix, 0, n)
	}
	t.starts(func(key uint16, s suffix) { groups[key] = append(groups[key], s) })
	return slices.DeleteFunc(groups, func(g []suffix) bool { return len(g) == 0 })
}

func (t *text) starts(yield func(key uint16, s suffix)) {
	start := uint32(0)
	for i, end := range t.ends {
		for at := start; at < end; at += uint32(charBytes(t.bytes[at])) {
			if at+uint32(charBytes(t.bytes[at])) < end {
				yield(uint16(t.bytes[at])<<8|uint16(t.bytes[at+1]), suffix{at: at, fragment: uint32(i)})
			}
		}
		start = end + 1
	}
}

// maxPieceBytes is the length to which suffixes need to be sorted.
const maxPieceBytes = maxPieceChars * utf8.UTFMax

// sort sorts suffixes that are equal in their first depth bytes, eight bytes at
// a time.
func (t *text) sort(group []suffix, depth uint32) {
	for i := range group {
		group[i].key = t.key(group[i].at + depth)
	}
	slices.SortFunc(group, func(a, b suffix) int { return cmp.Compare(a.key, b.key) })
	if depth += 8; depth >= maxPieceBytes {
		return
	}
	for len(group) > 0 {
		n := 1
		for n < len(group) && group[n].key == group[0].key {
			n++
		}
		if n > 1 && !ended(group[0].key) {
			t.sort(group[:n], depth)
		}
		group = group[n:]
	}
}

// key is eight bytes of text, or what there are before the end of the fragment.
func (t *text) key(at uint32) uint64 {
	var b [8]byte
	copy(b[:], t.bytes[at:])
	for i, c := range b {
		if c == between {
			clear(b[i+1:])
			break
		}
	}
	return binary.BigEndian.Uint64(b[:])
}

// ended says whether a key has the end of its fragment.
func ended(key uint64) bool {
	for ; key != 0; key >>= 8 {
		if key&0xFF == between {
			return true
		}
	}
	return false
}

// repeats finds the maximal repeats among the suffixes of a group. Sorted, those
// that begin alike are neighbours, and the lengths to which they do nest: open
// holds the strings that the suffix in hand begins with and another does, too.
func (t *text) repeats(group []suffix) (found []seed) {
	t.sort(group, 0)
	var open []repeat
	before := uint32(0)
	for i, s := range group {
		length := t.length(s)
		shared := uint32(0)
		if i > 0 {
			shared = t.shared(group[i-1].at, s.at, min(before, length))
		}
		open, found = t.close(open, found, shared)
		open = add(open, repeat{s.at, length, t.counts[s.fragment], t.left(s)})
		before = length
	}
	_, found = t.close(open, found, 0)
	return found
}

// repeat is a string, how often it has come so far, and the character before it:
// mixed, where they differ, or a fragment begins.
type repeat struct {
	at, bytes uint32
	count     int64
	left      rune
}

const mixed = -1

// add counts a string in the one that is open for it, or opens it.
func add(open []repeat, r repeat) []repeat {
	if len(open) == 0 || open[len(open)-1].bytes < r.bytes {
		return append(open, r)
	}
	top := &open[len(open)-1]
	top.count += r.count
	if top.left != r.left {
		top.left = mixed
	}
	return open
}

// close takes the strings longer than shared away from open, counts each in the
// one that it begins with, and keeps those that are maximal repeats.
func (t *text) close(open []repeat, found []seed, shared uint32) ([]repeat, []seed) {
	for len(open) > 0 && open[len(open)-1].bytes > shared {
		r := open[len(open)-1]
		open = open[:len(open)-1]
		if chars := utf8.RuneCountInString(t.bytes[r.at : r.at+r.bytes]); r.left == mixed && r.count > 1 && chars > 1 {
			found = append(found, seed{r.at, r.bytes, r.count * int64(chars)})
		}
		if shared == 0 && len(open) == 0 {
			break
		}
		if len(open) == 0 || open[len(open)-1].bytes < shared {
			r.bytes = shared
		} else {
			r.bytes = open[len(open)-1].bytes
		}
		open = add(open, r)
	}
	return open, found
}

// length is how many bytes of a suffix may be a token.
func (t *text) length(s suffix) uint32 {
	at, end := s.at, t.ends[s.fragment]
	for chars := 0; at < end && chars < maxPieceChars; chars++ {
		at += uint32(charBytes(t.bytes[at]))
	}
	return at - s.at
}

// shared is in how many bytes, of whole characters, two suffixes begin alike.
func (t *text) shared(a, b, limit uint32) uint32 {
	n := uint32(0)
	for n < limit && t.bytes[a+n] == t.bytes[b+n] {
		n++
	}
	for n > 0 && n < limit && !utf8.RuneStart(t.bytes[b+n]) {
		n--
	}
	return n
}

// left is the character before a suffix.
func (t *text) left(s suffix) rune {
	start := uint32(0)
	if s.fragment > 0 {
		start = t.ends[s.fragment-1] + 1
	}
	if s.at == start {
		return mixed
	}
	r, _ := utf8.DecodeLastRuneInString(t.bytes[start:s.at])
	return r
}
