package decoding

import (
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"corpus/tokenize/normal"
)

// Read reads the field "decoder" of a tokenizer.json; null is no decoder. Its
// errors begin with the path of the field. Unknown keys are passed over, as
// tokenizers does; a decoder without "type" is an error.
func Read(raw json.RawMessage) (Decoder, error) {
	steps := 0
	return read(raw, "decoder", 0, &steps)
}

func read(raw json.RawMessage, path string, depth int, steps *int) (Decoder, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	if *steps++; *steps > maxSteps || depth > maxDepth {
		return nil, fmt.Errorf("%s: more than %d decoders, or nested deeper than %d", path, maxSteps, maxDepth)
	}
	fields, kind, err := normal.Fields(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if kind == "Sequence" {
		return readSequence(fields["decoders"], path+".decoders", depth, steps)
	}
	d, err := readOne(kind, fields)
	if err != nil {
		return nil, fmt.Errorf("%s.%w", path, err)
	}
	return d, nil
}

func readSequence(raw json.RawMessage, path string, depth int, steps *int) (Decoder, error) {
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil || items == nil {
		return nil, fmt.Errorf("%s: has to be a list", path)
	}
	s := make(Sequence, 0, min(len(items), maxSteps))
	for i, item := range items {
		at := fmt.Sprintf("%s[%d]", path, i)
		d, err := read(item, at, depth+1, steps)
		if err != nil {
			return nil, err
		}
		if d == nil {
			return nil, fmt.Errorf("%s: is null", at)
		}
		s = append(s, d)
	}
	return s, nil
}

// field is where a field goes; one that is optional keeps what it has.
type field struct {
	name     string
	to       any
	optional bool
}

// readFields reads fields and checks the texts among them.
func readFields(from map[string]json.RawMessage, fields ...field) error {
	for _, f := range fields {
		if _, there := from[f.name]; f.optional && (!there || string(from[f.name]) == "null") {
			continue
		}
		if err := normal.Field(from, f.name, f.to); err != nil {
			return err
		}
		if text, ok := f.to.(*string); ok && len(*text) > maxText {
			return fmt.Errorf("%s: %d bytes, where %d are allowed", f.name, len(*text), maxText)
		}
	}
	return nil
}

// readOne reads a decoder that is no sequence. Its errors begin with the name
// of the field.
func readOne(kind string, from map[string]json.RawMessage) (Decoder, error) {
	switch kind {
	case "Fuse":
		return Fuse{}, nil
	case "ByteFallback":
		return ByteFallback{}, nil
	case "ByteLevel":
		b := ByteLevel{UseRegex: true}
		err := readFields(from, field{"add_prefix_space", &b.AddPrefixSpace, false},
			field{"trim_offsets", &b.TrimOffsets, false}, field{"use_regex", &b.UseRegex, true})
		return b, err
	case "WordPiece":
		var w WordPiece
		return pick(&w, readFields(from, field{"prefix", &w.Prefix, false}, field{"cleanup", &w.Cleanup, false}))
	case "BPEDecoder":
		var b BPE
		return pick(&b, readFields(from, field{"suffix", &b.Suffix, false}))
	case "CTC":
		var c CTC
		return pick(&c, readFields(from, field{"pad_token", &c.PadToken, false},
			field{"word_delimiter_token", &c.WordDelimiterToken, false}, field{"cleanup", &c.Cleanup, false}))
	case "Strip":
		return readStrip(from)
	case "Metaspace":
		return readMetaspace(from)
	case "Replace":
		r, err := normal.ReadReplace(from)
		return Replace{r}, err
	}
	return nil, fmt.Errorf("type: %q is no decoder that is known here", kind)
}

// pick is the decoder once its fields are read.
func pick[D Decoder](d *D, err error) (Decoder, error) { return *d, err }

func readStrip(from map[string]json.RawMessage) (Decoder, error) {
	var s Strip
	err := readFields(from, field{"content", &s.Content, false}, field{"start", &s.Start, false}, field{"stop", &s.Stop, false})
	switch {
	case err != nil:
		return nil, err
	case utf8.RuneCountInString(s.Content) != 1:
		return nil, fmt.Errorf("content: %q is not one character", s.Content)
	case s.Start < 0 || s.Stop < 0:
		return nil, fmt.Errorf("start: %d and stop: %d may not be negative", s.Start, s.Stop)
	}
	return s, nil
}

// readMetaspace also reads what older files have: add_prefix_space, which may
// not contradict prepend_scheme.
func readMetaspace(from map[string]json.RawMessage) (Decoder, error) {
	m, prefix := Metaspace{PrependScheme: "always", Split: true}, true
	err := readFields(from, field{"replacement", &m.Replacement, false}, field{"prepend_scheme", &m.PrependScheme, true},
		field{"split", &m.Split, true}, field{"add_prefix_space", &prefix, true})
	switch {
	case err != nil:
		return nil, err
	case utf8.RuneCountInString(m.Replacement) != 1:
		return nil, fmt.Errorf("replacement: %q is not one character", m.Replacement)
	case !slices.Contains([]string{"always", "first", "never"}, m.PrependScheme):
		return nil, fmt.Errorf("prepend_scheme: %q is not one of always, first, never", m.PrependScheme)
	case !prefix && from["prepend_scheme"] == nil:
		m.PrependScheme = "never"
	case !prefix && m.PrependScheme != "never":
		return nil, fmt.Errorf("add_prefix_space: false contradicts prepend_scheme: %q", m.PrependScheme)
	}
	return m, nil
}
