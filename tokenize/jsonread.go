package tokenize

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"corpus/tokenize/bpe"
)

// Read reads a tokenizer.json of byte-level BPE: what [Tokenizer.JSON] writes,
// and files of GPT-2's configuration. Truncation and padding are settings of
// batches and are ignored. Everything else that would change ids (a normalizer,
// another pre-tokenizer or model, a post-processor that adds tokens, prefixes,
// holes in the ids) is refused with a message that names it.
func Read(data []byte) (*Tokenizer, error) {
	t, err := read(data)
	if err != nil {
		return nil, fmt.Errorf("tokenizer.json: %w", err)
	}
	return t, nil
}

func read(data []byte) (*Tokenizer, error) {
	if len(data) > MaxJSONBytes {
		return nil, fmt.Errorf("%d bytes, allowed are %d", len(data), MaxJSONBytes)
	}
	var f jsonFile
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("not a tokenizer: %w", err)
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	b := &builder{ids: f.Model.Vocab, tok: &Tokenizer{}}
	for _, step := range []func(*jsonFile) error{b.specials, b.tokens, b.bytes, b.merges} {
		if err := step(&f); err != nil {
			return nil, err
		}
	}
	b.tok.index()
	return b.tok, nil
}

// jsonFile is the part of a tokenizer.json that decides on ids.
type jsonFile struct {
	Version       string          `json:"version"`
	AddedTokens   []jsonAdded     `json:"added_tokens"`
	Normalizer    json.RawMessage `json:"normalizer"`
	PreTokenizer  *jsonStep       `json:"pre_tokenizer"`
	PostProcessor *jsonStep       `json:"post_processor"`
	Decoder       *jsonStep       `json:"decoder"`
	Model         jsonModel       `json:"model"`
}

type jsonAdded struct {
	ID         uint32 `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"`
	LStrip     bool   `json:"lstrip"`
	RStrip     bool   `json:"rstrip"`
	Normalized bool   `json:"normalized"`
	Special    bool   `json:"special"`
}

type jsonStep struct {
	Type           string `json:"type"`
	AddPrefixSpace *bool  `json:"add_prefix_space"`
	UseRegex       *bool  `json:"use_regex"`
}

type jsonModel struct {
	Type         string            `json:"type"`
	Dropout      *float64          `json:"dropout"`
	Prefix       string            `json:"continuing_subword_prefix"`
	Suffix       string            `json:"end_of_word_suffix"`
	IgnoreMerges bool              `json:"ignore_merges"`
	Vocab        map[string]uint32 `json:"vocab"`
	Merges       []jsonMerge       `json:"merges"`
}

// jsonMerge is a pair, written "a b" or ["a", "b"].
type jsonMerge [2]string

func (m *jsonMerge) UnmarshalJSON(data []byte) error {
	if data[0] != '"' {
		var pair []string
		if err := json.Unmarshal(data, &pair); err != nil || len(pair) != 2 {
			return fmt.Errorf("merge %.60s is not a pair", data)
		}
		*m = jsonMerge(pair)
		return nil
	}
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	left, right, ok := strings.Cut(s, " ")
	if !ok || strings.Contains(right, " ") {
		return fmt.Errorf("merge %.60q is not two tokens with a space between", s)
	}
	*m = jsonMerge{left, right}
	return nil
}

const only = "; only byte-level BPE with GPT-2's splitting is read"

// check refuses what is not GPT-2's configuration.
func (f *jsonFile) check() error {
	switch m := &f.Model; {
	case f.Version != "1.0":
		return fmt.Errorf("version %q, expected \"1.0\"", f.Version)
	case m.Type != "BPE":
		return fmt.Errorf("model %q%s", m.Type, only)
	case len(f.Normalizer) > 0 && string(f.Normalizer) != "null":
		return fmt.Errorf("normalizer %.80s%s", f.Normalizer, only)
	case !f.PreTokenizer.is("ByteLevel") || !isTrue(f.PreTokenizer.UseRegex):
		return fmt.Errorf("pre_tokenizer %s%s", f.PreTokenizer, only)
	case isTrue(f.PreTokenizer.AddPrefixSpace):
		return fmt.Errorf("pre_tokenizer with add_prefix_space%s", only)
	case f.PostProcessor != nil && !f.PostProcessor.is("ByteLevel"):
		return fmt.Errorf("post_processor %s%s", f.PostProcessor, only)
	case !f.Decoder.is("ByteLevel"):
		return fmt.Errorf("decoder %s%s", f.Decoder, only)
	case m.Dropout != nil && *m.Dropout != 0:
		return fmt.Errorf("model with dropout, which makes ids random")
	case m.Prefix != "" || m.Suffix != "" || m.IgnoreMerges:
		return fmt.Errorf("model with a subword prefix, a word suffix or ignore_merges%s", only)
	}
	return nil
}

func (s *jsonStep) is(kind string) bool { return s != nil && s.Type == kind }

func (s *jsonStep) String() string {
	if s == nil {
		return "null"
	}
	return fmt.Sprintf("%q", s.Type)
}

// isTrue reads a switch that is on when it is absent, as both of ByteLevel are.
func isTrue(b *bool) bool { return b == nil || *b }

// builder fills a tokenizer from a file, step by step.
type builder struct {
	tok *Tokenizer
	ids map[string]uint32
}

// specials takes the added tokens; those that the vocabulary lacks are numbered
// after it.
func (b *builder) specials(f *jsonFile) error {
	if len(f.AddedTokens) > MaxSpecials || len(b.ids)+len(f.AddedTokens) > MaxVocab {
		return fmt.Errorf("%d tokens and %d added ones, allowed are %d and %d", len(b.ids), len(f.AddedTokens), MaxVocab, MaxSpecials)
	}
	if b.ids == nil {
		b.ids = map[string]uint32{}
	}
	next := uint32(len(b.ids))
	taken := map[string]bool{}
	for _, a := range f.AddedTokens {
		switch id, known := b.ids[a.Content]; {
		case a.Content == "" || len(a.Content) > MaxSpecialBytes:
			return fmt.Errorf("added token %d has %d bytes, allowed are 1 to %d", a.ID, len(a.Content), MaxSpecialBytes)
		case taken[a.Content]:
			return fmt.Errorf("added token %q is listed twice", a.Content)
		case !a.Special || a.SingleWord:
			return fmt.Errorf("added token %q is not special or is single_word; only plain special tokens are read", a.Content)
		case known && id != a.ID, !known && a.ID != next:
			return fmt.Errorf("added token %q has id %d; the vocabulary gives it %d", a.Content, a.ID, max(id, next))
		case !known:
			b.ids[a.Content] = next
			next++
		}
		taken[a.Content] = true
		b.tok.specials = append(b.tok.specials, Special{a.ID, a.Content, a.LStrip, a.RStrip, a.Normalized})
	}
	slices.SortFunc(b.tok.specials, func(x, y Special) int { return int(x.ID) - int(y.ID) })
	return nil
}

// tokens lists the tokens by id, which must run from 0 without a hole.
func (b *builder) tokens(*jsonFile) error {
	tokens := make([]string, len(b.ids))
	set := make([]bool, len(b.ids))
	for _, s := range b.tok.specials {
		tokens[s.ID] = s.Content
	}
	for content, id := range b.ids {
		switch {
		case content == "" || len(content) > MaxTokenBytes || !utf8.ValidString(content):
			return fmt.Errorf("token %d has %d bytes, allowed are 1 to %d of UTF-8", id, len(content), MaxTokenBytes)
		case int(id) >= len(tokens):
			return fmt.Errorf("id %d in a vocabulary of %d: ids have holes", id, len(tokens))
		case set[id]:
			return fmt.Errorf("id %d is given to two tokens", id)
		}
		set[id] = true
		if tokens[id] != "" { // special, and stands for itself
			continue
		}
		var ok bool
		if tokens[id], ok = bpe.ByteLevel.Decode(content); !ok {
			return fmt.Errorf("token %d, %.60q, has characters that stand for no byte%s", id, content, only)
		}
	}
	b.tok.tokens = tokens
	return nil
}

// bytes finds the token of each single byte.
func (b *builder) bytes(*jsonFile) error {
	for i, c := range bpe.ByteLevel.Char {
		id, ok := b.ids[string(c)]
		if !ok {
			return fmt.Errorf("the vocabulary has no token %q for byte 0x%02X", c, i)
		}
		b.tok.bytes[i] = id
	}
	return nil
}

func (b *builder) merges(f *jsonFile) error {
	if len(f.Model.Merges) >= MaxVocab {
		return fmt.Errorf("%d merges, allowed are %d", len(f.Model.Merges), MaxVocab)
	}
	b.tok.merges = make([]bpe.Merge, len(f.Model.Merges))
	for rank, m := range f.Model.Merges {
		left, ok1 := b.ids[m[0]]
		right, ok2 := b.ids[m[1]]
		id, ok3 := b.ids[m[0]+m[1]]
		if !ok1 || !ok2 || !ok3 {
			return fmt.Errorf("merge %d, %.60q and %.60q: it or a half of it is not in the vocabulary", rank, m[0], m[1])
		}
		b.tok.merges[rank] = bpe.Merge{Left: left, Right: right, ID: id}
	}
	return nil
}
