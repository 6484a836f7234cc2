package wordpiece

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"corpus/tokenize/trie"
)

// Config is what a model is made of, BERT's names of its parts aside.
type Config struct {
	// Tokens by id, those that go on within a piece with the prefix; an id with
	// "" has no token.
	Tokens []string

	// Unk is the token of a piece that cannot be made of tokens, in BERT "[UNK]".
	Unk string

	// Prefix begins the tokens that go on within a piece, in BERT "##".
	Prefix string

	// MaxChars is the number of characters beyond which a piece is unknown, in
	// BERT 100.
	MaxChars int
}

// Model is a WordPiece vocabulary. It does not change after it was made and may
// be used by many goroutines; each encodes with an [Encoder] of its own.
type Model struct {
	config Config
	unk    uint32
	start  *trie.Trie // tokens that may begin a piece: all
	rest   *trie.Trie // those with the prefix, without it
}

// New makes a model; the caller leaves the tokens as they are from then on.
func New(c Config) (*Model, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	m := &Model{config: c}
	var all, rest []string
	var allIDs, restIDs []uint32
	for id, token := range c.Tokens {
		if token == c.Unk {
			m.unk = uint32(id)
		}
		all, allIDs = append(all, token), append(allIDs, uint32(id))
		if after, ok := strings.CutPrefix(token, c.Prefix); ok {
			rest, restIDs = append(rest, after), append(restIDs, uint32(id))
		}
	}
	var err error
	if m.start, err = trie.New(all, allIDs); err != nil {
		return nil, fmt.Errorf("vocab: %w", err)
	}
	if m.rest, err = trie.New(rest, restIDs); err != nil {
		return nil, fmt.Errorf("vocab: %w", err)
	}
	return m, nil
}

func (c *Config) check() error {
	switch {
	case len(c.Prefix) > MaxPrefixBytes || !utf8.ValidString(c.Prefix):
		return fmt.Errorf("continuing_subword_prefix: %d bytes, allowed are %d of UTF-8", len(c.Prefix), MaxPrefixBytes)
	case c.MaxChars < 0:
		return fmt.Errorf("max_input_chars_per_word: %d is negative", c.MaxChars)
	case len(c.Tokens) > MaxVocab:
		return fmt.Errorf("vocab: %d ids, allowed are %d", len(c.Tokens), MaxVocab)
	case c.Unk == "" || !slices.Contains(c.Tokens, c.Unk):
		return fmt.Errorf("unk_token: %.60q is not in the vocabulary", c.Unk)
	}
	for id, token := range c.Tokens {
		if len(token) > MaxTokenBytes || !utf8.ValidString(token) {
			return fmt.Errorf("vocab: token %d has %d bytes, allowed are %d of UTF-8", id, len(token), MaxTokenBytes)
		}
	}
	return nil
}

// Tokens are the tokens by id, as in [Config]. The caller must not change them.
func (m *Model) Tokens() []string { return m.config.Tokens }

// Prefix begins the tokens that go on within a piece.
func (m *Model) Prefix() string { return m.config.Prefix }

// Unk is the id of an unknown piece.
func (m *Model) Unk() uint32 { return m.unk }
