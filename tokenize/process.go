package tokenize

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"corpus/tokenize/normal"
)

// processor frames texts with tokens: what the field "post_processor" of a
// tokenizer.json adds to one text, and to two. The zero value adds nothing.
type processor struct{ single, pair []piece }

// piece is the ids of a text, or ids that are added.
type piece struct {
	text int // 0 is the first, 1 the second text, added the ids
	ids  []uint32
}

const added = -1

// Frame gives the ids of a text with what the tokenizer puts around them, as
// Hugging Face tokenizers do with add_special_tokens.
func (t *Tokenizer) Frame(ids []uint32) []uint32 { return frame(t.processor.single, ids) }

// FramePair does so with two texts that belong together.
func (t *Tokenizer) FramePair(a, b []uint32) []uint32 {
	if t.processor.pair == nil {
		return frame([]piece{{text: 0}, {text: 1}}, a, b)
	}
	return frame(t.processor.pair, a, b)
}

func frame(pieces []piece, texts ...[]uint32) []uint32 {
	if pieces == nil {
		return texts[0]
	}
	var out []uint32
	for _, p := range pieces {
		if p.text == added {
			out = append(out, p.ids...)
		} else {
			out = append(out, texts[p.text]...)
		}
	}
	return out
}

// readProcessor reads a post-processor for a vocabulary of the given size.
func readProcessor(raw json.RawMessage, vocab int) (processor, error) {
	return processorReader{vocab}.read(raw, "post_processor", 0)
}

// processorReader reads post-processors of tokens below vocab.
type processorReader struct{ vocab int }

func (r processorReader) read(raw json.RawMessage, path string, depth int) (p processor, err error) {
	if isNull(raw) {
		return p, nil
	}
	fields, kind, err := normal.Fields(raw)
	if err != nil {
		return p, fmt.Errorf("%s: %w", path, err)
	}
	switch kind {
	case "ByteLevel":
		err = offsets(fields, "add_prefix_space", "trim_offsets")
	case "TemplateProcessing":
		p, err = r.template(fields)
	case "BertProcessing", "RobertaProcessing":
		p, err = r.classic(fields, kind)
	case "Sequence":
		return r.sequence(fields["processors"], path+".processors", depth)
	default:
		err = fmt.Errorf("type: %q is no post-processor that is known here", kind)
	}
	if err != nil {
		return p, fmt.Errorf("%s.%w", path, err)
	}
	return p, nil
}

// sequence reads processors of which one at most may add tokens.
func (r processorReader) sequence(raw json.RawMessage, path string, depth int) (p processor, err error) {
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil || items == nil {
		return p, fmt.Errorf("%s: has to be a list", path)
	}
	if depth == maxDepth {
		return p, fmt.Errorf("%s: nested deeper than %d", path, maxDepth)
	}
	for i, item := range items {
		at := fmt.Sprintf("%s[%d]", path, i)
		if isNull(item) {
			return p, fmt.Errorf("%s: is null", at)
		}
		next, err := r.read(item, at, depth+1)
		if err != nil {
			return p, err
		}
		if p.single != nil && next.single != nil {
			return p, fmt.Errorf("%s: adds tokens to what another has added tokens to", at)
		}
		if next.single != nil {
			p = next
		}
	}
	return p, nil
}

// classic reads what came before templates: [CLS] A [SEP] B [SEP] of BERT, and
// RoBERTa's <s> A </s></s> B </s>.
func (r processorReader) classic(fields map[string]json.RawMessage, kind string) (p processor, err error) {
	cls, err := r.token(fields, "cls")
	if err != nil {
		return p, err
	}
	sep, err := r.token(fields, "sep")
	if err != nil {
		return p, err
	}
	p.single = []piece{cls, {text: 0}, sep}
	p.pair = []piece{cls, {text: 0}, sep, {text: 1}, sep}
	if kind == "BertProcessing" {
		return p, nil
	}
	p.pair = []piece{cls, {text: 0}, sep, sep, {text: 1}, sep}
	return p, offsets(fields, "add_prefix_space", "trim_offsets")
}

// offsets checks switches that have to do with nothing but where in a text a
// token is, and have to be there all the same.
func offsets(fields map[string]json.RawMessage, names ...string) error {
	for _, name := range names {
		var on bool
		if err := normal.Field(fields, name, &on); err != nil {
			return err
		}
	}
	return nil
}

// token reads a token that is written ["[CLS]", 101].
func (r processorReader) token(fields map[string]json.RawMessage, name string) (p piece, err error) {
	var pair []json.RawMessage
	if err := normal.Field(fields, name, &pair); err != nil {
		return p, err
	}
	var text string
	var id uint32
	if len(pair) != 2 || json.Unmarshal(pair[0], &text) != nil || json.Unmarshal(pair[1], &id) != nil || isNull(pair[0]) || isNull(pair[1]) {
		return p, fmt.Errorf("%s: has to be a token and its id", name)
	}
	return r.adds(name, id)
}

func (r processorReader) adds(name string, ids ...uint32) (piece, error) {
	for _, id := range ids {
		if int(id) >= r.vocab {
			return piece{}, fmt.Errorf("%s: id %d in a vocabulary of %d", name, id, r.vocab)
		}
	}
	return piece{added, ids}, nil
}

// jsonPiece is one of the two.
type jsonPiece struct{ Sequence, SpecialToken *jsonPieceOf }

type jsonPieceOf struct {
	ID     *string `json:"id"`
	TypeID *uint32 `json:"type_id"`
}

type jsonToken struct {
	ID     *string   `json:"id"`
	IDs    []*uint32 `json:"ids"`
	Tokens []*string `json:"tokens"`
}

func (r processorReader) template(fields map[string]json.RawMessage) (p processor, err error) {
	tokens, err := r.tokens(fields)
	if err != nil {
		return p, err
	}
	for _, f := range []struct {
		name  string
		texts int
		to    *[]piece
	}{{"single", 1, &p.single}, {"pair", 2, &p.pair}} {
		var list []jsonPiece
		if err := normal.Field(fields, f.name, &list); err != nil {
			return p, err
		}
		*f.to = make([]piece, len(list)) // which is not nil
		for i, item := range list {
			if (*f.to)[i], err = item.piece(tokens, f.texts); err != nil {
				return p, fmt.Errorf("%s[%d]: %w", f.name, i, err)
			}
		}
	}
	return p, nil
}

// tokens reads the tokens that a template adds, by their names.
func (r processorReader) tokens(fields map[string]json.RawMessage) (map[string]piece, error) {
	var all map[string]jsonToken
	if err := normal.Field(fields, "special_tokens", &all); err != nil {
		return nil, err
	}
	pieces := make(map[string]piece, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		token := all[name]
		if token.ID == nil || token.IDs == nil || token.Tokens == nil || slices.Contains(token.IDs, nil) || slices.Contains(token.Tokens, nil) {
			return nil, fmt.Errorf("special_tokens: %.60q has no id, or not the ids and tokens that it stands for", name)
		}
		ids := make([]uint32, len(token.IDs))
		for i, id := range token.IDs {
			ids[i] = *id
		}
		var err error
		if pieces[name], err = r.adds("special_tokens", ids...); err != nil {
			return nil, err
		}
	}
	return pieces, nil
}

func (item jsonPiece) piece(tokens map[string]piece, texts int) (piece, error) {
	of := cmp.Or(item.Sequence, item.SpecialToken)
	switch {
	case (item.Sequence == nil) == (item.SpecialToken == nil):
		return piece{}, fmt.Errorf("has to be one of Sequence and SpecialToken")
	case of.ID == nil || of.TypeID == nil:
		return piece{}, fmt.Errorf("id or type_id is missing")
	case item.Sequence == nil:
		p, ok := tokens[*of.ID]
		if !ok {
			return p, fmt.Errorf("special_tokens: has no %.60q", *of.ID)
		}
		return p, nil
	case *of.ID == "A":
		return piece{text: 0}, nil
	case *of.ID == "B" && texts == 2:
		return piece{text: 1}, nil
	}
	return piece{}, fmt.Errorf("the Sequence's id %.20q is none of %d texts", *of.ID, texts)
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }
