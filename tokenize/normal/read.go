package normal

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Read reads the field "normalizer" of a tokenizer.json; null is no normalizer.
// Its errors begin with the path of the field. Unknown keys are passed over, as
// tokenizers does; a normalizer without "type" is an error.
func Read(raw json.RawMessage) (Normalizer, error) {
	steps := 0
	return read(raw, "normalizer", 0, &steps)
}

func read(raw json.RawMessage, path string, depth int, steps *int) (Normalizer, error) {
	if isNull(raw) {
		return nil, nil
	}
	if *steps++; *steps > maxSteps || depth > maxDepth {
		return nil, fmt.Errorf("%s: more than %d normalizers, or nested deeper than %d", path, maxSteps, maxDepth)
	}
	fields, kind, err := Fields(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if kind == "Sequence" {
		return readSequence(fields["normalizers"], path+".normalizers", depth, steps)
	}
	n, err := readOne(kind, fields)
	if err != nil {
		return nil, fmt.Errorf("%s.%w", path, err)
	}
	return n, nil
}

func isNull(raw json.RawMessage) bool {
	s := strings.TrimSpace(string(raw[:min(len(raw), 16)]))
	return len(raw) == 0 || s == "null"
}

func readSequence(raw json.RawMessage, path string, depth int, steps *int) (Normalizer, error) {
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil || items == nil {
		return nil, fmt.Errorf("%s: has to be a list", path)
	}
	s := make(Sequence, 0, min(len(items), maxSteps))
	for i, item := range items {
		at := fmt.Sprintf("%s[%d]", path, i)
		n, err := read(item, at, depth+1, steps)
		if err != nil {
			return nil, err
		}
		if n == nil {
			return nil, fmt.Errorf("%s: is null", at)
		}
		s = append(s, n)
	}
	return s, nil
}

// readOne reads a normalizer that is no sequence. Its errors begin with the
// name of the field.
func readOne(kind string, fields map[string]json.RawMessage) (Normalizer, error) {
	switch kind {
	case "NFC", "NFD", "NFKC", "NFKD":
		return Form(slices.Index([]string{"NFC", "NFD", "NFKC", "NFKD"}, kind)), nil
	case "Nmt":
		return Nmt{}, nil
	case "Lowercase":
		return Lowercase{}, nil
	case "StripAccents":
		return StripAccents{}, nil
	case "ByteLevel":
		return ByteLevel{}, nil
	case "Strip":
		var s Strip
		return s, errors.Join(Field(fields, "strip_left", &s.Left), Field(fields, "strip_right", &s.Right))
	case "Prepend":
		return readPrepend(fields)
	case "Replace":
		return ReadReplace(fields)
	case "BertNormalizer", "Bert":
		return readBERT(fields)
	case "Precompiled":
		return readPrecompiled(fields)
	}
	return nil, fmt.Errorf("type: %q is no normalizer that is known here", kind)
}

func readPrepend(fields map[string]json.RawMessage) (Normalizer, error) {
	var p Prepend
	if err := Field(fields, "prepend", &p.Text); err != nil {
		return nil, err
	}
	return p, checkContent("prepend", p.Text)
}

func readBERT(fields map[string]json.RawMessage) (Normalizer, error) {
	var b BERT
	for _, f := range []struct {
		name string
		to   any
	}{
		{"clean_text", &b.CleanText},
		{"handle_chinese_chars", &b.HandleChineseChars},
		{"lowercase", &b.Lowercase},
	} {
		if err := Field(fields, f.name, f.to); err != nil {
			return nil, err
		}
	}
	if isNull(fields["strip_accents"]) {
		return b, nil
	}
	b.StripAccents = new(bool)
	return b, Field(fields, "strip_accents", b.StripAccents)
}

// ReadReplace reads the fields of a Replace, which is a normalizer and a
// decoder. Its errors begin with the name of the field.
func ReadReplace(fields map[string]json.RawMessage) (r Replace, err error) {
	if err := Field(fields, "pattern", &r.Pattern); err != nil {
		return r, err
	}
	if err := Field(fields, "content", &r.Content); err != nil {
		return r, err
	}
	return r, checkContent("content", r.Content)
}

func checkContent(name, content string) error {
	if len(content) > MaxContent {
		return fmt.Errorf("%s: %d bytes, where %d are allowed", name, len(content), MaxContent)
	}
	return nil
}

// Fields are the fields of a JSON object and its "type".
func Fields(raw json.RawMessage) (fields map[string]json.RawMessage, kind string, err error) {
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, "", errors.New("has to be an object")
	}
	return fields, kind, Field(fields, "type", &kind)
}

// Field reads a field that has to be there into to.
func Field(fields map[string]json.RawMessage, name string, to any) error {
	raw, ok := fields[name]
	if !ok || isNull(raw) {
		return fmt.Errorf("%s: is missing", name)
	}
	if err := json.Unmarshal(raw, to); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
