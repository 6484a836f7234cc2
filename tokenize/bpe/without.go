package bpe

import "slices"

// Without is the model without some of its tokens: no piece becomes one of them,
// and the ids of the others stay. The unknown token remains.
func (m *Model) Without(hidden []uint32) (*Model, error) {
	c := m.config
	c.Tokens = slices.Clone(c.Tokens)
	gone := make([]bool, len(c.Tokens))
	for _, id := range hidden {
		if int(id) < len(gone) && id != m.unk {
			gone[id], c.Tokens[id] = true, ""
		}
	}
	c.Merges = slices.DeleteFunc(slices.Clone(c.Merges), func(t Merge) bool { return gone[t.Left] || gone[t.Right] || gone[t.ID] })
	c.unmerged = nil // what was made of them is no longer
	return New(c)
}

// Makes says whether a piece may become a token otherwise than by being unknown.
func (m *Model) Makes(id uint32) bool {
	if int(id) >= len(m.config.Tokens) || m.config.Tokens[id] == "" || id == m.unk {
		return false
	}
	unmerged := m.config.unmerged
	whole := m.config.IgnoreMerges && (unmerged == nil || slices.Contains(unmerged, id))
	return whole || len([]rune(m.config.Tokens[id])) == 1 ||
		slices.ContainsFunc(m.config.Merges, func(t Merge) bool { return t.ID == id })
}
