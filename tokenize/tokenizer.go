package tokenize

import (
	"encoding/json"
	"fmt"

	"corpus/tokenize/decoding"
	"corpus/tokenize/normal"
	"corpus/tokenize/split"
)

// Tokenizer is what a tokenizer.json says: added tokens are found in a text,
// what lies between is normalized and cut into words, and a model makes tokens
// of these. It does not change after it was made and may be used by many
// goroutines; each encodes with an [Encoder] of its own.
type Tokenizer struct {
	steps      steps   // as they are written
	added      []Added // by id
	finders    [2]finder
	normalizer normal.Normalizer
	splitter   split.Splitter // nil: a text is one word
	model      model
	processor  processor
	decoder    decoding.Decoder
	tokens     []string // by id, as decoding takes them; "" where an id has none
	special    []bool   // by id
	roles      Roles
	texts      newWordEncoder // for documents
	spelled    bool           // it differs from the model's: see [Encoder.Encode]
}

// steps are the fields of a tokenizer.json between the added tokens and the
// model.
type steps struct {
	Normalizer    json.RawMessage `json:"normalizer"`
	PreTokenizer  json.RawMessage `json:"pre_tokenizer"`
	PostProcessor json.RawMessage `json:"post_processor"`
	Decoder       json.RawMessage `json:"decoder"`
}

// newTokenizer makes a tokenizer of its parts; the errors name their fields.
// The model is made once it is known whether its tokens are written in
// ByteLevel's characters.
func newTokenizer(s steps, added []Added, makeModel func(byteLevel bool) (model, error)) (t *Tokenizer, err error) {
	t = &Tokenizer{added: added}
	if t.steps, err = s.compact(); err != nil {
		return nil, err
	}
	if t.normalizer, err = normal.Read(s.Normalizer); err != nil {
		return nil, err
	}
	var byteLevel bool
	if t.splitter, byteLevel, err = split.Read(s.PreTokenizer); err != nil {
		return nil, err
	}
	if t.decoder, err = decoding.Read(s.Decoder); err != nil {
		return nil, err
	}
	if t.model, err = makeModel(byteLevel); err != nil {
		return nil, err
	}
	if err := t.index(); err != nil {
		return nil, err
	}
	if t.processor, err = readProcessor(s.PostProcessor, len(t.tokens)); err != nil {
		return nil, err
	}
	if err := t.hide(); err != nil {
		return nil, err
	}
	return t, t.assign(nil)
}

// hide makes the encoder of documents, of whose words none becomes a special
// token.
func (t *Tokenizer) hide() (err error) {
	t.texts = t.model.encoder
	specials := map[string]bool{}
	for _, a := range t.added {
		specials[a.Content] = a.Special
	}
	var hidden []uint32
	for id, token := range t.model.tokens { // Unigram may have one twice
		if specials[token] && t.model.makes(uint32(id)) {
			hidden = append(hidden, uint32(id))
		}
	}
	if t.spelled = len(hidden) > 0; t.spelled {
		t.texts, err = t.model.without(hidden)
	}
	return err
}

// index lists the tokens by id and builds what finds the added ones.
func (t *Tokenizer) index() error {
	if err := t.number(); err != nil {
		return err
	}
	t.tokens = append(make([]string, 0, len(t.model.tokens)+len(t.added)), t.model.tokens...)
	specials := map[string]bool{}
	var passes [2][]pattern
	for i, a := range t.added {
		p := pattern{text: a.Content, added: i}
		if a.Normalized {
			p.text = normal.String(t.normalizer, a.Content)
			passes[1] = append(passes[1], p)
		} else {
			passes[0] = append(passes[0], p)
		}
		for int(a.ID) >= len(t.tokens) {
			t.tokens = append(t.tokens, "")
		}
		t.tokens[a.ID] = p.text
		if a.Special {
			specials[a.Content] = true
		}
	}
	t.special = make([]bool, len(t.tokens))
	for id, token := range t.tokens {
		t.special[id] = token != "" && specials[token]
	}
	for i := range passes {
		var err error
		if t.finders[i], err = newFinder(passes[i], t.added); err != nil {
			return err
		}
	}
	return nil
}

// number checks the ids of the added tokens: that of the model's token of the
// same text, else the next behind the model's tokens, which is what Hugging Face
// gives them whatever the file says.
func (t *Tokenizer) number() error {
	ids, size := make(map[string]uint32, len(t.model.tokens)), 0
	for id, token := range t.model.tokens {
		if token != "" {
			ids[token] = uint32(id)
			size++
		}
	}
	if t.model.duplicates {
		size = len(t.model.tokens)
	}
	next := uint32(size)
	for i, a := range t.added {
		id, known := ids[a.Content]
		if !known {
			id = next
			next++
		}
		switch {
		case id != a.ID:
			return fmt.Errorf("added_tokens[%d].id: %q has id %d, where the vocabulary gives it %d", i, a.Content, a.ID, id)
		case !known && int(id) < len(t.model.tokens) && t.model.tokens[id] != "":
			return fmt.Errorf("added_tokens[%d].id: %d is that of the model's token %q too, since the ids of the vocabulary have holes", i, id, t.model.tokens[id])
		case int(id) >= MaxVocab:
			return fmt.Errorf("added_tokens[%d].id: %d, allowed are ids below %d", i, id, MaxVocab)
		}
	}
	return nil
}

// Size is the number of ids, those of added tokens included. Where a vocabulary
// has holes it is the largest id plus one.
func (t *Tokenizer) Size() int { return len(t.tokens) }

// Special finds a special token by its text.
func (t *Tokenizer) Special(content string) (id uint32, ok bool) {
	for _, a := range t.added {
		if a.Content == content && a.Special {
			return a.ID, true
		}
	}
	return 0, false
}

// Unknown is the id that the model gives to what it has no token for; ok is
// false where it has none, as byte-level models need none.
func (t *Tokenizer) Unknown() (id uint32, ok bool) {
	return uint32(max(0, t.model.unk)), t.model.unk >= 0
}

// Decode joins the tokens into text, with or without the special ones. Bytes
// that are not UTF-8, which a model may well produce, become U+FFFD.
func (t *Tokenizer) Decode(ids []uint32, skipSpecials bool) (string, error) {
	tokens := make([]string, 0, len(ids))
	for i, id := range ids {
		if int(id) >= len(t.tokens) {
			return "", fmt.Errorf("decode: token %d has id %d, the vocabulary has %d", i, id, len(t.tokens))
		}
		if t.tokens[id] != "" && (!skipSpecials || !t.special[id]) {
			tokens = append(tokens, t.tokens[id])
		}
	}
	return repairUTF8(decoding.Text(t.decoder, tokens)), nil
}
