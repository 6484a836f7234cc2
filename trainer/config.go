package trainer

import "fmt"

// Config is the architecture of a model: every number its tensors and forward
// pass depend on, in one form for all families (config.json is read from and
// written to the family's own keys).
type Config struct {
	Family string `json:"family"` // "bert", "roberta", "gpt2", "bloom", "t5" or "bart"

	Vocab        int `json:"vocab"`
	Hidden       int `json:"hidden"`     // n_embd, d_model
	Layers       int `json:"layers"`     // of the only stack, or of the encoder
	DecLayers    int `json:"dec_layers"` // t5 and bart only
	Heads        int `json:"heads"`
	HeadDim      int `json:"head_dim"`      // d_kv; Hidden/Heads but for t5
	FFN          int `json:"ffn"`           // intermediate size, d_ff
	MaxPositions int `json:"max_positions"` // learned positions that tokens stand at; 0 for bloom and t5
	TypeVocab    int `json:"type_vocab"`    // bert and roberta only
	RelBuckets   int `json:"rel_buckets"`   // t5 only: relative attention buckets (32)
	RelDistance  int `json:"rel_distance"`  // t5 only: largest distance with a bucket of its own (128)

	Activation  string `json:"activation"`   // "gelu" (erf), "gelu_new" (tanh), "relu"
	Gated       bool   `json:"gated"`        // t5 v1.1: gated feed-forward
	Tied        bool   `json:"tied"`         // output matrix is the input embedding
	ScaleLogits bool   `json:"scale_logits"` // t5 v1.0: decoder output × Hidden^-0.5 before the output matrix

	Dropout     float64 `json:"dropout"`               // residual, embedding and feed-forward dropout
	AttnDropout float64 `json:"attn_dropout"`          // of attention probabilities
	ActDropout  float64 `json:"act_dropout,omitempty"` // behind the activation of a feed-forward; bart only
	NormEps     float64 `json:"norm_eps"`
	InitRange   float64 `json:"init_range"` // standard deviation of normal weights; t5: initializer_factor

	// Token ids; -1 = the model has none.
	Pad      int `json:"pad"`
	BOS      int `json:"bos"`
	EOS      int `json:"eos"`
	DecStart int `json:"dec_start"`
}

// Stacks says what a family is made of.
type Stacks int

// What a family is made of, which decides what it can do: an encoder fills masks,
// a decoder continues a text, both together answer one.
const (
	EncoderOnly Stacks = iota
	DecoderOnly
	EncoderDecoder
)

// Stacks is what the model is made of.
func (c Config) Stacks() Stacks {
	switch c.Family {
	case "bert", "roberta":
		return EncoderOnly
	case "t5", "bart":
		return EncoderDecoder
	}
	return DecoderOnly
}

// PositionOffset is the row of the table of positions where the first token of a
// text stands. RoBERTa's rows up to its padding's are those of padding; BART has two
// rows that nothing uses.
func (c Config) PositionOffset() int {
	switch c.Family {
	case "roberta":
		return c.Pad + 1
	case "bart":
		return 2
	}
	return 0
}

// Validate reports the first number of c that no model of its family can have.
func (c Config) Validate() error {
	if err := c.checkSizes(); err != nil {
		return fmt.Errorf("model configuration: %w", err)
	}
	if err := c.checkFamily(); err != nil {
		return fmt.Errorf("%s configuration: %w", c.Family, err)
	}
	return nil
}

func (c Config) checkSizes() error {
	for _, f := range []struct {
		name   string
		v, max int
	}{
		{"vocabulary", c.Vocab, maxVocab},
		{"hidden size", c.Hidden, maxWidth},
		{"layers", c.Layers, maxLayers},
		{"heads", c.Heads, maxWidth},
		{"head size", c.HeadDim, maxWidth},
		{"feed-forward size", c.FFN, maxWidth},
	} {
		if f.v < 1 || f.v > f.max {
			return fmt.Errorf("%s is %d, want 1 to %d", f.name, f.v, f.max)
		}
	}
	for _, p := range []float64{c.Dropout, c.AttnDropout, c.ActDropout} {
		if !(p >= 0 && p < 1) {
			return fmt.Errorf("dropout is %v, want at least 0 and less than 1", p)
		}
	}
	if !(c.NormEps > 0 && c.NormEps < 1) || !(c.InitRange > 0 && c.InitRange < 1e3) {
		return fmt.Errorf("norm epsilon %v or initial range %v is out of bounds", c.NormEps, c.InitRange)
	}
	for _, id := range []int{c.Pad, c.BOS, c.EOS, c.DecStart} {
		if id < -1 || id >= c.Vocab {
			return fmt.Errorf("token id %d is outside the vocabulary of %d", id, c.Vocab)
		}
	}
	return nil
}

func (c Config) checkFamily() (err error) {
	switch c.Family {
	case "bert", "roberta":
		err = c.checkEncoder()
	case "gpt2":
		err = c.checkPositions()
	case "bloom":
		err = c.checkBLOOM()
	case "bart":
		err = c.checkBART()
	case "t5":
		err = c.checkT5()
	default:
		err = fmt.Errorf("unknown family %q; want one of %s", c.Family, known())
	}
	if err == nil && c.Family != "t5" {
		err = c.checkPlain()
	}
	if err != nil {
		return err
	}
	switch c.Activation {
	case "gelu", "gelu_new", "relu":
		return nil
	}
	return fmt.Errorf("unknown activation %q; want gelu, gelu_new or relu", c.Activation)
}

func (c Config) checkEncoder() error {
	if err := c.checkPositions(); err != nil {
		return err
	}
	if c.TypeVocab < 1 || c.TypeVocab > maxWidth {
		return fmt.Errorf("type vocabulary is %d", c.TypeVocab)
	}
	if c.Family == "roberta" && c.Pad < 0 {
		return fmt.Errorf("there is no padding token, whose id positions count from")
	}
	return nil
}

func (c Config) checkBLOOM() error {
	if c.FFN != 4*c.Hidden || c.Activation != "gelu_new" || c.MaxPositions != 0 {
		return fmt.Errorf("feed-forward size %d, activation %q and %d positions; bloom has 4 × %d, gelu_new and none", c.FFN, c.Activation, c.MaxPositions, c.Hidden)
	}
	return nil
}

func (c Config) checkBART() error {
	if err := c.checkDecoder(); err != nil {
		return err
	}
	if c.NormEps != bartEps {
		return fmt.Errorf("norm epsilon is %v; bart has %v and no key for it", c.NormEps, bartEps)
	}
	return c.checkPositions()
}

func (c Config) checkT5() error {
	if err := c.checkDecoder(); err != nil {
		return err
	}
	if c.RelBuckets < 4 || c.RelBuckets > maxWidth || c.RelBuckets%4 != 0 || c.RelDistance <= c.RelBuckets/2 || c.RelDistance > maxPositions {
		return fmt.Errorf("relative positions: %d buckets up to distance %d", c.RelBuckets, c.RelDistance)
	}
	if c.Dropout != c.AttnDropout {
		return fmt.Errorf("t5 has one dropout rate, got %v and %v", c.Dropout, c.AttnDropout)
	}
	if want := map[bool]string{false: "relu", true: "gelu_new"}[c.Gated]; c.Activation != want {
		return fmt.Errorf("activation is %q, want relu, or gelu_new when gated", c.Activation)
	}
	return nil
}

// checkDecoder is of what has an encoder too.
func (c Config) checkDecoder() error {
	if c.DecLayers < 1 || c.DecLayers > maxLayers {
		return fmt.Errorf("decoder layers are %d, want 1 to %d", c.DecLayers, maxLayers)
	}
	if c.DecStart < 0 {
		return fmt.Errorf("the decoder has no start token")
	}
	return nil
}

func (c Config) checkPositions() error {
	if c.MaxPositions < 1 || c.MaxPositions > maxPositions {
		return fmt.Errorf("positions are %d, want 1 to %d", c.MaxPositions, maxPositions)
	}
	return nil
}

// checkPlain is what all families but t5 have in common.
func (c Config) checkPlain() error {
	if c.HeadDim*c.Heads != c.Hidden {
		return fmt.Errorf("%d heads of %d do not make the hidden size %d", c.Heads, c.HeadDim, c.Hidden)
	}
	if !c.Tied {
		return fmt.Errorf("an output matrix of its own is not supported; only tied embeddings are")
	}
	return nil
}
