package trainer

import (
	"encoding/json"
)

// bartJSON has the keys of transformers' BartConfig. Both stacks have heads and
// feed-forwards of their own there; here they are alike, as in every published model.
type bartJSON struct {
	common
	Vocab       *int    `json:"vocab_size"`
	Hidden      *int    `json:"d_model"`
	Layers      *int    `json:"encoder_layers"`
	DecLayers   *int    `json:"decoder_layers"`
	Heads       *int    `json:"encoder_attention_heads"`
	DecHeads    *int    `json:"decoder_attention_heads"`
	FFN         *int    `json:"encoder_ffn_dim"`
	DecFFN      *int    `json:"decoder_ffn_dim"`
	Activation  *string `json:"activation_function"`
	Dropout     *real   `json:"dropout"`
	AttnDropout *real   `json:"attention_dropout"`
	ActDropout  *real   `json:"activation_dropout"`
	LayerDrop   *real   `json:"encoder_layerdrop"`
	DecDrop     *real   `json:"decoder_layerdrop"`
	Positions   *int    `json:"max_position_embeddings"`
	Range       *real   `json:"init_std"`
	Scaled      *bool   `json:"scale_embedding"`
	EncDec      *bool   `json:"is_encoder_decoder"`
	Tied        *bool   `json:"tie_word_embeddings"`
	UseCache    bool    `json:"use_cache"`
	DecStart    *int    `json:"decoder_start_token_id"`
	LastEnd     *int    `json:"forced_eos_token_id"`
	tokenIDs
}

func parseBART(data []byte) (Config, error) {
	var j bartJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return Config{}, err
	}
	c := Config{
		Family: "bart", Vocab: or(j.Vocab, 50265), Hidden: or(j.Hidden, 1024), Layers: or(j.Layers, 12), DecLayers: or(j.DecLayers, 12),
		Heads: or(j.Heads, 16), FFN: or(j.FFN, 4096), MaxPositions: or(j.Positions, 1024), Activation: or(j.Activation, "gelu"), Tied: or(j.Tied, true),
		Dropout: float64(or(j.Dropout, 0.1)), AttnDropout: float64(or(j.AttnDropout, 0)), ActDropout: float64(or(j.ActDropout, 0)),
		NormEps: bartEps, InitRange: float64(or(j.Range, 0.02)),
	}
	c.HeadDim = c.Hidden / max(1, c.Heads)
	c.Pad, c.BOS, c.EOS = idOr(j.Pad, 1, c.Vocab), idOr(j.BOS, 0, c.Vocab), idOr(j.EOS, 2, c.Vocab)
	c.DecStart = idOr(j.DecStart, 2, c.Vocab)
	return c, unsupported(
		[]string{"decoder_attention_heads", "decoder_ffn_dim", "encoder_layerdrop", "decoder_layerdrop", "scale_embedding", "is_encoder_decoder"},
		or(j.DecHeads, 16) != c.Heads, or(j.DecFFN, 4096) != c.FFN, or(j.LayerDrop, 0) != 0, or(j.DecDrop, 0) != 0,
		or(j.Scaled, false), !or(j.EncDec, true))
}

// bartEps is not in config.json: transformers takes torch's default.
const bartEps = 1e-5

func formatBART(c Config) bartJSON {
	yes, no, never := true, false, real(0)
	return bartJSON{
		common: common{[]string{"BartForConditionalGeneration"}, "bart", "float32"},
		Vocab:  &c.Vocab, Hidden: &c.Hidden, Layers: &c.Layers, DecLayers: &c.DecLayers, Heads: &c.Heads, DecHeads: &c.Heads,
		FFN: &c.FFN, DecFFN: &c.FFN, Activation: &c.Activation, Dropout: (*real)(&c.Dropout), AttnDropout: (*real)(&c.AttnDropout),
		ActDropout: (*real)(&c.ActDropout), LayerDrop: &never, DecDrop: &never, Positions: &c.MaxPositions, Range: (*real)(&c.InitRange),
		Scaled: &no, EncDec: &yes, Tied: &c.Tied, UseCache: true, DecStart: tokenID(c.DecStart), LastEnd: tokenID(c.EOS),
		tokenIDs: tokenIDs{tokenID(c.BOS), tokenID(c.EOS), tokenID(c.Pad)},
	}
}
