package tokenize

import (
	"fmt"
	"strings"
)

// Tokenizer is a byte-level BPE vocabulary with its merges. It does not change
// after it was made and may be used by many goroutines; each encodes with an
// [Encoder] of its own.
type Tokenizer struct {
	tokens   []string // bytes of each id; of a special token its content
	merges   []merge  // by rank
	bytes    [256]uint32
	ranks    mergeTable
	specials []Special // by id
	special  []bool    // by id
	raw      finder    // the specials of the first pass
	norm     finder    // and of the second
}

// trained makes the tokenizer of merges found by Train.
func trained(merges []merge) *Tokenizer {
	t := &Tokenizer{merges: merges, specials: Reserved(), bytes: byteIDs()}
	for _, s := range t.specials {
		t.tokens = append(t.tokens, s.Content)
	}
	for _, b := range gpt2Bytes.order {
		t.tokens = append(t.tokens, string([]byte{b}))
	}
	for _, m := range merges {
		t.tokens = append(t.tokens, t.tokens[m.left]+t.tokens[m.right])
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
	t.ranks = newMergeTable(t.merges, t.bytes)
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
