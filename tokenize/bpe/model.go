package bpe

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Merge joins two tokens, left then right, into a third.
type Merge struct{ Left, Right, ID uint32 }

// Config is what a model is made of.
type Config struct {
	// Tokens by id, in the characters that the model sees; an id with "" has no
	// token.
	Tokens []string

	// Merges by rank. Their token is the left one followed by the right one
	// without its Prefix; of a pair listed twice the last counts.
	Merges []Merge

	// Unk is the token of a character that has none; "" leaves such characters out.
	Unk string

	// FuseUnk makes one unknown token of unknown characters in a row.
	FuseUnk bool

	// ByteFallback spells an unknown character in the tokens <0x00> to <0xFF>,
	// where the vocabulary has all that it takes.
	ByteFallback bool

	// Prefix begins the tokens of characters behind the first of a piece, Suffix
	// ends that of the last.
	Prefix, Suffix string

	// IgnoreMerges takes a piece that is a token as that token, without merging.
	IgnoreMerges bool

	// unmerged are the tokens that merging does not make, where that is known.
	unmerged []uint32
}

// Model is a vocabulary with its merges. It does not change and may be used by
// many goroutines; each encodes with an [Encoder] of its own.
type Model struct {
	config Config
	ranks  mergeTable
	chars  [4]charIDs // by inner|last
	unk    uint32
	spell  [256]uint32 // of each byte its token <0xHH>, or none

	// bytes are the tokens of single bytes in byte-level characters, if all have
	// one and neither prefix nor suffix changes them: then it is those that are
	// merged, and the characters are never written.
	bytes     [256]uint32
	byteLevel bool

	// whole are the tokens that are pieces by themselves, for IgnoreMerges: of
	// byte-level models in bytes as far as they can be, and in wholeChars the rest.
	whole, wholeChars map[string]uint32
}

// New makes a model; the caller leaves tokens and merges as they are from then on.
func New(c Config) (*Model, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	m := &Model{config: c, unk: none}
	for b := range m.spell {
		m.spell[b] = none
	}
	for id, token := range c.Tokens {
		m.index(token, uint32(id))
	}
	if c.Unk != "" && m.unk == none {
		return nil, fmt.Errorf("unk_token: %.60q is not in the vocabulary", c.Unk)
	}
	m.byteLevel = m.findBytes()
	m.ranks = newMergeTable(c.Merges)
	if m.byteLevel {
		m.ranks.indexBytes(&m.bytes)
	}
	if c.IgnoreMerges {
		m.indexWhole()
	}
	return m, nil
}

func (c *Config) check() error {
	switch {
	case len(c.Prefix) > MaxAffixBytes || !utf8.ValidString(c.Prefix):
		return fmt.Errorf("continuing_subword_prefix: %d bytes, allowed are %d of UTF-8", len(c.Prefix), MaxAffixBytes)
	case len(c.Suffix) > MaxAffixBytes || !utf8.ValidString(c.Suffix):
		return fmt.Errorf("end_of_word_suffix: %d bytes, allowed are %d of UTF-8", len(c.Suffix), MaxAffixBytes)
	case len(c.Tokens) > MaxVocab:
		return fmt.Errorf("vocab: %d ids, allowed are %d", len(c.Tokens), MaxVocab)
	case len(c.Merges) > MaxMerges:
		return fmt.Errorf("merges: %d, allowed are %d", len(c.Merges), MaxMerges)
	}
	for id, token := range c.Tokens {
		if len(token) > MaxTokenBytes || !utf8.ValidString(token) {
			return fmt.Errorf("vocab: token %d has %d bytes, allowed are %d of UTF-8", id, len(token), MaxTokenBytes)
		}
	}
	for rank, m := range c.Merges {
		if !c.joins(m) {
			return fmt.Errorf("merges[%d]: tokens %d and %d do not make token %d", rank, m.Left, m.Right, m.ID)
		}
	}
	return nil
}

// joins says whether a merge makes the token that it names.
func (c *Config) joins(m Merge) bool {
	n := uint32(len(c.Tokens))
	if m.Left >= n || m.Right >= n || m.ID >= n {
		return false
	}
	left, right, token := c.Tokens[m.Left], c.Tokens[m.Right], c.Tokens[m.ID]
	return left != "" && len(right) >= len(c.Prefix) && len(token) == len(left)+len(right)-len(c.Prefix) &&
		token[:len(left)] == left && token[len(left):] == right[len(c.Prefix):]
}

// index keeps of a token what a piece may need of it before merging.
func (m *Model) index(token string, id uint32) {
	if token == "" {
		return
	}
	if token == m.config.Unk {
		m.unk = id
	}
	if b, ok := spelledByte(token); ok && m.config.ByteFallback {
		m.spell[b] = id
	}
	m.indexChar(0, token, id)
	if m.config.Prefix == "" && m.config.Suffix == "" {
		return
	}
	inside, isInner := strings.CutPrefix(token, m.config.Prefix)
	if isInner {
		m.indexChar(inner, inside, id)
	}
	if before, ok := strings.CutSuffix(token, m.config.Suffix); ok {
		m.indexChar(last, before, id)
	}
	if before, ok := strings.CutSuffix(inside, m.config.Suffix); ok && isInner {
		m.indexChar(inner|last, before, id)
	}
}

// spelledByte reads <0x00> to <0xFF>.
func spelledByte(token string) (b byte, ok bool) {
	digits, ok1 := strings.CutPrefix(token, "<0x")
	digits, ok2 := strings.CutSuffix(digits, ">")
	if !ok1 || !ok2 || len(digits) != 2 || digits != strings.ToUpper(digits) {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 16, 8)
	return byte(n), err == nil
}

func (m *Model) indexChar(place int, token string, id uint32) {
	if r, n := utf8.DecodeRuneInString(token); n > 0 && n == len(token) {
		m.chars[place].put(r, id)
	}
}

// findBytes finds the tokens of all bytes.
func (m *Model) findBytes() bool {
	if m.config.Prefix != "" || m.config.Suffix != "" {
		return false
	}
	for b, c := range ByteLevel.Char {
		if m.bytes[b] = m.chars[0].find(c); m.bytes[b] == none {
			return false
		}
	}
	return true
}

// indexWhole finds pieces that are tokens; those that merging makes need not be
// found.
func (m *Model) indexWhole() {
	m.whole, m.wholeChars = map[string]uint32{}, map[string]uint32{}
	if ids := m.config.unmerged; ids != nil {
		for _, id := range ids {
			m.indexPiece(m.config.Tokens[id], id)
		}
		return
	}
	for id, token := range m.config.Tokens {
		m.indexPiece(token, uint32(id))
	}
}

func (m *Model) indexPiece(token string, id uint32) {
	if token == "" {
		return
	}
	if word, ok := ByteLevel.Decode(token); ok && m.byteLevel {
		m.whole[word] = id
	} else {
		m.wholeChars[token] = id
	}
}

// Tokens are the tokens by id, as in [Config]. The caller must not change them.
func (m *Model) Tokens() []string { return m.config.Tokens }

// Unk is the id of an unknown character; ok is false where there is none.
func (m *Model) Unk() (id uint32, ok bool) { return m.unk, m.unk != none }

// none is no token, and the rank of no merge.
const none = math.MaxUint32

// charIDs finds the token of a character.
type charIDs struct {
	ascii [utf8.RuneSelf]uint32 // plus 1, so that 0 is none
	wide  map[rune]uint32
}

func (c *charIDs) put(r rune, id uint32) {
	if r < utf8.RuneSelf {
		c.ascii[r] = id + 1
		return
	}
	if c.wide == nil {
		c.wide = map[rune]uint32{}
	}
	c.wide[r] = id
}

// find gives none for a character without a token.
func (c *charIDs) find(r rune) uint32 {
	if r < utf8.RuneSelf {
		return c.ascii[r] - 1 // of 0 it is none
	}
	if id, ok := c.wide[r]; ok {
		return id
	}
	return none
}
