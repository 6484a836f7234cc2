package trainer

import (
	"bytes"
	"encoding/json"
	"fmt"

	"corpus"
)

// ParseConfig reads a Hugging Face config.json. Keys that it does not know are
// ignored, unless their value changes the forward pass in a way that no family
// here has.
func ParseConfig(data []byte) (Config, error) {
	var kind struct {
		ModelType string `json:"model_type"`
	}
	if len(data) > maxJSON {
		return Config{}, corpus.Errorf(corpus.Corrupt, "config.json has %d bytes, at most %d are read", len(data), maxJSON)
	}
	if err := json.Unmarshal(data, &kind); err != nil {
		return Config{}, corpus.Errorf(corpus.Corrupt, "config.json: %w", err)
	}
	var c Config
	var err error
	switch kind.ModelType {
	case "bert":
		c, err = parseBERT(data, bertDefaults)
	case "roberta":
		c, err = parseBERT(data, robertaDefaults)
	case "gpt2":
		c, err = parseGPT2(data)
	case "bloom":
		c, err = parseBloom(data)
	case "t5":
		c, err = parseT5(data)
	case "bart":
		c, err = parseBART(data)
	default:
		return c, corpus.Errorf(corpus.BadConfig, "config.json: model_type is %q; known are %s", kind.ModelType, known())
	}
	if err == nil {
		err = c.Validate()
	}
	if err != nil {
		return c, corpus.Errorf(corpus.BadConfig, "config.json: %w", err)
	}
	return c, nil
}

// FormatConfig writes config.json with the family's own keys, as transformers
// does; every number of c is in it.
func FormatConfig(c Config) ([]byte, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	switch c.Family {
	case "bert", "roberta":
		return indent(formatBERT(c))
	case "gpt2":
		return indent(formatGPT2(c))
	case "bloom":
		return indent(formatBloom(c))
	case "bart":
		return indent(formatBART(c))
	}
	return indent(formatT5(c))
}

// FormatGenerationConfig writes generation_config.json: the token ids that
// transformers' generate needs, those that it is not to write, and how long it
// may go on.
func FormatGenerationConfig(c Config, ban []int32, maxLength int) ([]byte, error) {
	return indent(struct {
		FromModel bool    `json:"_from_model_config"`
		BOS       *int    `json:"bos_token_id,omitempty"`
		EOS       *int    `json:"eos_token_id,omitempty"`
		Pad       *int    `json:"pad_token_id,omitempty"`
		DecStart  *int    `json:"decoder_start_token_id,omitempty"`
		First     *int    `json:"forced_bos_token_id,omitempty"`
		Ban       []int32 `json:"suppress_tokens,omitempty"`
		MaxLength int     `json:"max_length"`
	}{true, tokenID(c.BOS), tokenID(c.EOS), tokenID(c.Pad), tokenID(c.DecStart), tokenID(c.first()), ban, maxLength})
}

// first is the token that every answer begins with, which a decoder was trained to
// give before the text; -1 = none.
func (c Config) first() int {
	if c.Family == "bart" {
		return c.BOS
	}
	return -1
}

// real is a number that is written with a decimal point or an exponent:
// transformers 5 refuses an integer where it declares a float.
type real float64

// MarshalJSON writes 1 as 1.0.
func (r real) MarshalJSON() ([]byte, error) {
	b, err := json.Marshal(float64(r))
	if err == nil && !bytes.ContainsAny(b, ".e") {
		b = append(b, ".0"...)
	}
	return b, err
}

func indent(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

// tokenID is null where the model has no such token.
func tokenID(id int) *int {
	if id < 0 {
		return nil
	}
	return &id
}

// idOr is a token id, missing for a missing key; an id outside the vocabulary is
// no token (hub files of cut vocabularies keep the old ids).
func idOr(id *int, missing, vocab int) int {
	if id != nil {
		missing = *id
	}
	if missing >= vocab {
		return -1
	}
	return missing
}

// or is the value of a key, or transformers' default where it is missing.
func or[T any](v *T, missing T) T {
	if v == nil {
		return missing
	}
	return *v
}

// unsupported names the first key that has another value than the one supported.
func unsupported(keys []string, wrong ...bool) error {
	for i, w := range wrong {
		if w {
			return fmt.Errorf("%s has a value that is not supported", keys[i])
		}
	}
	return nil
}

type tokenIDs struct {
	BOS *int `json:"bos_token_id"`
	EOS *int `json:"eos_token_id"`
	Pad *int `json:"pad_token_id"`
}

// common is what every config.json begins with.
type common struct {
	Architectures []string `json:"architectures,omitempty"`
	ModelType     string   `json:"model_type"`
	DType         string   `json:"torch_dtype,omitempty"`
}

// What BertConfig and RobertaConfig of transformers put in the place of missing
// keys, where they differ.
var (
	bertDefaults    = Config{Family: "bert", Vocab: 30522, Pad: 0, BOS: -1, EOS: -1}
	robertaDefaults = Config{Family: "roberta", Vocab: 50265, Pad: 1, BOS: 0, EOS: 2}
)

// bertJSON has the keys of transformers' BertConfig and RobertaConfig. The
// positions of the latter count the rows of padding.
type bertJSON struct {
	common
	Vocab        *int    `json:"vocab_size"`
	Hidden       *int    `json:"hidden_size"`
	Layers       *int    `json:"num_hidden_layers"`
	Heads        *int    `json:"num_attention_heads"`
	FFN          *int    `json:"intermediate_size"`
	Activation   *string `json:"hidden_act"`
	Dropout      *real   `json:"hidden_dropout_prob"`
	AttnDropout  *real   `json:"attention_probs_dropout_prob"`
	Positions    *int    `json:"max_position_embeddings"`
	Types        *int    `json:"type_vocab_size"`
	Range        *real   `json:"initializer_range"`
	Eps          *real   `json:"layer_norm_eps"`
	PositionKind *string `json:"position_embedding_type"`
	Decoder      *bool   `json:"is_decoder,omitempty"`
	Tied         *bool   `json:"tie_word_embeddings"`
	UseCache     bool    `json:"use_cache"`
	tokenIDs
}

func parseBERT(data []byte, missing Config) (Config, error) {
	var j bertJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return Config{}, err
	}
	c := Config{
		Family: missing.Family, Vocab: or(j.Vocab, missing.Vocab), Hidden: or(j.Hidden, 768), Layers: or(j.Layers, 12), Heads: or(j.Heads, 12),
		FFN: or(j.FFN, 3072), TypeVocab: or(j.Types, 2), Activation: or(j.Activation, "gelu"),
		Dropout: float64(or(j.Dropout, 0.1)), AttnDropout: float64(or(j.AttnDropout, 0.1)), NormEps: float64(or(j.Eps, 1e-12)), InitRange: float64(or(j.Range, 0.02)),
		Tied: or(j.Tied, true), DecStart: -1,
	}
	c.HeadDim = c.Hidden / max(1, c.Heads)
	c.Pad, c.BOS, c.EOS = idOr(j.Pad, missing.Pad, c.Vocab), idOr(j.BOS, missing.BOS, c.Vocab), idOr(j.EOS, missing.EOS, c.Vocab)
	c.MaxPositions = or(j.Positions, 512) - c.PositionOffset()
	return c, unsupported([]string{"position_embedding_type", "is_decoder"},
		or(j.PositionKind, "absolute") != "absolute", or(j.Decoder, false))
}

func formatBERT(c Config) bertJSON {
	absolute, class, positions := "absolute", "BertForMaskedLM", c.MaxPositions+c.PositionOffset()
	if c.Family == "roberta" {
		class = "RobertaForMaskedLM"
	}
	return bertJSON{
		common: common{[]string{class}, c.Family, "float32"},
		Vocab:  &c.Vocab, Hidden: &c.Hidden, Layers: &c.Layers, Heads: &c.Heads, FFN: &c.FFN, Activation: &c.Activation,
		Dropout: (*real)(&c.Dropout), AttnDropout: (*real)(&c.AttnDropout), Positions: &positions, Types: &c.TypeVocab,
		Range: (*real)(&c.InitRange), Eps: (*real)(&c.NormEps), PositionKind: &absolute, Tied: &c.Tied, UseCache: true,
		tokenIDs: tokenIDs{tokenID(c.BOS), tokenID(c.EOS), tokenID(c.Pad)},
	}
}

// gpt2JSON has the keys of transformers' GPT2Config.
type gpt2JSON struct {
	common
	Vocab       *int    `json:"vocab_size"`
	Positions   *int    `json:"n_positions"`
	Hidden      *int    `json:"n_embd"`
	Layers      *int    `json:"n_layer"`
	Heads       *int    `json:"n_head"`
	FFN         *int    `json:"n_inner"`
	Activation  *string `json:"activation_function"`
	Dropout     *real   `json:"resid_pdrop"`
	EmbDropout  *real   `json:"embd_pdrop"`
	AttnDropout *real   `json:"attn_pdrop"`
	Eps         *real   `json:"layer_norm_epsilon"`
	Range       *real   `json:"initializer_range"`
	Scale       *bool   `json:"scale_attn_weights"`
	ByLayer     *bool   `json:"scale_attn_by_inverse_layer_idx"`
	Reorder     *bool   `json:"reorder_and_upcast_attn"`
	Cross       *bool   `json:"add_cross_attention,omitempty"`
	Tied        *bool   `json:"tie_word_embeddings"`
	UseCache    bool    `json:"use_cache"`
	tokenIDs
}

func parseGPT2(data []byte) (Config, error) {
	var j gpt2JSON
	if err := json.Unmarshal(data, &j); err != nil {
		return Config{}, err
	}
	c := Config{
		Family: "gpt2", Vocab: or(j.Vocab, 50257), Hidden: or(j.Hidden, 768), Layers: or(j.Layers, 12), Heads: or(j.Heads, 12),
		MaxPositions: or(j.Positions, 1024), Activation: or(j.Activation, "gelu_new"),
		Dropout: float64(or(j.Dropout, 0.1)), AttnDropout: float64(or(j.AttnDropout, 0.1)), NormEps: float64(or(j.Eps, 1e-5)), InitRange: float64(or(j.Range, 0.02)),
		Tied: or(j.Tied, true), DecStart: -1,
	}
	c.FFN, c.HeadDim = or(j.FFN, 4*c.Hidden), c.Hidden/max(1, c.Heads)
	c.Pad, c.BOS, c.EOS = idOr(j.Pad, -1, c.Vocab), idOr(j.BOS, 50256, c.Vocab), idOr(j.EOS, 50256, c.Vocab)
	return c, unsupported(
		[]string{"embd_pdrop", "scale_attn_weights", "scale_attn_by_inverse_layer_idx", "add_cross_attention"},
		float64(or(j.EmbDropout, real(c.Dropout))) != c.Dropout, !or(j.Scale, true), or(j.ByLayer, false), or(j.Cross, false))
}

func formatGPT2(c Config) gpt2JSON {
	yes, no := true, false
	return gpt2JSON{
		common: common{[]string{"GPT2LMHeadModel"}, "gpt2", "float32"},
		Vocab:  &c.Vocab, Positions: &c.MaxPositions, Hidden: &c.Hidden, Layers: &c.Layers, Heads: &c.Heads, FFN: &c.FFN,
		Activation: &c.Activation, Dropout: (*real)(&c.Dropout), EmbDropout: (*real)(&c.Dropout), AttnDropout: (*real)(&c.AttnDropout),
		Eps: (*real)(&c.NormEps), Range: (*real)(&c.InitRange), Scale: &yes, ByLayer: &no, Reorder: &no, Tied: &c.Tied, UseCache: true,
		tokenIDs: tokenIDs{tokenID(c.BOS), tokenID(c.EOS), tokenID(c.Pad)},
	}
}

// bloomJSON has the keys of transformers' BloomConfig, and the other names that
// published files have for three of them. pretraining_tp and slow_but_exact change
// the order of sums alone.
type bloomJSON struct {
	common
	Vocab       *int  `json:"vocab_size"`
	Hidden      *int  `json:"hidden_size"`
	OldHidden   *int  `json:"n_embed,omitempty"` // where it is there, it counts
	Layers      *int  `json:"n_layer"`
	OtherLayers *int  `json:"num_hidden_layers,omitempty"`
	Heads       *int  `json:"n_head"`
	OtherHeads  *int  `json:"num_attention_heads,omitempty"`
	Dropout     *real `json:"hidden_dropout"`
	AttnDropout *real `json:"attention_dropout"`
	Eps         *real `json:"layer_norm_epsilon"`
	Range       *real `json:"initializer_range"`
	PostNorm    *bool `json:"apply_residual_connection_post_layernorm"`
	Tied        *bool `json:"tie_word_embeddings"`
	UseCache    bool  `json:"use_cache"`
	tokenIDs
}

func parseBloom(data []byte) (Config, error) {
	var j bloomJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return Config{}, err
	}
	c := Config{
		Family: "bloom", Vocab: or(j.Vocab, 250880), Hidden: or(j.OldHidden, or(j.Hidden, 64)),
		Layers: or(j.OtherLayers, or(j.Layers, 2)), Heads: or(j.OtherHeads, or(j.Heads, 8)), Activation: "gelu_new",
		Dropout: float64(or(j.Dropout, 0)), AttnDropout: float64(or(j.AttnDropout, 0)), NormEps: float64(or(j.Eps, 1e-5)), InitRange: float64(or(j.Range, 0.02)),
		Tied: or(j.Tied, true), DecStart: -1,
	}
	c.FFN, c.HeadDim = 4*c.Hidden, c.Hidden/max(1, c.Heads)
	c.Pad, c.BOS, c.EOS = idOr(j.Pad, -1, c.Vocab), idOr(j.BOS, 1, c.Vocab), idOr(j.EOS, 2, c.Vocab)
	return c, unsupported([]string{"apply_residual_connection_post_layernorm"}, or(j.PostNorm, false))
}

func formatBloom(c Config) bloomJSON {
	no := false
	return bloomJSON{
		common: common{[]string{"BloomForCausalLM"}, "bloom", "float32"},
		Vocab:  &c.Vocab, Hidden: &c.Hidden, Layers: &c.Layers, Heads: &c.Heads, Dropout: (*real)(&c.Dropout), AttnDropout: (*real)(&c.AttnDropout),
		Eps: (*real)(&c.NormEps), Range: (*real)(&c.InitRange), PostNorm: &no, Tied: &c.Tied, UseCache: true,
		tokenIDs: tokenIDs{tokenID(c.BOS), tokenID(c.EOS), tokenID(c.Pad)},
	}
}

// t5JSON has the keys of transformers' T5Config. scale_decoder_outputs is that of
// transformers 5, where tie_word_embeddings alone no longer says it.
type t5JSON struct {
	common
	Vocab      *int    `json:"vocab_size"`
	Hidden     *int    `json:"d_model"`
	HeadDim    *int    `json:"d_kv"`
	FFN        *int    `json:"d_ff"`
	Layers     *int    `json:"num_layers"`
	DecLayers  *int    `json:"num_decoder_layers"`
	Heads      *int    `json:"num_heads"`
	Buckets    *int    `json:"relative_attention_num_buckets"`
	Distance   *int    `json:"relative_attention_max_distance"`
	Dropout    *real   `json:"dropout_rate"`
	Eps        *real   `json:"layer_norm_epsilon"`
	Factor     *real   `json:"initializer_factor"`
	Projection *string `json:"feed_forward_proj"`
	EncDec     *bool   `json:"is_encoder_decoder"`
	Tied       *bool   `json:"tie_word_embeddings"`
	Scale      *bool   `json:"scale_decoder_outputs"`
	UseCache   bool    `json:"use_cache"`
	DecStart   *int    `json:"decoder_start_token_id"`
	tokenIDs
}

func parseT5(data []byte) (Config, error) {
	var j t5JSON
	if err := json.Unmarshal(data, &j); err != nil {
		return Config{}, err
	}
	c := Config{
		Family: "t5", Vocab: or(j.Vocab, 32128), Hidden: or(j.Hidden, 512), HeadDim: or(j.HeadDim, 64), FFN: or(j.FFN, 2048),
		Layers: or(j.Layers, 6), Heads: or(j.Heads, 8), RelBuckets: or(j.Buckets, 32), RelDistance: or(j.Distance, 128),
		Dropout: float64(or(j.Dropout, 0.1)), NormEps: float64(or(j.Eps, 1e-6)), InitRange: float64(or(j.Factor, 1)), Tied: or(j.Tied, true),
	}
	c.DecLayers, c.AttnDropout, c.ScaleLogits = or(j.DecLayers, c.Layers), c.Dropout, or(j.Scale, c.Tied)
	// transformers 5.17 writes tie_word_embeddings true for every T5; there only
	// the scale still tells v1.0 (tied) from v1.1 (an output matrix of its own).
	c.Tied = c.Tied && c.ScaleLogits
	c.Pad, c.EOS, c.BOS = idOr(j.Pad, 0, c.Vocab), idOr(j.EOS, 1, c.Vocab), idOr(j.BOS, -1, c.Vocab)
	c.DecStart = idOr(j.DecStart, c.Pad, c.Vocab)
	switch or(j.Projection, "relu") {
	case "relu":
		c.Activation = "relu"
	case "gated-gelu": // transformers maps it to the tanh form
		c.Activation, c.Gated = "gelu_new", true
	default:
		return c, fmt.Errorf("feed_forward_proj is %q; relu and gated-gelu are known", *j.Projection)
	}
	return c, unsupported([]string{"is_encoder_decoder"}, !or(j.EncDec, true))
}

func formatT5(c Config) t5JSON {
	projection, yes := "relu", true
	if c.Gated {
		projection = "gated-gelu"
	}
	return t5JSON{
		common: common{[]string{"T5ForConditionalGeneration"}, "t5", "float32"},
		Vocab:  &c.Vocab, Hidden: &c.Hidden, HeadDim: &c.HeadDim, FFN: &c.FFN, Layers: &c.Layers, DecLayers: &c.DecLayers,
		Heads: &c.Heads, Buckets: &c.RelBuckets, Distance: &c.RelDistance, Dropout: (*real)(&c.Dropout), Eps: (*real)(&c.NormEps),
		Factor: (*real)(&c.InitRange), Projection: &projection, EncDec: &yes, Tied: &c.Tied, Scale: &c.ScaleLogits,
		UseCache: true, DecStart: tokenID(c.DecStart), tokenIDs: tokenIDs{tokenID(c.BOS), tokenID(c.EOS), tokenID(c.Pad)},
	}
}
