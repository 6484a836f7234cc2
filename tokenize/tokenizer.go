package tokenize

import (
	"fmt"
	"strings"

	"corpus/tokenize/bpe"
	"corpus/tokenize/count"
)

// Tokenizer is a byte-level BPE vocabulary with its merges. It does not change
// after it was made and may be used by many goroutines; each encodes with an
// [Encoder] of its own.
type Tokenizer struct {
	tokens   []string    // bytes of each id; of a special token its content
	merges   []bpe.Merge // by rank
	bytes    [256]uint32
	model    *bpe.Model
	specials []Special // by id
	special  []bool    // by id
	raw      finder    // the specials of the first pass
	norm     finder    // and of the second
}

// TrainOptions say what to train.
type TrainOptions struct {
	// Vocab is the wanted number of ids, the reserved tokens and the 256 bytes
	// included; from [NumReserved]+256 to [MaxVocab].
	Vocab int
}

// Train learns a byte-level BPE vocabulary behind the reserved tokens; see [bpe.Train].
func Train(counts count.Counts, opts TrainOptions) (*Tokenizer, bpe.Stats, error) {
	merges, stats, err := bpe.Train(counts, bpe.Options{Reserved: NumReserved, Vocab: opts.Vocab})
	if err != nil {
		return nil, stats, err
	}
	return trained(merges), stats, nil
}

// trained makes the tokenizer of merges found by Train.
func trained(merges []bpe.Merge) *Tokenizer {
	t := &Tokenizer{merges: merges, specials: Reserved(), bytes: bpe.ByteIDs(NumReserved)}
	for _, s := range t.specials {
		t.tokens = append(t.tokens, s.Content)
	}
	for _, b := range bpe.ByteLevel.Order {
		t.tokens = append(t.tokens, string([]byte{b}))
	}
	for _, m := range merges {
		t.tokens = append(t.tokens, t.tokens[m.Left]+t.tokens[m.Right])
	}
	t.index()
	return t
}

// index builds what encoding looks up.
func (t *Tokenizer) index() {
	t.special = make([]bool, len(t.tokens))
	for _, s := range t.specials {
		t.special[s.ID] = true
	}
	t.model = bpe.NewBytes(t.merges, t.bytes)
	var raw, norm []Special
	for _, s := range t.specials {
		if s.Normalized {
			norm = append(norm, s)
		} else {
			raw = append(raw, s)
		}
	}
	t.raw, t.norm = newFinder(raw), newFinder(norm)
}

// Size is the number of ids, reserved tokens included.
func (t *Tokenizer) Size() int { return len(t.tokens) }

// Special finds a special token by its text.
func (t *Tokenizer) Special(content string) (id uint32, ok bool) {
	for _, s := range t.specials {
		if s.Content == content {
			return s.ID, true
		}
	}
	return 0, false
}

// Decode joins the tokens into text, with or without the special ones. Bytes
// that are not UTF-8, which a model may well produce, become U+FFFD.
func (t *Tokenizer) Decode(ids []uint32, skipSpecials bool) (string, error) {
	var b strings.Builder
	for i, id := range ids {
		if int(id) >= len(t.tokens) {
			return "", fmt.Errorf("decode: token %d has id %d, the vocabulary has %d", i, id, len(t.tokens))
		}
		if !skipSpecials || !t.special[id] {
			b.WriteString(t.tokens[id])
		}
	}
	return repairUTF8(b.String()), nil
}
