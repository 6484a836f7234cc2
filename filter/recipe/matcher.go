package recipe

// matcher finds phrases, given as sequences of token hashes. Where a character
// is a word, that is substring search; elsewhere it matches whole words.
type matcher struct {
	phrases map[uint64][]phrase // by first token, longest first
	first   [16]uint64          // a bit for each of their first tokens, by its last ten bits
}

// phrase is an entry of a word list.
type phrase struct {
	hashes []uint64
	id     int
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
	m.first[p.hashes[0]>>6&15] |= 1 << (p.hashes[0] & 63)
}

// each calls found with the phrases in the order they stand in hashes: at every
// place the longest, then on behind it.
func (m *matcher) each(hashes []uint64, found func(phrase)) {
	for i := 0; i < len(hashes); i++ {
		if m.first[hashes[i]>>6&15]>>(hashes[i]&63)&1 == 0 {
			continue // as of most tokens, at less than the price of the map
		}
		for _, p := range m.phrases[hashes[i]] {
			if starts(hashes[i:], p.hashes) {
				found(p)
				i += len(p.hashes) - 1
				break
			}
		}
	}
}

func starts(hashes, with []uint64) bool {
	if len(hashes) < len(with) {
		return false
	}
	for i, h := range with {
		if hashes[i] != h {
			return false
		}
	}
	return true
}
