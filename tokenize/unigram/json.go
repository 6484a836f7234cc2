package unigram

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// jsonModel is the "model" of a tokenizer.json.
type jsonModel struct {
	Type         string      `json:"type"`
	Unk          *int64      `json:"unk_id"`
	Vocab        []jsonToken `json:"vocab"`
	ByteFallback bool        `json:"byte_fallback"`
}

// jsonToken is written ["text", score].
type jsonToken Token

func (t *jsonToken) UnmarshalJSON(data []byte) error {
	var pair []json.RawMessage
	if err := json.Unmarshal(data, &pair); err != nil || len(pair) != 2 {
		return fmt.Errorf("vocab: %.60s is not a token and its score", data)
	}
	if err := json.Unmarshal(pair[0], &t.Text); err != nil || pair[0][0] != '"' {
		return fmt.Errorf("vocab: %.60s is not a token", pair[0])
	}
	if c := pair[1][0]; c != '-' && (c < '0' || c > '9') {
		return fmt.Errorf("vocab: %.60s is not a score", pair[1])
	}
	var err error
	if t.Score, err = parseScore(string(pair[1])); err != nil {
		return fmt.Errorf("vocab: the score of %.60q: %w", t.Text, err)
	}
	return nil
}

// Read reads the field "model" of a tokenizer.json. Errors name the field.
// Hugging Face allows a model without an unknown token, which then fails at the
// first unknown character; it is refused here.
func Read(raw json.RawMessage) (*Model, error) {
	var f jsonModel
	if err := json.Unmarshal(raw, &f); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	switch {
	case f.Type != "Unigram" && f.Type != "":
		return nil, fmt.Errorf("model.type: %.60q, expected \"Unigram\"", f.Type)
	case f.Vocab == nil:
		return nil, fmt.Errorf("model.vocab: missing")
	case f.Unk == nil:
		return nil, fmt.Errorf("model.unk_id: missing or null, so that unknown characters have no token")
	}
	c := Config{Tokens: make([]Token, len(f.Vocab)), Unk: int(*f.Unk), ByteFallback: f.ByteFallback}
	for i, t := range f.Vocab {
		c.Tokens[i] = Token(t)
	}
	m, err := New(c)
	if err != nil {
		return nil, fmt.Errorf("model.%w", err)
	}
	return m, nil
}

// MarshalJSON writes the field "model" of a tokenizer.json as Hugging Face
// tokenizers does.
func (m *Model) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"type":"Unigram","unk_id":%d,"vocab":[`, m.config.Unk)
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for i, t := range m.config.Tokens {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := enc.Encode([2]any{t.Text, t.Score}); err != nil {
			return nil, err
		}
		b.Truncate(b.Len() - 1) // the line's end that Encode adds
	}
	fmt.Fprintf(&b, `],"byte_fallback":%v}`, m.config.ByteFallback)
	return b.Bytes(), nil
}
