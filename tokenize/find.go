package tokenize

import (
	"fmt"
	"strings"

	"corpus/tokenize/trie"
)

// finder finds added tokens in text: the leftmost, and of those the longest.
type finder struct {
	added  []Added
	trie   *trie.Trie // their places in added; nil: there are none
	first  [256]bool  // bytes that begin one
	only   byte       // the first byte, when all have the same
	single bool
}

// pattern is the text by which an added token is found, and its place in the
// list of them.
type pattern struct {
	text  string
	added int
}

// newFinder makes the finder of some of the added tokens.
func newFinder(patterns []pattern, added []Added) (f finder, err error) {
	if len(patterns) == 0 {
		return f, nil
	}
	f.added = added
	taken := map[string]int{}
	var keys []string
	var values []uint32
	for _, p := range patterns {
		if p.text == "" {
			return f, fmt.Errorf("added_tokens[%d]: nothing is left of %q once it is normalized", p.added, added[p.added].Content)
		}
		if other, ok := taken[p.text]; ok {
			return f, fmt.Errorf("added_tokens[%d]: %q and %q are the same once they are normalized", p.added, added[other].Content, added[p.added].Content)
		}
		taken[p.text] = p.added
		keys, values = append(keys, p.text), append(values, uint32(p.added))
		f.first[p.text[0]] = true
	}
	f.only, f.single = keys[0][0], true
	for _, key := range keys {
		f.single = f.single && key[0] == f.only
	}
	f.trie, err = trie.New(keys, values)
	return f, err
}

// next finds the first added token in text[from:], and where it begins and ends.
func (f *finder) next(text string, from int) (a *Added, start, end int) {
	for i := from; i < len(text); i++ {
		if f.single {
			n := strings.IndexByte(text[i:], f.only)
			if n < 0 {
				break
			}
			i += n
		}
		if !f.first[text[i]] {
			continue
		}
		if a, n := f.at(text[i:]); a != nil {
			return a, i, i + n
		}
	}
	return nil, 0, 0
}

// at finds the longest added token that begins text, n bytes of it.
func (f *finder) at(text string) (a *Added, n int) {
	node := f.trie.Root()
	for i := range len(text) {
		if node = f.trie.Child(node, text[i]); node == 0 {
			break
		}
		if node.Ends() {
			a, n = &f.added[node.Value()], i+1
		}
	}
	return a, n
}
