package tokenize

import (
	"encoding/json"
	"fmt"

	"corpus/tokenize/bpe"
	"corpus/tokenize/normal"
	"corpus/tokenize/unigram"
	"corpus/tokenize/wordpiece"
)

// model makes tokens of words: the field "model" of a tokenizer.json.
type model struct {
	json.Marshaler
	kind       string
	tokens     []string // by id, as the file writes them; "" where an id has none
	duplicates bool     // ids that have no token are counted as if they had
	unk        int      // the id of what is unknown, or -1
	encoder    newWordEncoder

	makes   func(id uint32) bool // whether a word may become a token
	without func(hidden []uint32) (newWordEncoder, error)
}

type newWordEncoder func() wordEncoder

// wordEncoder appends the ids of one word. It is for one goroutine.
type wordEncoder interface {
	Append(dst []uint32, word string) []uint32
}

// The kinds of models, as tokenizer.json names them.
const (
	kindBPE       = "BPE"
	kindWordPiece = "WordPiece"
	kindUnigram   = "Unigram"
)

// readModel reads a model. byteLevel says that its tokens are written in the
// characters of ByteLevel, of words whose bytes are meant.
func readModel(raw json.RawMessage, byteLevel bool) (model, error) {
	kind, err := modelKind(raw)
	if err != nil {
		return model{}, err
	}
	var m model
	switch kind {
	case kindBPE:
		b, err := bpe.Read(raw)
		if err != nil {
			return m, err
		}
		return bpeModel(b, byteLevel), nil
	case kindWordPiece:
		w, err := wordpiece.Read(raw)
		if err != nil {
			return m, err
		}
		m = wordpieceModel(w)
	case kindUnigram:
		u, err := unigram.Read(raw)
		if err != nil {
			return m, err
		}
		m = unigramModel(u)
	default:
		return m, fmt.Errorf("model.type: %.60q is no model that is read here", kind)
	}
	if byteLevel {
		without := m.without
		m.encoder, m.without = spelling(m.encoder), func(hidden []uint32) (newWordEncoder, error) {
			words, err := without(hidden)
			return spelling(words), err
		}
	}
	return m, nil
}

// bpeModel takes words of bytes where byteLevel says so.
func bpeModel(b *bpe.Model, byteLevel bool) model {
	encoder := func(b *bpe.Model) newWordEncoder {
		if byteLevel {
			return func() wordEncoder { return bytesOf{b.NewEncoder()} }
		}
		return func() wordEncoder { return b.NewEncoder() }
	}
	m := model{Marshaler: b, kind: kindBPE, tokens: b.Tokens(), unk: -1, encoder: encoder(b), makes: b.Makes}
	if id, ok := b.Unk(); ok {
		m.unk = int(id)
	}
	m.without = func(hidden []uint32) (newWordEncoder, error) {
		other, err := b.Without(hidden)
		return encoder(other), err
	}
	return m
}

func wordpieceModel(w *wordpiece.Model) model {
	encoder := func(w *wordpiece.Model) newWordEncoder { return func() wordEncoder { return w.NewEncoder() } }
	return model{
		Marshaler: w, kind: kindWordPiece, tokens: w.Tokens(), unk: int(w.Unk()), encoder: encoder(w), makes: w.Makes,
		without: func(hidden []uint32) (newWordEncoder, error) {
			other, err := w.Without(hidden)
			return encoder(other), err
		},
	}
}

func unigramModel(u *unigram.Model) model {
	encoder := func(u *unigram.Model) newWordEncoder { return func() wordEncoder { return u.NewEncoder() } }
	return model{
		Marshaler: u, kind: kindUnigram, tokens: u.Tokens(), duplicates: true, unk: int(u.Unk()), encoder: encoder(u), makes: u.Makes,
		without: func(hidden []uint32) (newWordEncoder, error) {
			other, err := u.Without(hidden)
			return encoder(other), err
		},
	}
}

// bytesOf encodes words of bytes.
type bytesOf struct{ *bpe.Encoder }

// Append implements wordEncoder.
func (b bytesOf) Append(dst []uint32, word string) []uint32 { return b.AppendBytes(dst, word) }

// modelKind is the type of a model; older files have none, and are told by
// their other fields.
func modelKind(raw json.RawMessage) (string, error) {
	var f struct {
		Type     json.RawMessage `json:"type"`
		Merges   json.RawMessage `json:"merges"`
		MaxChars json.RawMessage `json:"max_input_chars_per_word"`
		Unk      json.RawMessage `json:"unk_id"`
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		return "", fmt.Errorf("model: has to be an object with a type: %w", err)
	}
	switch {
	case f.Type != nil:
		var kind string
		if err := json.Unmarshal(f.Type, &kind); err != nil || isNull(f.Type) {
			return "", fmt.Errorf("model.type: %.60s is no name", f.Type)
		}
		return kind, nil
	case f.Merges != nil:
		return kindBPE, nil
	case f.MaxChars != nil:
		return kindWordPiece, nil
	case f.Unk != nil:
		return kindUnigram, nil
	}
	return "", fmt.Errorf("model.type: is missing")
}

func spelling(words newWordEncoder) newWordEncoder {
	return func() wordEncoder { return &spelled{words: words()} }
}

// spelled writes the bytes of a word in ByteLevel's characters for a model of
// characters.
type spelled struct {
	words wordEncoder
	chars []byte
}

// Append implements wordEncoder.
func (s *spelled) Append(dst []uint32, word string) []uint32 {
	s.chars = normal.ByteLevel{}.Append(s.chars[:0], word)
	return s.words.Append(dst, string(s.chars))
}
