package tokenize

import (
	"cmp"
	"fmt"
	"slices"

	"corpus/tokenize/bpe"
	"corpus/tokenize/decoding"
)

// Tally sums what a [Report] needs over encoded texts. Its fields only add up,
// so tallies of parts may be merged in any order; it is stored as JSON.
type Tally struct {
	Uses  []int64              `json:"uses"`  // how often each id was used
	Langs map[string]LangTally `json:"langs"` // by the language the caller gave
}

// LangTally is the tally of one language.
type LangTally struct {
	Texts  int64 `json:"texts"`
	Bytes  int64 `json:"bytes"`
	Words  int64 `json:"words"`
	Tokens int64 `json:"tokens"`
}

func (a LangTally) add(b LangTally) LangTally {
	return LangTally{a.Texts + b.Texts, a.Bytes + b.Bytes, a.Words + b.Words, a.Tokens + b.Tokens}
}

// NewTally makes an empty tally for a vocabulary of the given size.
func NewTally(vocab int) *Tally {
	return &Tally{Uses: make([]int64, vocab), Langs: map[string]LangTally{}}
}

// Add notes one text: its language, its length in bytes, its words as the
// caller defines a word, and its ids, which must be below the vocabulary's size.
func (t *Tally) Add(lang string, bytes, words int, ids []uint32) {
	for _, id := range ids {
		t.Uses[id]++
	}
	t.Langs[lang] = t.Langs[lang].add(LangTally{1, int64(bytes), int64(words), int64(len(ids))})
}

// Merge adds the tally of another part.
func (t *Tally) Merge(o *Tally) error {
	if len(o.Uses) != len(t.Uses) {
		return fmt.Errorf("token tallies of vocabularies of %d and %d ids do not add up", len(t.Uses), len(o.Uses))
	}
	for id, n := range o.Uses {
		t.Uses[id] += n
	}
	for lang, l := range o.Langs {
		t.Langs[lang] = t.Langs[lang].add(l)
	}
	return nil
}

// Report says how well a vocabulary fits the text of a tally.
type Report struct {
	Vocab         int                   `json:"vocab"`
	Texts         int64                 `json:"texts"`
	Bytes         int64                 `json:"bytes"`
	Tokens        int64                 `json:"tokens"`
	BytesPerToken float64               `json:"bytes_per_token"` // higher: shorter sequences
	Unknown       int64                 `json:"unknown"`         // tokens that stand for what the vocabulary lacks; none of byte-level BPE
	UnknownRate   float64               `json:"unknown_rate"`    // of all tokens
	Unused        int                   `json:"unused"`          // ids never used, reserved ones left out
	UnusedIDs     []uint32              `json:"unused_ids"`      // the first hundred of them
	Langs         map[string]LangReport `json:"langs"`
	Longest       []LongToken           `json:"longest"` // the twenty longest tokens
}

// LangReport is the report on one language.
type LangReport struct {
	LangTally
	BytesPerToken float64 `json:"bytes_per_token"`
	Fertility     float64 `json:"fertility"` // tokens per word
}

// LongToken is one token and how often it was used.
type LongToken struct {
	ID   uint32 `json:"id"`
	Text string `json:"text"`
	Uses int64  `json:"uses"`
}

const (
	listedUnused = 100
	listedLong   = 20
)

// Report makes the report of a tally taken with this tokenizer.
func (t *Tokenizer) Report(tally *Tally) (Report, error) {
	if len(tally.Uses) != t.Size() {
		return Report{}, fmt.Errorf("a token tally of %d ids for a vocabulary of %d", len(tally.Uses), t.Size())
	}
	r := Report{Vocab: t.Size(), Langs: map[string]LangReport{}, UnusedIDs: []uint32{}}
	var all LangTally
	for lang, l := range tally.Langs {
		all = all.add(l)
		r.Langs[lang] = LangReport{l, ratio(l.Bytes, l.Tokens), ratio(l.Tokens, l.Words)}
	}
	r.Texts, r.Bytes, r.Tokens, r.BytesPerToken = all.Texts, all.Bytes, all.Tokens, ratio(all.Bytes, all.Tokens)
	if unk, ok := t.Unknown(); ok {
		r.Unknown = tally.Uses[unk]
		r.UnknownRate = ratio(r.Unknown, all.Tokens)
	}
	for id, n := range tally.Uses {
		if n > 0 || t.special[id] || t.tokens[id] == "" {
			continue
		}
		if r.Unused++; len(r.UnusedIDs) < listedUnused {
			r.UnusedIDs = append(r.UnusedIDs, uint32(id))
		}
	}
	r.Longest = t.longest(tally.Uses)
	return r, nil
}

// longest lists the longest tokens, equally long ones by id.
func (t *Tokenizer) longest(uses []int64) []LongToken {
	ids, sizes := make([]uint32, 0, len(t.tokens)), make([]int, len(t.tokens))
	for id := range t.tokens {
		if !t.special[id] && t.tokens[id] != "" {
			ids = append(ids, uint32(id))
			sizes[id] = len(t.shown(id))
		}
	}
	slices.SortFunc(ids, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(sizes[b], sizes[a]), cmp.Compare(a, b))
	})
	var out []LongToken
	for _, id := range ids[:min(len(ids), listedLong)] {
		out = append(out, LongToken{id, repairUTF8(t.shown(int(id))), uses[id]})
	}
	return out
}

func ratio(a, b int64) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// shown is a token as people read it: of byte-level models its bytes.
func (t *Tokenizer) shown(id int) string {
	if _, ok := t.decoder.(decoding.ByteLevel); ok {
		if text, ok := bpe.ByteLevel.Decode(t.tokens[id]); ok {
			return text
		}
	}
	return t.tokens[id]
}
