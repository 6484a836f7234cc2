package tokenize

import (
	"bytes"
	"encoding/json"
	"strings"
)

// specialsMap is special_tokens_map.json, and part of tokenizer_config.json. It
// names tokens by their text only: how they strip white space stands in
// tokenizer.json, and transformers 5 refuses the longer form in a list.
type specialsMap struct {
	Bos       string   `json:"bos_token,omitempty"`
	Eos       string   `json:"eos_token,omitempty"`
	Unk       string   `json:"unk_token,omitempty"`
	Sep       string   `json:"sep_token,omitempty"`
	Pad       string   `json:"pad_token,omitempty"`
	Cls       string   `json:"cls_token,omitempty"`
	Mask      string   `json:"mask_token,omitempty"`
	Sentinels []string `json:"additional_special_tokens,omitempty"`
}

// specialsMap gives the reserved tokens their roles; special tokens of other
// names, as a file from elsewhere may have, get none.
func (t *Tokenizer) specialsMap() (m specialsMap) {
	roles := map[string]*string{
		Bos: &m.Bos, Eos: &m.Eos, Unk: &m.Unk, Sep: &m.Sep, Pad: &m.Pad, Cls: &m.Cls, Mask: &m.Mask,
	}
	for _, s := range t.added {
		if role, ok := roles[s.Content]; ok {
			*role = s.Content
		} else if strings.HasPrefix(s.Content, "<extra_id_") {
			m.Sentinels = append(m.Sentinels, s.Content)
		}
	}
	return m
}

// SpecialTokensMapJSON gives the bytes of special_tokens_map.json.
func (t *Tokenizer) SpecialTokensMapJSON() []byte { return indented(t.specialsMap()) }

// ConfigJSON gives the bytes of the tokenizer_config.json that lets Hugging
// Face transformers open the tokenizer.json beside it. maxLength is the longest
// sequence of the model, in tokens.
func (t *Tokenizer) ConfigJSON(maxLength int) []byte {
	return indented(struct {
		Class     string `json:"tokenizer_class"`
		MaxLength int    `json:"model_max_length"`
		Clean     bool   `json:"clean_up_tokenization_spaces"`
		specialsMap
	}{"PreTrainedTokenizerFast", maxLength, false, t.specialsMap()})
}

func indented(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(v) // plain structs into memory cannot fail
	return b.Bytes()
}
