package bpe

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// jsonModel is the "model" of a tokenizer.json.
type jsonModel struct {
	Type         string            `json:"type"`
	Dropout      *float64          `json:"dropout"`
	Unk          string            `json:"unk_token"`
	Prefix       string            `json:"continuing_subword_prefix"`
	Suffix       string            `json:"end_of_word_suffix"`
	FuseUnk      bool              `json:"fuse_unk"`
	ByteFallback bool              `json:"byte_fallback"`
	IgnoreMerges bool              `json:"ignore_merges"`
	Vocab        map[string]uint32 `json:"vocab"`
	Merges       []jsonMerge       `json:"merges"`
}

// jsonMerge is a pair, written "a b" or ["a", "b"].
type jsonMerge [2]string

func (m *jsonMerge) UnmarshalJSON(data []byte) error {
	if data[0] != '"' {
		var pair []string
		if err := json.Unmarshal(data, &pair); err != nil || len(pair) != 2 {
			return fmt.Errorf("merges: %.60s is not a pair", data)
		}
		*m = jsonMerge(pair)
		return nil
	}
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	left, right, ok := strings.Cut(s, " ")
	if !ok || strings.Contains(right, " ") {
		return fmt.Errorf("merges: %.60q is not two tokens with a space between", s)
	}
	*m = jsonMerge{left, right}
	return nil
}

// version begins a line of merges that is none, as GPT-2's merges.txt has one.
const version = "#version"

// Read reads the field "model" of a tokenizer.json. Errors name the field.
// Dropout, which makes ids random, is refused, and so is an unknown token that
// the vocabulary lacks, with which Hugging Face fails at the first unknown
// character.
func Read(raw json.RawMessage) (*Model, error) {
	var f jsonModel
	if err := json.Unmarshal(raw, &f); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	c, err := f.config()
	if err != nil {
		return nil, fmt.Errorf("model.%w", err)
	}
	m, err := New(c)
	if err != nil {
		return nil, fmt.Errorf("model.%w", err)
	}
	return m, nil
}

func (f *jsonModel) config() (c Config, err error) {
	switch {
	case f.Type != "BPE" && f.Type != "":
		return c, fmt.Errorf("type: %.60q, expected \"BPE\"", f.Type)
	case f.Dropout != nil && *f.Dropout != 0:
		return c, fmt.Errorf("dropout: %g makes ids random; expected null", *f.Dropout)
	case f.Vocab == nil:
		return c, fmt.Errorf("vocab: missing")
	case f.Merges == nil:
		return c, fmt.Errorf("merges: missing")
	}
	c = Config{
		Unk: f.Unk, FuseUnk: f.FuseUnk, ByteFallback: f.ByteFallback,
		Prefix: f.Prefix, Suffix: f.Suffix, IgnoreMerges: f.IgnoreMerges,
	}
	if c.Tokens, err = byID(f.Vocab); err != nil {
		return c, fmt.Errorf("vocab: %w", err)
	}
	c.Merges, err = f.merges()
	return c, err
}

// byID lists the tokens by id. If something is wrong they are taken in order, so
// that the error is the same each time.
func byID(vocab map[string]uint32) ([]string, error) {
	tokens := make([]string, 0, len(vocab))
	put := func(token string, id uint32) error {
		switch {
		case id >= MaxVocab:
			return fmt.Errorf("%.60q has id %d, allowed are 0 to %d", token, id, MaxVocab-1)
		case int(id) < len(tokens) && tokens[id] != "":
			return fmt.Errorf("%.60q and %.60q have the same id %d", tokens[id], token, id)
		case int(id) >= len(tokens):
			tokens = slices.Grow(tokens, int(id)+1-len(tokens))[:id+1]
		}
		tokens[id] = token
		return nil
	}
	for token, id := range vocab {
		if put(token, id) == nil {
			continue
		}
		clear(tokens)
		for _, token := range slices.Sorted(maps.Keys(vocab)) {
			if err := put(token, vocab[token]); err != nil {
				return nil, err
			}
		}
	}
	return tokens, nil
}

// merges looks up the tokens of the merges.
func (f *jsonModel) merges() ([]Merge, error) {
	merges := make([]Merge, 0, len(f.Merges))
	var joined []byte
	for i, pair := range f.Merges {
		if strings.HasPrefix(pair[0], version) && i == 0 {
			continue
		}
		left, ok1 := f.Vocab[pair[0]]
		right, ok2 := f.Vocab[pair[1]]
		if !ok1 || !ok2 || len(pair[1]) < len(f.Prefix) {
			return nil, fmt.Errorf("merges[%d]: %.60q is not two tokens of the vocabulary", i, pair)
		}
		joined = append(append(joined[:0], pair[0]...), pair[1][len(f.Prefix):]...)
		id, ok := f.Vocab[string(joined)]
		if !ok {
			return nil, fmt.Errorf("merges[%d]: %.60q makes %.60q, which is not in the vocabulary", i, pair, joined)
		}
		merges = append(merges, Merge{left, right, id})
	}
	return merges, nil
}

// MarshalJSON writes the field "model" of a tokenizer.json as Hugging Face
// tokenizers does, tokens by id and merges by rank. What is "" is null.
func (m *Model) MarshalJSON() ([]byte, error) {
	w := jsonWriter{}
	w.enc = json.NewEncoder(&w.Buffer)
	w.enc.SetEscapeHTML(false)
	c := &m.config
	w.optional(`{"type":"BPE","dropout":null,"unk_token":`, c.Unk)
	w.optional(`,"continuing_subword_prefix":`, c.Prefix)
	w.optional(`,"end_of_word_suffix":`, c.Suffix)
	fmt.Fprintf(&w, `,"fuse_unk":%v,"byte_fallback":%v,"ignore_merges":%v,"vocab":{`, c.FuseUnk, c.ByteFallback, c.IgnoreMerges)
	before := ""
	for id, token := range c.Tokens {
		if token != "" {
			w.value(before, token)
			fmt.Fprintf(&w, ":%d", id)
			before = ","
		}
	}
	w.WriteString(`},"merges":[`)
	before = ""
	for rank, merge := range c.Merges {
		if m.ranks.find(merge.Left, merge.Right) == uint32(rank) { // else it comes again
			w.value(before, [2]string{c.Tokens[merge.Left], c.Tokens[merge.Right]})
			before = ","
		}
	}
	w.WriteString("]}")
	return w.Bytes(), w.err
}

type jsonWriter struct {
	bytes.Buffer
	enc *json.Encoder
	err error
}

func (w *jsonWriter) value(before string, v any) {
	w.WriteString(before)
	w.err = errors.Join(w.err, w.enc.Encode(v))
	w.Truncate(w.Len() - 1) // the line's end that Encode adds
}

func (w *jsonWriter) optional(before, s string) {
	if s == "" {
		w.WriteString(before + "null")
		return
	}
	w.value(before, s)
}
