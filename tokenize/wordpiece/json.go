package wordpiece

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// jsonModel is the "model" of a tokenizer.json. All but the type must be there.
type jsonModel struct {
	Type     string            `json:"type"`
	Unk      *string           `json:"unk_token"`
	Prefix   *string           `json:"continuing_subword_prefix"`
	MaxChars *int64            `json:"max_input_chars_per_word"`
	Vocab    map[string]uint32 `json:"vocab"`
}

// Read reads the field "model" of a tokenizer.json. Errors name the field.
func Read(raw json.RawMessage) (*Model, error) {
	var f jsonModel
	if err := json.Unmarshal(raw, &f); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	if err := f.complete(); err != nil {
		return nil, fmt.Errorf("model.%w", err)
	}
	tokens, err := byID(f.Vocab)
	if err != nil {
		return nil, fmt.Errorf("model.vocab: %w", err)
	}
	m, err := New(Config{tokens, *f.Unk, *f.Prefix, int(*f.MaxChars)})
	if err != nil {
		return nil, fmt.Errorf("model.%w", err)
	}
	return m, nil
}

func (f *jsonModel) complete() error {
	switch {
	case f.Type != "WordPiece" && f.Type != "":
		return fmt.Errorf("type: %.60q, expected \"WordPiece\"", f.Type)
	case f.Unk == nil:
		return fmt.Errorf("unk_token: missing")
	case f.Prefix == nil:
		return fmt.Errorf("continuing_subword_prefix: missing")
	case f.MaxChars == nil:
		return fmt.Errorf("max_input_chars_per_word: missing")
	case f.Vocab == nil:
		return fmt.Errorf("vocab: missing")
	}
	return nil
}

// byID lists the tokens by id. They are taken in order, so that the error is
// the same each time.
func byID(vocab map[string]uint32) ([]string, error) {
	var tokens []string
	taken := map[uint32]string{}
	for _, token := range slices.Sorted(maps.Keys(vocab)) {
		id := vocab[token]
		if id >= MaxVocab {
			return nil, fmt.Errorf("%.60q has id %d, allowed are 0 to %d", token, id, MaxVocab-1)
		}
		if other, ok := taken[id]; ok {
			return nil, fmt.Errorf("%.60q and %.60q have the same id %d", other, token, id)
		}
		taken[id] = token
		if n := int(id) + 1; n > len(tokens) {
			tokens = slices.Grow(tokens, n-len(tokens))[:n]
		}
		tokens[id] = token
	}
	return tokens, nil
}

// MarshalJSON writes the field "model" of a tokenizer.json as Hugging Face
// tokenizers does, tokens by id.
func (m *Model) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	write := func(before string, v any) error {
		b.WriteString(before)
		err := enc.Encode(v)
		b.Truncate(b.Len() - 1) // the line's end that Encode adds
		return err
	}
	c := &m.config
	err := errors.Join(
		write(`{"type":"WordPiece","unk_token":`, c.Unk),
		write(`,"continuing_subword_prefix":`, c.Prefix),
		write(`,"max_input_chars_per_word":`, c.MaxChars),
	)
	before := `,"vocab":{`
	for id, token := range c.Tokens {
		if token != "" {
			err = errors.Join(err, write(before, token))
			fmt.Fprintf(&b, ":%d", id)
			before = ","
		}
	}
	b.WriteString("}}")
	return b.Bytes(), err
}
