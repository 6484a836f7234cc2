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
		Version json.RawMessage `json:"version"`
		Added   json.RawMessage `json:"added_tokens"`
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
	return fmt.Errorf("byte %d of %d, line %d: %w", at, len(data), line, err)
}

func orMissing(raw json.RawMessage) string {
	if raw == nil {
		return "missing"
	}
	return strings.ToValidUTF8(string(raw), "\uFFFD")
}
