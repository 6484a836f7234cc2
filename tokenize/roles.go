package tokenize

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Roles are tokens by what they are for, under the names of
// special_tokens_map.json; "" where a tokenizer has none.
type Roles struct {
	Bos  string `json:"bos_token,omitempty"`
	Eos  string `json:"eos_token,omitempty"`
	Unk  string `json:"unk_token,omitempty"`
	Sep  string `json:"sep_token,omitempty"`
	Pad  string `json:"pad_token,omitempty"`
	Cls  string `json:"cls_token,omitempty"`
	Mask string `json:"mask_token,omitempty"`
	// Sentinels are T5's <extra_id_0>, <extra_id_1>, … in this order.
	Sentinels []string `json:"additional_special_tokens,omitempty"`
}

// Roles tells the tokens by their roles.
func (t *Tokenizer) Roles() Roles { return t.roles }

// ID finds a token by its text, as the vocabulary has it.
func (t *Tokenizer) ID(token string) (id uint32, ok bool) {
	for _, a := range t.added {
		if a.Content == token {
			return a.ID, true
		}
	}
	i := slices.Index(t.model.tokens, token)
	return uint32(max(0, i)), i >= 0 && token != ""
}

// role is a field of Roles, its key in files, and the names that the families'
// tokens have.
type role struct {
	key   string
	to    *string
	names []string
}

func (r *Roles) list() []role {
	return []role{
		{"bos_token", &r.Bos, []string{Bos, "<bos>", "<|begin_of_text|>", "<|startoftext|>"}},
		{"eos_token", &r.Eos, []string{Eos, "<eos>", "<|end_of_text|>", "<|endoftext|>"}},
		{"unk_token", &r.Unk, []string{Unk, "[UNK]"}},
		{"sep_token", &r.Sep, []string{Sep, "[SEP]"}},
		{"pad_token", &r.Pad, []string{Pad, "[PAD]", "<|pad|>", "<|padding|>", "<|finetune_right_pad_id|>"}},
		{"cls_token", &r.Cls, []string{Cls, "[CLS]"}},
		{"mask_token", &r.Mask, []string{Mask, "[MASK]", "<|mask|>"}},
	}
}

// assign gives roles: those that files beside tokenizer.json give,
// tokenizer_config.json or special_tokens_map.json, the first that has one; else
// by the names of the families' tokens, if they are special. Where a text is framed by two tokens, as
// RoBERTa frames it by <s> and </s>, these are cls and sep if nothing else is.
func (t *Tokenizer) assign(files [][]byte) error {
	t.roles = Roles{}
	if t.model.unk >= 0 {
		t.roles.Unk = t.model.tokens[t.model.unk]
	}
	for _, r := range t.roles.list() {
		for _, file := range files {
			if err := t.named(r, file); err != nil {
				return err
			}
		}
		for _, name := range r.names {
			if _, ok := t.Special(name); ok && *r.to == "" {
				*r.to = name
			}
		}
	}
	if s := t.processor.single; len(s) == 3 && s[1].text == 0 && len(s[0].ids) == 1 && len(s[2].ids) == 1 {
		if t.roles.Cls == "" && t.roles.Sep == "" {
			t.roles.Cls, t.roles.Sep = t.tokens[s[0].ids[0]], t.tokens[s[2].ids[0]]
		}
	}
	for i := 0; ; i++ {
		if _, ok := t.Special(Sentinel(i)); !ok {
			return nil
		}
		t.roles.Sentinels = append(t.roles.Sentinels, Sentinel(i))
	}
}

// named takes a role from a file, where the token is a text or an object with
// its content.
func (t *Tokenizer) named(r role, file []byte) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(file, &fields); err != nil {
		return fmt.Errorf("not the names of special tokens: %w", located(file, err))
	}
	raw := fields[r.key]
	if isNull(raw) || *r.to != "" && r.key != "unk_token" {
		return nil
	}
	var token struct{ Content string }
	if json.Unmarshal(raw, &token.Content) != nil && json.Unmarshal(raw, &token) != nil || token.Content == "" {
		return fmt.Errorf("%s: %.60s is not a token", r.key, raw)
	}
	if _, ok := t.ID(token.Content); !ok {
		return fmt.Errorf("%s: %.60q is not in the vocabulary", r.key, token.Content)
	}
	*r.to = token.Content
	return nil
}
