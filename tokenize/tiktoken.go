package tokenize

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"corpus/tokenize/bpe"
)

// Encoding is what a tiktoken file leaves out: by which expression words are
// cut, and which special tokens there are.
type Encoding struct {
	Pattern  string // as Oniguruma reads it
	Specials map[string]uint32
}

// The expressions of tiktoken 0.14's encodings (tiktoken_ext/openai_public.py).
// Oniguruma takes {1,3}+ for one or more of {1,3}, so it is {1,3} here, which is
// the same where nothing has to be given back.
const (
	r50kPattern   = `'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s`
	cl100kPattern = `'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s`
	o200kPattern  = `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?` +
		`|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?` +
		`|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`
)

// Encodings are the names of tiktoken's encodings that are known.
func Encodings() []string {
	return []string{"r50k_base", "p50k_base", "p50k_edit", "cl100k_base", "o200k_base", "o200k_harmony"}
}

// EncodingOf gives one of tiktoken's encodings.
func EncodingOf(name string) (e Encoding, ok bool) {
	const end, prompt = "<|endoftext|>", "<|endofprompt|>"
	const prefix, middle, suffix = "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>"
	switch name {
	case "r50k_base", "p50k_base":
		return Encoding{r50kPattern, map[string]uint32{end: 50256}}, true
	case "p50k_edit":
		return Encoding{r50kPattern, map[string]uint32{end: 50256, prefix: 50281, middle: 50282, suffix: 50283}}, true
	case "cl100k_base":
		return Encoding{cl100kPattern, map[string]uint32{end: 100257, prefix: 100258, middle: 100259, suffix: 100260, prompt: 100276}}, true
	case "o200k_base":
		return Encoding{o200kPattern, map[string]uint32{end: 199999, prompt: 200018}}, true
	case "o200k_harmony":
		return Encoding{o200kPattern, harmony()}, true
	}
	return e, false
}

// harmony gives the special tokens of o200k_harmony. Id 200018 has two names;
// the one that tiktoken's decoder gives is listed.
func harmony() map[string]uint32 {
	const first, last = 199998, 201087
	names := map[uint32]string{
		first: "<|startoftext|>", 199999: "<|endoftext|>", 200002: "<|return|>", 200003: "<|constrain|>", 200005: "<|channel|>",
		200006: "<|start|>", 200007: "<|end|>", 200008: "<|message|>", 200012: "<|call|>",
	}
	specials := make(map[string]uint32, last-first+1)
	for id := uint32(first); id <= last; id++ {
		name, ok := names[id]
		if !ok {
			name = fmt.Sprintf("<|reserved_%d|>", id)
		}
		specials[name] = id
	}
	return specials
}

// ReadTiktoken reads a file of ranks, lines of a token in base64 and its id, as
// tiktoken does for an encoding. Ids are tiktoken's: Encode is its
// encode_ordinary, EncodePrompt its encode with all special tokens allowed. What
// JSON writes has the same ids in Hugging Face tokenizers. More special tokens get
// the ids behind all others.
func ReadTiktoken(data []byte, e Encoding, more ...string) (*Tokenizer, error) {
	t, err := readTiktoken(data, e, more)
	if err != nil {
		return nil, fmt.Errorf("tiktoken file: %w", err)
	}
	return t, nil
}

func readTiktoken(data []byte, e Encoding, more []string) (*Tokenizer, error) {
	if len(data) > MaxJSONBytes {
		return nil, fmt.Errorf("%d bytes, allowed are %d", len(data), MaxJSONBytes)
	}
	c, err := bpe.ReadTiktoken(data)
	if err != nil {
		return nil, err
	}
	var list []Added
	for name, id := range e.Specials {
		list = append(list, Added{ID: id, Content: name, Special: true})
	}
	slices.SortFunc(list, func(a, b Added) int { return int(a.ID) - int(b.ID) })
	for _, a := range list {
		if err := place(&c.Tokens, a); err != nil {
			return nil, err
		}
	}
	for _, name := range more {
		a := Added{ID: uint32(len(c.Tokens)), Content: name, Special: true}
		if slices.ContainsFunc(list, func(b Added) bool { return b.Content == name }) {
			return nil, fmt.Errorf("special token %q is listed twice", name)
		}
		if err := place(&c.Tokens, a); err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	m, err := bpe.New(c)
	if err != nil {
		return nil, err
	}
	steps, err := splitSteps(e.Pattern)
	if err != nil {
		return nil, err
	}
	return newTokenizer(steps, list, func(byteLevel bool) (model, error) { return bpeModel(m, byteLevel), nil })
}

// place puts a special token where the ranks have none, so that it keeps its id
// in Hugging Face tokenizers, which numbers tokens that a model lacks by itself.
func place(tokens *[]string, a Added) error {
	switch n := len(*tokens); {
	case a.ID >= MaxVocab || a.Content == "" || len(a.Content) > MaxAddedBytes:
		return fmt.Errorf("special token %.60q with id %d: allowed are 1 to %d bytes, ids below %d", a.Content, a.ID, MaxAddedBytes, MaxVocab)
	case int(a.ID) >= n:
		*tokens = append(*tokens, make([]string, int(a.ID)+1-n)...)
	case (*tokens)[a.ID] != "":
		return fmt.Errorf("special token %q has id %d, which is the rank of a token", a.Content, a.ID)
	}
	(*tokens)[a.ID] = a.Content
	return nil
}

// splitSteps are those of a byte-level model whose words an expression cuts, as
// Llama-3's files have them.
func splitSteps(pattern string) (steps, error) {
	if strings.TrimSpace(pattern) == "" {
		return steps{}, fmt.Errorf("pattern: is missing, so that it is not known how words are cut")
	}
	s := gpt2Steps()
	s.PreTokenizer = encoded(struct {
		Type  string            `json:"type"`
		Steps []json.RawMessage `json:"pretokenizers"`
	}{"Sequence", []json.RawMessage{
		encoded(map[string]any{"type": "Split", "pattern": map[string]string{"Regex": pattern}, "behavior": "Isolated", "invert": false}),
		[]byte(`{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}`),
	}})
	return s, nil
}
