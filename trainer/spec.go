package trainer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"corpus"
	"corpus/shards/order"
)

// None asks for the number zero where a zero value means "the default".
const None = -1

// Spec says what to train and how. Every zero field is filled in by Resolve; a
// number that shall really be 0 is given as None.
type Spec struct {
	Objective string `json:"objective"` // "mlm", "clm", "span" or "denoise"; the only field without a default
	Model     string `json:"model"`     // one of Families or a published name; default: the objective's first family
	Size      string `json:"size"`      // of a family: tiny (default), small, base, large; empty for a published name

	// Of a family's size, numbers in the place of its own; 0 = its own. Heads and FFN
	// follow another Hidden in proportion.
	Hidden    int `json:"hidden,omitempty"`
	Layers    int `json:"layers,omitempty"`     // of each stack
	DecLayers int `json:"dec_layers,omitempty"` // of a decoder beside an encoder; default Layers
	Heads     int `json:"heads,omitempty"`
	HeadDim   int `json:"head_dim,omitempty"` // of t5; in other families it is Hidden/Heads
	FFN       int `json:"ffn,omitempty"`

	Init string  `json:"init,omitempty"` // SHA-256 of the weights that the training begins with; "" = drawn from Seed
	From *Config `json:"-"`              // the model that they are of, in the place of Model, Size and numbers

	SeqLen int    `json:"seq_len"`          // tokens of a row (of the encoder's row for span and denoise); default 128 for tiny, else the paper's
	Batch  int    `json:"batch"`            // rows of a micro-batch; default 8
	Accum  int    `json:"accum"`            // micro-batches of an update; default 1
	Steps  int64  `json:"steps"`            // updates; default 1000
	Budget int64  `json:"budget,omitempty"` // seconds that the whole training may take, in the place of Steps; see Job.Plan
	Seed   uint64 `json:"seed"`             // of weights, order, noise and dropout

	Mix     string `json:"mix,omitempty"`      // sources and their weights in rows, such as "wiki=2,crawl=1"; "" = all documents alike
	Pack    string `json:"pack,omitempty"`     // of documents into rows: "" is split, and also asked for by that name; "best-fit"; "one-per-row"
	DocMask bool   `json:"doc_mask,omitempty"` // documents of a row do not see each other; mlm and clm
	Order   int    `json:"order,omitempty"`    // version of the order of rows, set by Resolve

	LR          float64 `json:"lr"`        // peak rate; default by family and size
	LRFloor     float64 `json:"lr_floor"`  // last rate as a fraction of the peak; default 0.1 (bloom 0.033, t5 0.0005, roberta, bart and wsd 0)
	Schedule    string  `json:"schedule"`  // "cosine" (default), "linear" (of roberta and bart), "constant", "inverse-sqrt", "wsd"
	Warmup      int64   `json:"warmup"`    // steps; default Steps/20, at most the paper's
	Decay       int64   `json:"decay"`     // wsd: its last steps, which the rate falls over; default Steps/5
	Optimizer   string  `json:"optimizer"` // "adamw" or "adamw-rms" (default for span)
	Beta1       float64 `json:"beta1"`
	Beta2       float64 `json:"beta2"`
	Eps         float64 `json:"eps"`
	WeightDecay float64 `json:"weight_decay"` // on what Params says
	Clip        float64 `json:"clip"`         // largest gradient norm; default 1 (roberta none, bart 0.1)
	Dropout     float64 `json:"dropout"`      // default 0.1 (bloom and t5 0)

	// Of products: "" is float32, and also asked for by that name; "tf32" on a
	// GPU; "bf16"; "fp16", whose loss is scaled. Weights and optimizer are float32
	// always.
	Precision string `json:"precision,omitempty"`
	Recompute bool   `json:"recompute,omitempty"` // activations are made again for the gradients: less memory, more time

	MaskRate     float64 `json:"mask_rate"`            // mlm: share of tokens to predict; default 0.15
	WholeWord    bool    `json:"whole_word,omitempty"` // mlm: all tokens of a word are predicted, or none
	NoiseDensity float64 `json:"noise_density"`        // span: share of tokens to hide, default 0.15; denoise: of words, default 0.3
	SpanLength   float64 `json:"span_length"`          // of a hidden span, in the mean; default 3: tokens (span) or words (denoise)

	MaxLoss float64 `json:"max_loss"` // an update of a larger loss is skipped; 0 = no limit
	MaxNorm float64 `json:"max_norm"` // the same for the gradient norm
	Spikes  float64 `json:"spikes"`   // so many standard deviations above the last updates' mean is beyond too; default 6
	MaxBad  int     `json:"max_bad"`  // skipped updates in a row behind which the run goes back; default 10

	LogEvery    int64 `json:"log_every"`    // steps between lines of metrics.jsonl; default 10
	EvalEvery   int64 `json:"eval_every"`   // steps between evaluations; default Steps/10
	EvalBatches int   `json:"eval_batches"` // batches of one evaluation; default 16, at most the validation set
	SaveEvery   int64 `json:"save_every"`   // steps between checkpoints; default EvalEvery
	Keep        int   `json:"keep"`         // checkpoints kept beside the best; default 2
}

// orderVersion is raised when a run would read other rows than a program before
// would have given it. 2: clm predicts the first token, and the last tokens are a
// row of their own.
const orderVersion = 2

// Resolve fills in the defaults and reports what cannot be. It is called once:
// in a resolved spec 0 means 0.
func (s Spec) Resolve() (Spec, error) {
	trained, ok := families[s.Objective]
	if !ok {
		return s, corpus.Errorf(corpus.Usage, "unknown objective %q; want mlm, clm, span or denoise", s.Objective)
	}
	switch {
	case s.From != nil && (s.Model != "" || s.Size != ""):
		return s, corpus.Errorf(corpus.Usage, "a training goes on from a %s model as it is; it takes no model or size", s.From.Family)
	case s.From != nil:
		s.Model = s.From.Family
	default:
		fill(&s.Model, trained[0])
		if s.isFamily() {
			fill(&s.Size, "tiny")
		}
	}
	c, err := s.architecture()
	if err != nil {
		return s, err
	}
	if !slices.Contains(trained, c.Family) {
		return s, corpus.Errorf(corpus.Usage, "objective %s trains a %s model, not %s", s.Objective, strings.Join(trained, " or "), s.Model)
	}
	r := recipes[c.Family]
	s.fillShape(r, c)
	s.fillOptimizer(r, c)
	s.fillPlan()
	if err := s.fillOrder(); err != nil {
		return s, err
	}
	return s, s.validate(c)
}

func (s Spec) isFamily() bool { return s.From == nil && slices.Contains(Families(), s.Model) }

// architecture is the model that s begins with, or a known one with the numbers that
// s asks for.
func (s Spec) architecture() (Config, error) {
	own := s.Hidden != 0 || s.Layers != 0 || s.DecLayers != 0 || s.Heads != 0 || s.HeadDim != 0 || s.FFN != 0
	if own && !s.isFamily() {
		return Config{}, corpus.Errorf(corpus.Usage, "%s has its own numbers of layers, heads and so on; give a family (%s) and a size to change them", s.Model, known())
	}
	if s.From != nil {
		return *s.From, nil
	}
	c, err := Architecture(s.Model, s.Size)
	if err == nil && own {
		c = s.shaped(c)
		err = c.Validate()
	}
	if err == nil && s.DecLayers != 0 && c.Stacks() != EncoderDecoder {
		err = fmt.Errorf("%s has no decoder beside an encoder", c.Family)
	}
	if err == nil && s.HeadDim != 0 && s.HeadDim != c.HeadDim {
		err = fmt.Errorf("the head size of %s is %d, hidden size / heads", c.Family, c.HeadDim)
	}
	if err != nil {
		return c, corpus.Errorf(corpus.Usage, "%w", err)
	}
	return c, nil
}

func (s Spec) shaped(c Config) Config {
	was := c.Hidden
	c.Hidden = cmp.Or(s.Hidden, was)
	c.Heads = cmp.Or(s.Heads, max(1, c.Heads*c.Hidden/was))
	c.FFN = cmp.Or(s.FFN, c.FFN*c.Hidden/was)
	c.Layers = cmp.Or(s.Layers, c.Layers)
	if c.Stacks() == EncoderDecoder {
		c.DecLayers = cmp.Or(s.DecLayers, s.Layers, c.DecLayers)
	}
	if c.Family == "t5" {
		c.HeadDim = cmp.Or(s.HeadDim, c.HeadDim)
	} else {
		c.HeadDim = c.Hidden / max(1, c.Heads)
	}
	return c
}

// tiny sizes are those for a few processor cores.
func tiny(c Config) bool { return c.Hidden <= 128 }

// fill sets what has its zero value.
func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// fillNumber is fill, and None becomes 0.
func fillNumber(field *float64, value float64) {
	fill(field, value)
	if *field == None {
		*field = 0
	}
}

func (s *Spec) fillShape(r recipe, c Config) {
	seq := r.seqLen
	switch {
	case s.From != nil && c.MaxPositions > 0:
		seq = min(seq, c.MaxPositions)
	case tiny(c):
		seq = 128
	}
	fill(&s.SeqLen, seq)
	fill(&s.Batch, 8)
	fill(&s.Accum, 1)
	fill(&s.Steps, 1000)
	fill(&s.MaskRate, r.maskRate)
	fill(&s.NoiseDensity, r.density)
	fill(&s.SpanLength, r.spanLength)
	fillNumber(&s.Dropout, r.dropout)
	if s.Precision == "float32" {
		s.Precision = ""
	}
}

func (s *Spec) fillOptimizer(r recipe, c Config) {
	lr, optimizer := r.lr, "adamw"
	if tiny(c) {
		lr = r.tinyLR
	}
	if r.rmsScaled {
		optimizer = "adamw-rms"
	}
	fill(&s.LR, lr)
	fill(&s.Schedule, r.schedule)
	fill(&s.Optimizer, optimizer)
	if s.Schedule == "wsd" {
		r.floor = 0
		fill(&s.Decay, max(1, s.Steps/5))
	}
	fillNumber(&s.LRFloor, r.floor)
	fillNumber(&s.Beta1, r.beta1)
	fillNumber(&s.Beta2, r.beta2)
	fill(&s.Eps, r.eps)
	fillNumber(&s.WeightDecay, r.weightDecay)
	fillNumber(&s.Clip, r.clip)
	fill(&s.Warmup, max(1, min(r.warmup, s.Steps/20)))
	if s.Warmup == None {
		s.Warmup = 0
	}
}

func (s *Spec) fillOrder() error {
	s.Order = orderVersion
	w, err := order.ParseWeights(s.Mix)
	if err != nil {
		return err
	}
	s.Mix = w.String()
	if s.Pack == order.SplitRows {
		s.Pack = ""
	}
	if s.DocMask && (s.Objective == "span" || s.Objective == "denoise") {
		return corpus.Errorf(corpus.Usage, "%s reads over the ends of documents; the document mask is for mlm and clm", s.Objective)
	}
	if s.WholeWord && s.Objective != "mlm" {
		return corpus.Errorf(corpus.Usage, "whole words are for mlm; %s has none of it", s.Objective)
	}
	return order.CheckPacking(s.packing())
}

// packing is Pack, by its name.
func (s Spec) packing() string { return cmp.Or(s.Pack, order.SplitRows) }

func (s *Spec) fillPlan() {
	fillNumber(&s.Spikes, 6)
	fill(&s.MaxBad, 10)
	fill(&s.LogEvery, 10)
	fill(&s.EvalEvery, max(1, s.Steps/10))
	fill(&s.EvalBatches, 16)
	fill(&s.SaveEvery, s.EvalEvery)
	fill(&s.Keep, 2)
}

func (s Spec) validate(c Config) error {
	bad := func(format string, args ...any) error { return corpus.Errorf(corpus.Usage, format, args...) }
	for _, f := range []struct {
		name string
		v    int64
	}{
		{"row length", int64(s.SeqLen)},
		{"batch", int64(s.Batch)},
		{"accumulation", int64(s.Accum)},
		{"steps", s.Steps},
		{"log interval", s.LogEvery},
		{"evaluation interval", s.EvalEvery},
		{"evaluation batches", int64(s.EvalBatches)},
		{"checkpoint interval", s.SaveEvery},
		{"checkpoints kept", int64(s.Keep)},
		{"skipped updates allowed", int64(s.MaxBad)},
	} {
		if f.v < 1 || f.v > 1<<40 {
			return bad("%s is %d, want at least 1", f.name, f.v)
		}
	}
	if !s.ownPositions() && c.MaxPositions > 0 && s.SeqLen > c.MaxPositions {
		return bad("%s has %d positions; rows of %d do not fit", s.Model, c.MaxPositions, s.SeqLen)
	}
	if s.Budget < 0 {
		return bad("a budget of %d seconds is none", s.Budget)
	}
	if s.Precision != "" && s.Precision != "tf32" && s.Precision != "bf16" && s.Precision != "fp16" {
		return bad("unknown precision %q; want float32, tf32, bf16 or fp16", s.Precision)
	}
	if s.Optimizer != "adamw" && s.Optimizer != "adamw-rms" {
		return bad("unknown optimizer %q; want adamw or adamw-rms", s.Optimizer)
	}
	for name, b := range map[string]float64{"beta1": s.Beta1, "beta2": s.Beta2, "dropout": s.Dropout} {
		if !(b >= 0 && b < 1) {
			return bad("%s is %v, want at least 0 and less than 1", name, b)
		}
	}
	if !(s.Eps > 0) || !(s.WeightDecay >= 0) || !(s.Clip >= 0) || !(s.MaxLoss >= 0) || !(s.MaxNorm >= 0) || !(s.Spikes >= 0) {
		return bad("eps, weight decay, clip and limits must not be negative")
	}
	return s.LRSchedule().validate()
}

// ownPositions says that the table of positions is as long as the rows, not the
// published length: true for a family's size, which is no published checkpoint.
func (s Spec) ownPositions() bool { return s.isFamily() }

// LRSchedule is the learning rate of a resolved spec.
func (s Spec) LRSchedule() Schedule {
	return Schedule{Kind: s.Schedule, Peak: s.LR, Floor: s.LR * s.LRFloor, Warmup: s.Warmup, Steps: s.Steps, Decay: s.Decay}
}

// hyper is what the update of a step needs, at a learning rate.
func (s Spec) hyper(step int64, rate float64) Hyper {
	return Hyper{
		Step: step, Seed: fold(domainDropout, []uint64{s.Seed, uint64(step)}), LR: rate,
		Beta1: s.Beta1, Beta2: s.Beta2, Eps: s.Eps, WeightDecay: s.WeightDecay, Clip: s.Clip,
		RMSScaled: s.Optimizer == "adamw-rms", MaxLoss: s.MaxLoss, MaxNorm: s.MaxNorm,
	}
}

// Architecture is the model of a resolved spec over a vocabulary of vocab
// tokens. Rows of a family's size decide its table of positions. A model that
// training goes on from keeps all but its dropout; it may know more ids than there
// are tokens, as padded vocabularies do.
func (s Spec) Architecture(vocab int, special Special) (Config, error) {
	c, err := s.architecture()
	if err != nil {
		return c, err
	}
	if err := special.serves(s.Objective); err != nil {
		return c, err
	}
	c.Dropout, c.AttnDropout = s.Dropout, s.Dropout
	if c.Family == "bart" {
		c.ActDropout = s.Dropout
	}
	if s.From != nil {
		return c, s.fits(c, vocab, special)
	}
	c.Vocab = vocab
	if c.MaxPositions > 0 && s.ownPositions() {
		c.MaxPositions = s.SeqLen
	}
	c.Pad, c.BOS, c.EOS = int(special.Pad), int(special.BOS), int(special.EOS)
	switch c.Family {
	case "t5":
		c.DecStart = c.Pad
	case "bart":
		c.DecStart = c.EOS
	case "roberta":
		if special.Pad == special.EOS || special.Pad == special.SEP {
			return c, lacks("roberta needs a padding token of its own, which it does not count as a position: <pad>; the tokenizer has none")
		}
	}
	if err := c.Validate(); err != nil {
		return c, corpus.Errorf(corpus.BadConfig, "%w", err)
	}
	return c, nil
}

// Wordy says that rows depend on what is a word: Special.Pieces is asked for.
func (s Spec) Wordy() bool { return s.Objective == "denoise" || s.WholeWord }

// fits refuses a tokenizer that is not that of a model.
func (s Spec) fits(c Config, vocab int, special Special) error {
	if vocab > c.Vocab {
		return corpus.Errorf(corpus.BadConfig, "the model to go on from has %d ids, the tokenizer %d tokens", c.Vocab, vocab)
	}
	if c.Family == "roberta" && int(special.Pad) != c.Pad {
		return corpus.Errorf(corpus.BadConfig, "the padding token of the model to go on from is %d, that of the tokenizer %d; roberta's positions count from it", c.Pad, special.Pad)
	}
	return nil
}

// trajectory is s without the fields that leave weights and metrics as they are.
func (s Spec) trajectory() Spec {
	s.SaveEvery, s.Keep = 0, 0
	return s
}

// String is the one-line form for messages.
func (s Spec) String() string {
	if s.Budget > 0 { // which decides the steps
		return strings.TrimSpace(fmt.Sprintf("%s %s %s, in %v", s.Objective, s.Model, s.Size, time.Duration(s.Budget)*time.Second))
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s, %d steps", s.Objective, s.Model, s.Size, s.Steps))
}
