package unigram

import "slices"

// Without is the model without some of its tokens: no piece becomes one of them,
// and the ids and scores of the others stay. The unknown token stands for what
// is unknown still, and no longer for its own text.
func (m *Model) Without(hidden []uint32) (*Model, error) {
	c := m.config
	c.Tokens = slices.Clone(c.Tokens)
	for _, id := range hidden {
		if int(id) < len(c.Tokens) {
			c.Tokens[id].Text = ""
		}
	}
	return New(c)
}

// Makes says whether a piece may become a token otherwise than by being unknown.
func (m *Model) Makes(id uint32) bool {
	return int(id) < len(m.tokens) && m.tokens[id] != ""
}
