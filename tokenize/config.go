package tokenize

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// SpecialTokensMapJSON gives the bytes of special_tokens_map.json. It names
// tokens by their text only: how they strip white space stands in
// tokenizer.json, and transformers 5 refuses the longer form in a list.
func (t *Tokenizer) SpecialTokensMapJSON() []byte { return indented(t.roles) }

// ConfigJSON gives the bytes of the tokenizer_config.json that lets Hugging
// Face transformers open the tokenizer.json beside it. maxLength is the longest
// sequence of the model, in tokens; 0: there is no model yet.
func (t *Tokenizer) ConfigJSON(maxLength int) []byte {
	var pre struct {
		AddPrefixSpace *bool `json:"add_prefix_space"`
	}
	_ = json.Unmarshal(t.steps.PreTokenizer, &pre) // null leaves it as it is
	return indented(struct {
		Class     string `json:"tokenizer_class"`
		MaxLength int    `json:"model_max_length,omitempty"`
		Clean     bool   `json:"clean_up_tokenization_spaces"`
		// Transformers 4 takes it for false where it is missing, whatever the
		// pre-tokenizer says.
		AddPrefixSpace *bool `json:"add_prefix_space,omitempty"`
		// No types of tokens, by default among them: T5's generate refuses them,
		// and GPT-2 would add the embedding of token 0.
		Inputs []string `json:"model_input_names"`
		Roles
	}{"PreTrainedTokenizerFast", maxLength, false, pre.AddPrefixSpace, []string{"input_ids", "attention_mask"}, t.roles})
}

func indented(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(v) // plain structs into memory cannot fail
	return b.Bytes()
}

// Framed gives the tokenizer with a post-processor that puts tokens before and
// after a text, in the place of what its own adds; of two texts, before and
// after the first and after the second.
func (t *Tokenizer) Framed(before, after []uint32) (*Tokenizer, error) {
	if len(before)+len(after) == 0 && t.processor.single == nil {
		return t, nil
	}
	tokens := map[string]templateToken{}
	start, err := t.pieces(before, 0, tokens)
	if err != nil {
		return nil, err
	}
	middle, err := t.pieces(after, 0, tokens)
	if err != nil {
		return nil, err
	}
	end, _ := t.pieces(after, 1, tokens)
	p := template{"TemplateProcessing", nil, nil, tokens}
	p.Single = slices.Concat(start, []templatePiece{{Sequence: &pieceOf{"A", 0}}}, middle)
	p.Pair = slices.Concat(p.Single, []templatePiece{{Sequence: &pieceOf{"B", 1}}}, end)
	raw := encoded(p)
	if byteLevelProcessor(t.steps.PostProcessor) { // which tells where in a text a token is
		raw = encoded(struct {
			Type       string            `json:"type"`
			Processors []json.RawMessage `json:"processors"`
		}{"Sequence", []json.RawMessage{t.steps.PostProcessor, raw}})
	}
	framed := *t
	framed.steps.PostProcessor = raw
	framed.processor, err = readProcessor(raw, t.Size())
	return &framed, err
}

// template is TemplateProcessing as it is written.
type template struct {
	Type   string                   `json:"type"`
	Single []templatePiece          `json:"single"`
	Pair   []templatePiece          `json:"pair"`
	Tokens map[string]templateToken `json:"special_tokens"`
}

type templatePiece struct {
	Sequence     *pieceOf `json:"Sequence,omitempty"`
	SpecialToken *pieceOf `json:"SpecialToken,omitempty"`
}

type pieceOf struct {
	ID     string `json:"id"`
	TypeID int    `json:"type_id"`
}

type templateToken struct {
	ID     string   `json:"id"`
	IDs    []uint32 `json:"ids"`
	Tokens []string `json:"tokens"`
}

// pieces writes tokens of one of two texts.
func (t *Tokenizer) pieces(ids []uint32, text int, tokens map[string]templateToken) (list []templatePiece, err error) {
	for _, id := range ids {
		if int(id) >= t.Size() || t.tokens[id] == "" {
			return nil, fmt.Errorf("frame texts: no token has id %d", id)
		}
		name := t.tokens[id]
		tokens[name] = templateToken{name, []uint32{id}, []string{name}}
		list = append(list, templatePiece{SpecialToken: &pieceOf{name, text}})
	}
	return list, nil
}

func byteLevelProcessor(raw json.RawMessage) bool {
	var p struct{ Type string }
	return json.Unmarshal(raw, &p) == nil && p.Type == "ByteLevel"
}
