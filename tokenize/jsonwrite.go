package tokenize

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"corpus/tokenize/normal"
)

// JSON writes the tokenizer as a tokenizer.json that Hugging Face tokenizers
// loads unchanged, with the same ids. Equal tokenizers give equal bytes; each
// field and each added token has its own line.
func (t *Tokenizer) JSON() []byte {
	var b bytes.Buffer
	b.WriteString("{\n\"version\": \"1.0\",\n\"truncation\": null,\n\"padding\": null,\n\"added_tokens\": [")
	before := "\n"
	for _, a := range t.added {
		b.WriteString(before)
		b.Write(encoded(a))
		before = ",\n"
	}
	b.WriteString("],\n")
	for _, f := range []struct {
		name  string
		value json.RawMessage
	}{
		{"normalizer", t.steps.Normalizer},
		{"pre_tokenizer", t.steps.PreTokenizer},
		{"post_processor", t.steps.PostProcessor},
		{"decoder", t.steps.Decoder},
	} {
		fmt.Fprintf(&b, "%q: %s,\n", f.name, f.value)
	}
	fmt.Fprintf(&b, "\"model\": %s\n}\n", encoded(t.model.Marshaler))
	return b.Bytes()
}

// Sum is the SHA-256 of what gives a text its ids, which is all but the frame that is
// put around them.
func (t *Tokenizer) Sum() string {
	bare := *t
	bare.steps.PostProcessor = json.RawMessage("null")
	sum := sha256.Sum256(bare.JSON())
	return hex.EncodeToString(sum[:])
}

// encoded writes what holds nothing that JSON cannot: every text in a tokenizer
// is UTF-8, and every number finite.
func encoded(v any) []byte {
	b, err := normal.Encode(v)
	if err != nil {
		panic("tokenize: " + err.Error())
	}
	return b
}

// compact writes the steps without white space; those that are missing are null.
func (s steps) compact() (steps, error) {
	for _, f := range []*json.RawMessage{&s.Normalizer, &s.PreTokenizer, &s.PostProcessor, &s.Decoder} {
		if len(*f) == 0 {
			*f = json.RawMessage("null")
		}
		var b bytes.Buffer
		if err := json.Compact(&b, *f); err != nil {
			return s, err
		}
		*f = b.Bytes()
	}
	return s, nil
}
