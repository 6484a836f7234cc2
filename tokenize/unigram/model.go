package unigram

import (
	"fmt"
	"math"
	"unicode/utf8"

	"corpus/tokenize/trie"
)

// Token is a token and the logarithm of its probability; tokens that text is
// not made of, as <pad>, have 0.
type Token struct {
	Text  string
	Score float64
}

// Config is what a model is made of.
type Config struct {
	Tokens []Token // by id
	Unk    int     // the id of characters that no token has

	// ByteFallback spells what is unknown in the tokens <0x00> to <0xFF>, where
	// the vocabulary has all that it takes.
	ByteFallback bool
}

// unkPenalty is how much less likely than the least likely token an unknown
// character is, as in SentencePiece and Hugging Face tokenizers (kUnkPenalty).
const unkPenalty = 10

// Model is a Unigram vocabulary. It does not change after it was made and may
// be used by many goroutines; each encodes with an [Encoder] of its own.
type Model struct {
	config   Config
	tokens   []string
	scores   []float64
	unkScore float64
	longest  int        // bytes of the longest token, or of a character
	bytes    [256]int32 // of each byte its token, or -1
	trie     *trie.Trie
}

// New makes a model; the caller leaves the tokens as they are from then on. Of
// equal tokens the last counts.
func New(c Config) (*Model, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	m := &Model{config: c, unkScore: math.Inf(1), longest: utf8.UTFMax}
	ids := make([]uint32, len(c.Tokens))
	for i, t := range c.Tokens {
		ids[i] = uint32(i)
		m.tokens, m.scores = append(m.tokens, t.Text), append(m.scores, t.Score)
		m.unkScore, m.longest = min(m.unkScore, t.Score), max(m.longest, len(t.Text))
	}
	m.unkScore -= unkPenalty
	var err error
	if m.trie, err = trie.New(m.tokens, ids); err != nil {
		return nil, fmt.Errorf("vocab: %w", err)
	}
	for b := range m.bytes {
		m.bytes[b] = -1
		if id, ok := m.trie.Find(fmt.Sprintf("<0x%02X>", b)); ok && c.ByteFallback {
			m.bytes[b] = int32(id)
		}
	}
	return m, nil
}

func (c *Config) check() error {
	switch {
	case len(c.Tokens) == 0:
		return fmt.Errorf("vocab: empty; it needs at least the unknown token")
	case len(c.Tokens) > MaxVocab:
		return fmt.Errorf("vocab: %d tokens, allowed are %d", len(c.Tokens), MaxVocab)
	case c.Unk < 0 || c.Unk >= len(c.Tokens):
		return fmt.Errorf("unk_id: %d in a vocabulary of %d", c.Unk, len(c.Tokens))
	}
	for id, t := range c.Tokens {
		if len(t.Text) > MaxTokenBytes || !utf8.ValidString(t.Text) {
			return fmt.Errorf("vocab[%d]: %d bytes, allowed are %d of UTF-8", id, len(t.Text), MaxTokenBytes)
		}
		if math.IsNaN(t.Score) || math.IsInf(t.Score, 0) {
			return fmt.Errorf("vocab[%d]: the score is %v", id, t.Score)
		}
	}
	return nil
}

// Tokens are the tokens by id. The caller must not change them.
func (m *Model) Tokens() []string { return m.tokens }

// Scores are the logarithms of probability by id. The caller must not change them.
func (m *Model) Scores() []float64 { return m.scores }

// Unk is the id of what is unknown.
func (m *Model) Unk() uint32 { return uint32(m.config.Unk) }
