package normal

import (
	"bytes"
	"encoding/json"
)

// Encode is JSON as tokenizers writes it: nothing is escaped for HTML, if the
// encoder around it does not either.
func Encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

type kind struct {
	Type string `json:"type"`
}

// MarshalJSON writes the form's name.
func (f Form) MarshalJSON() ([]byte, error) { return Encode(kind{f.String()}) }

// MarshalJSON writes the name.
func (Nmt) MarshalJSON() ([]byte, error) { return Encode(kind{"Nmt"}) }

// MarshalJSON writes the name.
func (Lowercase) MarshalJSON() ([]byte, error) { return Encode(kind{"Lowercase"}) }

// MarshalJSON writes the name.
func (StripAccents) MarshalJSON() ([]byte, error) { return Encode(kind{"StripAccents"}) }

// MarshalJSON writes the name.
func (ByteLevel) MarshalJSON() ([]byte, error) { return Encode(kind{"ByteLevel"}) }

// MarshalJSON writes the name and which ends are stripped.
func (s Strip) MarshalJSON() ([]byte, error) {
	type plain Strip
	return Encode(struct {
		kind
		plain
	}{kind{"Strip"}, plain(s)})
}

// MarshalJSON writes the name and the text.
func (p Prepend) MarshalJSON() ([]byte, error) {
	type plain Prepend
	return Encode(struct {
		kind
		plain
	}{kind{"Prepend"}, plain(p)})
}

// MarshalJSON writes the name, the pattern and what it is replaced by.
func (r Replace) MarshalJSON() ([]byte, error) {
	type plain Replace
	return Encode(struct {
		kind
		plain
	}{kind{"Replace"}, plain(r)})
}

// MarshalJSON writes the name and the options.
func (b BERT) MarshalJSON() ([]byte, error) {
	type plain BERT
	return Encode(struct {
		kind
		plain
	}{kind{"BertNormalizer"}, plain(b)})
}

// MarshalJSON writes the list.
func (s Sequence) MarshalJSON() ([]byte, error) {
	list := []Normalizer(s)
	if list == nil {
		list = []Normalizer{}
	}
	return Encode(struct {
		kind
		Normalizers []Normalizer `json:"normalizers"`
	}{kind{"Sequence"}, list})
}

// MarshalJSON writes the charsmap in base64.
func (p *Precompiled) MarshalJSON() ([]byte, error) {
	return Encode(struct {
		kind
		Charsmap []byte `json:"precompiled_charsmap"`
	}{kind{"Precompiled"}, p.charsmap})
}
