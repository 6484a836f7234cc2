package decoding

import "corpus/tokenize/normal"

type kind struct {
	Type string `json:"type"`
}

// MarshalJSON writes the name.
func (Fuse) MarshalJSON() ([]byte, error) { return normal.Encode(kind{"Fuse"}) }

// MarshalJSON writes the name.
func (ByteFallback) MarshalJSON() ([]byte, error) { return normal.Encode(kind{"ByteFallback"}) }

// MarshalJSON writes the name and the fields.
func (b ByteLevel) MarshalJSON() ([]byte, error) {
	type plain ByteLevel
	return normal.Encode(struct {
		kind
		plain
	}{kind{"ByteLevel"}, plain(b)})
}

// MarshalJSON writes the name and the fields.
func (w WordPiece) MarshalJSON() ([]byte, error) {
	type plain WordPiece
	return normal.Encode(struct {
		kind
		plain
	}{kind{"WordPiece"}, plain(w)})
}

// MarshalJSON writes the name and the suffix.
func (b BPE) MarshalJSON() ([]byte, error) {
	type plain BPE
	return normal.Encode(struct {
		kind
		plain
	}{kind{"BPEDecoder"}, plain(b)})
}

// MarshalJSON writes the name and the fields.
func (c CTC) MarshalJSON() ([]byte, error) {
	type plain CTC
	return normal.Encode(struct {
		kind
		plain
	}{kind{"CTC"}, plain(c)})
}

// MarshalJSON writes the name and the fields.
func (m Metaspace) MarshalJSON() ([]byte, error) {
	type plain Metaspace
	return normal.Encode(struct {
		kind
		plain
	}{kind{"Metaspace"}, plain(m)})
}

// MarshalJSON writes the name and the fields.
func (s Strip) MarshalJSON() ([]byte, error) {
	type plain Strip
	return normal.Encode(struct {
		kind
		plain
	}{kind{"Strip"}, plain(s)})
}

// MarshalJSON writes the list.
func (s Sequence) MarshalJSON() ([]byte, error) {
	list := []Decoder(s)
	if list == nil {
		list = []Decoder{}
	}
	return normal.Encode(struct {
		kind
		Decoders []Decoder `json:"decoders"`
	}{kind{"Sequence"}, list})
}
