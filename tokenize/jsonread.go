package tokenize

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Read reads a tokenizer.json of Hugging Face tokenizers: a model of BPE,
// WordPiece or Unigram, and all normalizers, pre-tokenizers, post-processors and
// decoders that have to do with ids or text. Truncation and padding are settings
// of batches and are ignored. What would change ids and is not read is refused,
// as is what tokenizers itself refuses. Errors name the field, or the byte where
// the file is no JSON.
//
// Which token has which role is told by configs, the files tokenizer_config.json
// and special_tokens_map.json where there are any, and else by names; see
// [Roles].
func Read(data []byte, configs ...[]byte) (*Tokenizer, error) {
	t, err := read(data)
	if err != nil {
		return nil, fmt.Errorf("tokenizer.json: %w", err)
	}
	if len(configs) > 0 {
		if err := t.assign(configs); err != nil {
			return nil, fmt.Errorf("the tokenizer's configuration: %w", err)
		}
	}
	return t, nil
}

func read(data []byte) (*Tokenizer, error) {
	if len(data) > MaxJSONBytes {
		return nil, fmt.Errorf("%d bytes, allowed are %d", len(data), MaxJSONBytes)
	}
	var f struct {
		Version    json.RawMessage `json:"version"`
		Truncation json.RawMessage `json:"truncation"`
		Padding    json.RawMessage `json:"padding"`
		Added      json.RawMessage `json:"added_tokens"`
		steps
		Model json.RawMessage `json:"model"`
	}
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("not a tokenizer: %w", located(data, err))
	}
	switch {
	case string(f.Version) != `"1.0"`:
		return nil, fmt.Errorf("version: %.60s, expected \"1.0\"", orMissing(f.Version))
	case isNull(f.Model):
		return nil, fmt.Errorf("model: is %s", orMissing(f.Model))
	}
	if err := checkBatches(f.Truncation, f.Padding); err != nil {
		return nil, err
	}
	list, err := readAdded(f.Added)
	if err != nil {
		return nil, err
	}
	return newTokenizer(f.steps, list, func(byteLevel bool) (model, error) { return readModel(f.Model, byteLevel) })
}

// located says where an error of syntax is.
func located(data []byte, err error) error {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return err
	}
	at := min(max(syntax.Offset, 0), int64(len(data)))
	line := 1 + bytes.Count(data[:at], []byte("\n"))
	if at == int64(len(data)) {
		err = errors.New("the file ends early")
	}
	return fmt.Errorf("byte %d of %d, line %d: %w", at, len(data), line, err)
}

// checkBatches refuses settings of batches that tokenizers would refuse: a file
// in which they are wrong is damaged, although they have nothing to do with ids.
func checkBatches(truncation, padding json.RawMessage) error {
	var t struct {
		Direction string
		MaxLength *uint64 `json:"max_length"`
		Strategy  string
		Stride    *uint64
	}
	if !isNull(truncation) {
		if err := json.Unmarshal(truncation, &t); err != nil || t.MaxLength == nil || t.Stride == nil || t.Strategy == "" {
			return fmt.Errorf("truncation: has to be null, or a max_length with a strategy and a stride")
		}
	}
	var p struct {
		Strategy json.RawMessage
		ID       *uint32 `json:"pad_id"`
		TypeID   *uint32 `json:"pad_type_id"`
		Token    *string `json:"pad_token"`
	}
	if !isNull(padding) {
		if err := json.Unmarshal(padding, &p); err != nil || isNull(p.Strategy) || p.ID == nil || p.TypeID == nil || p.Token == nil {
			return fmt.Errorf("padding: has to be null, or a strategy with a pad_id, a pad_type_id and a pad_token")
		}
	}
	return nil
}

func orMissing(raw json.RawMessage) string {
	if raw == nil {
		return "missing"
	}
	return strings.ToValidUTF8(string(raw), "\uFFFD")
}
