package tokenize

import (
	"encoding/json"
	"fmt"

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
	case "ByteLevel": // has to do with offsets alone
		return p, nil
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
	for _, name := range []string{"trim_offsets", "add_prefix_space"} {
		var flag bool // has to do with offsets alone, but has to be there
		if err := normal.Field(fields, name, &flag); err != nil {
			return p, err
		}
	}
	p.pair = []piece{cls, {text: 0}, sep, sep, {text: 1}, sep}
	return p, nil
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
type jsonPiece struct {
	Sequence     *struct{ ID, TypeID json.RawMessage }
	SpecialToken *struct{ ID *string }
}

type jsonToken struct {
	IDs    []uint32 `json:"ids"`
	Tokens []string `json:"tokens"`
}

func (r processorReader) template(fields map[string]json.RawMessage) (p processor, err error) {
	var tokens map[string]jsonToken
	if err := normal.Field(fields, "special_tokens", &tokens); err != nil {
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
			if (*f.to)[i], err = r.piece(item, tokens, f.texts); err != nil {
				return p, fmt.Errorf("%s[%d]: %w", f.name, i, err)
			}
		}
	}
	return p, nil
}

func (r processorReader) piece(item jsonPiece, tokens map[string]jsonToken, texts int) (piece, error) {
	switch {
	case (item.Sequence == nil) == (item.SpecialToken == nil):
		return piece{}, fmt.Errorf("has to be one of Sequence and SpecialToken")
	case item.Sequence != nil:
		switch id := string(item.Sequence.ID); {
		case id == `"A"`:
			return piece{text: 0}, nil
		case id == `"B"` && texts == 2:
			return piece{text: 1}, nil
		default:
			return piece{}, fmt.Errorf("Sequence.id: %.20s is none of %d texts", id, texts)
		}
	case item.SpecialToken.ID == nil:
		return piece{}, fmt.Errorf("SpecialToken.id: is missing")
	}
	name := *item.SpecialToken.ID
	token, ok := tokens[name]
	if !ok || token.IDs == nil {
		return piece{}, fmt.Errorf("special_tokens: has no ids of %.60q", name)
	}
	return r.adds("special_tokens", token.IDs...)
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }
