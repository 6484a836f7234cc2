package wordpiece

import "slices"

// Without is the model without some of its tokens: no piece becomes one of them,
// and the ids of the others stay. The unknown token remains.
func (m *Model) Without(hidden []uint32) (*Model, error) {
	c := m.config
	c.Tokens = slices.Clone(c.Tokens)
	for _, id := range hidden {
		if int(id) < len(c.Tokens) && id != m.unk {
			c.Tokens[id] = ""
		}
	}
	return New(c)
}

// Makes says whether a piece may become a token otherwise than by being unknown.
func (m *Model) Makes(id uint32) bool {
	return int(id) < len(m.config.Tokens) && m.config.Tokens[id] != "" && id != m.unk
}
