package toxic

import "corpus/filter/linear"

// matcher finds phrases, given as sequences of token hashes. Where a character
// is a word, that is substring search; elsewhere it matches whole words.
type matcher struct {
	phrases map[uint64][]phrase // by first token, longest first
}

// phrase is an entry of a word list.
type phrase struct {
	hashes []uint64
	weight float64
}

// add takes in a phrase; hashes holds at least one token.
func (m *matcher) add(p phrase) {
	if m.phrases == nil {
		m.phrases = map[uint64][]phrase{}
	}
	list := m.phrases[p.hashes[0]]
	i := 0
	for i < len(list) && len(list[i].hashes) >= len(p.hashes) {
		i++
	}
	list = append(list, phrase{})
	copy(list[i+1:], list[i:])
	list[i] = p
	m.phrases[p.hashes[0]] = list
}

// each calls found with the phrases in the order they stand in t, and the token
// they begin at: at every place the longest, then on behind it.
func (m *matcher) each(t *linear.Tokens, found func(at int, p phrase)) {
	for i := 0; i < t.Len(); i++ {
		for _, p := range m.phrases[t.Hash(i)] {
			if starts(t, i, p.hashes) {
				found(i, p)
				i += len(p.hashes) - 1
				break
			}
		}
	}
}

// starts says whether the tokens of t from at on begin with those of with.
func starts(t *linear.Tokens, at int, with []uint64) bool {
	if t.Len()-at < len(with) {
		return false
	}
	for i, h := range with {
		if t.Hash(at+i) != h {
			return false
		}
	}
	return true
}
