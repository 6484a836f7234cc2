package trainer

import (
	"fmt"

	"corpus"
	"corpus/shards/order"
)

// Tokens is documents as a stream of ids, each document followed by the end token.
// shards.Stream is one. It is read by several goroutines.
type Tokens interface {
	order.Documents
	// Read fills dst with the tokens from position at on.
	Read(dst []int32, at int64) error
	// Ends appends where, behind position at and up to n tokens on, a document
	// ends: distances from at, of what is behind the end token.
	Ends(dst []int, at int64, n int) ([]int, error)
	// Names calls do with the id and the source of each document of which tokens
	// stand behind position at and up to n tokens on.
	Names(at, n int64, do func(id, source string)) error
}

// Source is a set of documents that is mixed with others.
type Source struct {
	Name   string
	Weight int // rows of it, to those of the others
	Tokens Tokens
}

// All is the only source of a set that is not mixed.
func All(t Tokens) []Source { return []Source{{"all", 1, t}} }

// Special names the reserved ids of a vocabulary that objectives and generation
// use; tokenizer.json declares them.
type Special struct {
	Pad  int32 `json:"pad"`
	BOS  int32 `json:"bos"`
	EOS  int32 `json:"eos"`
	Unk  int32 `json:"unk"`
	CLS  int32 `json:"cls"`
	SEP  int32 `json:"sep"`
	Mask int32 `json:"mask"`
	// Sentinels are the ids of <extra_id_0>, <extra_id_1>, … in this order.
	Sentinels []int32 `json:"sentinels"`
	// Pieces says of every id what its text tells of words and sentences, which
	// denoise and whole-word mlm ask for; the tokenizer tells it again.
	Pieces []Piece `json:"-"`
}

// serves says whether a vocabulary has the tokens that an objective needs.
func (s Special) serves(objective string) error {
	type need struct {
		id   int32
		what string
	}
	needs := map[string][]need{
		"mlm": {{s.Mask, "hides words: <mask>, [MASK]"}, {s.CLS, "begins texts: <cls>, [CLS], <s>"}, {s.SEP, "ends texts: <sep>, [SEP], </s>"}},
		"clm": {{s.EOS, "ends texts: </s>, <|endoftext|>"}},
		"denoise": {
			{s.Mask, "hides words: <mask>"}, {s.BOS, "begins texts: <s>"}, {s.EOS, "ends texts: </s>"}, {s.Pad, "fills rows: <pad>"},
		},
		"span": {{s.EOS, "ends texts: </s>"}, {s.Pad, "fills rows: <pad>"}},
	}
	for _, n := range needs[objective] {
		if n.id < 0 {
			return lacks("%s needs a token that %s; the tokenizer has none", objective, n.what)
		}
	}
	if objective == "span" && len(s.Sentinels) == 0 {
		return lacks("span needs sentinels: <extra_id_0>, <extra_id_1>, …; the tokenizer has none")
	}
	return nil
}

func lacks(format string, a ...any) error {
	return &corpus.Error{
		Class: corpus.BadConfig, What: fmt.Sprintf(format, a...), Offset: -1,
		Next: "choose another --objective; or another tokenizer, whose tokenizer_config.json may also name such a token",
	}
}

// set marks the reserved ids in a table of the vocabulary's size.
func (s Special) set(vocab int) []bool {
	table := make([]bool, vocab)
	for _, id := range append([]int32{s.Pad, s.BOS, s.EOS, s.Unk, s.CLS, s.SEP, s.Mask}, s.Sentinels...) {
		if id >= 0 && int(id) < vocab {
			table[id] = true
		}
	}
	return table
}
