package trainer

import (
	"fmt"
	"math"
)

// Param is one tensor of a model, before it has values.
type Param struct {
	Name  string // Hugging Face's
	Shape []int  // Linear weights are out × in; GPT-2's Conv1D weights are in × out
	Init  Distribution
	Fixed bool // not trained
	Decay bool // weight decay applies: two dimensions or more, in RoBERTa and BART all
}

// Distribution is what initial values are drawn from: a normal; the constant Mean
// where Std is 0; or sinusoids of the root mean square Std, which are not drawn.
type Distribution struct {
	Mean, Std float64
	Sinusoid  bool
}

var (
	ones  = Distribution{Mean: 1}
	zeros = Distribution{}
)

func normal(std float64) Distribution { return Distribution{Std: std} }

// Size is the number of elements.
func (p Param) Size() int64 {
	n := int64(1)
	for _, d := range p.Shape {
		n *= int64(d)
	}
	return n
}

// Params lists every tensor of a model, each once (tied matrices under
// the input embedding's name), in the order of the forward pass.
//
// Initial distributions: BERT and GPT-2 as in the papers' code, N(0, 0.02) with
// biases 0 and, in GPT-2, residual projections divided by sqrt(2 × layers)
// ("Language Models are Unsupervised Multitask Learners" §2.3). BERT's and RoBERTa's positions
// begin as the sinusoids of "Attention Is All You Need" §3.5, as large as the
// words: a masked word can only be told from its neighbours, and among sinusoids
// "the one before" is one linear map, while of random vectors each pair has to be
// learnt. BLOOM and BART as in their config.json,
// N(0, 0.02) everywhere. T5 as in Mesh
// TensorFlow: each matrix by its fan-in, q also by the head size, which replaces
// attention's 1/sqrt(d_kv).
func Params(c Config) []Param {
	var p params
	switch c.Family {
	case "bert":
		p.bert(c, "cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm", "cls.predictions.bias")
	case "roberta":
		p.bert(c, "lm_head.dense", "lm_head.layer_norm", "lm_head.bias")
	case "gpt2":
		p.gpt2(c)
	case "bloom":
		p.bloom(c)
	case "t5":
		p.t5(c)
	case "bart":
		p.bart(c)
	}
	if c.Family == "roberta" || c.Family == "bart" { // fairseq's Adam decays everything
		for i := range p {
			p[i].Decay = !p[i].Fixed
		}
	}
	return p
}

// Count is the number of trained parameters of a model, tied ones once.
func Count(c Config) int64 {
	var n int64
	for _, p := range Params(c) {
		if !p.Fixed {
			n += p.Size()
		}
	}
	return n
}

type params []Param

func (p *params) add(name string, init Distribution, shape ...int) {
	*p = append(*p, Param{Name: name, Shape: shape, Init: init, Decay: len(shape) > 1})
}

// linear adds weight and bias of a torch Linear.
func (p *params) linear(name string, std float64, out, in int) {
	p.add(name+".weight", normal(std), out, in)
	p.add(name+".bias", zeros, out)
}

// conv1d adds weight and bias of GPT-2's Conv1D, whose weight is in × out.
func (p *params) conv1d(name string, std float64, in, out int) {
	p.add(name+".weight", normal(std), in, out)
	p.add(name+".bias", zeros, out)
}

func (p *params) norm(name string, n int) {
	p.add(name+".weight", ones, n)
	p.add(name+".bias", zeros, n)
}

// bert is BERT or RoBERTa, whose heads have other names.
func (p *params) bert(c Config, dense, norm, bias string) {
	h, std, e := c.Hidden, c.InitRange, c.Family+".embeddings."
	p.add(e+"word_embeddings.weight", normal(std), c.Vocab, h)
	p.add(e+"position_embeddings.weight", Distribution{Std: std, Sinusoid: true}, c.MaxPositions+c.PositionOffset(), h)
	p.add(e+"token_type_embeddings.weight", normal(std), c.TypeVocab, h)
	p.norm(e+"LayerNorm", h)
	for i := range c.Layers {
		b := fmt.Sprintf("%s.encoder.layer.%d.", c.Family, i)
		for _, n := range []string{"query", "key", "value"} {
			p.linear(b+"attention.self."+n, std, h, h)
		}
		p.linear(b+"attention.output.dense", std, h, h)
		p.norm(b+"attention.output.LayerNorm", h)
		p.linear(b+"intermediate.dense", std, c.FFN, h)
		p.linear(b+"output.dense", std, h, c.FFN)
		p.norm(b+"output.LayerNorm", h)
	}
	p.linear(dense, std, h, h)
	p.norm(norm, h)
	p.add(bias, zeros, c.Vocab)
}

func (p *params) gpt2(c Config) {
	h, std := c.Hidden, c.InitRange
	residual := std / math.Sqrt(2*float64(c.Layers))
	p.add("transformer.wte.weight", normal(std), c.Vocab, h)
	p.add("transformer.wpe.weight", normal(std), c.MaxPositions, h)
	for i := range c.Layers {
		b := fmt.Sprintf("transformer.h.%d.", i)
		p.norm(b+"ln_1", h)
		p.conv1d(b+"attn.c_attn", std, h, 3*h)
		p.conv1d(b+"attn.c_proj", residual, h, h)
		p.norm(b+"ln_2", h)
		p.conv1d(b+"mlp.c_fc", std, h, c.FFN)
		p.conv1d(b+"mlp.c_proj", residual, c.FFN, h)
	}
	p.norm("transformer.ln_f", h)
}

func (p *params) bloom(c Config) {
	h, std := c.Hidden, c.InitRange
	p.add("transformer.word_embeddings.weight", normal(std), c.Vocab, h)
	p.norm("transformer.word_embeddings_layernorm", h)
	for i := range c.Layers {
		b := fmt.Sprintf("transformer.h.%d.", i)
		p.norm(b+"input_layernorm", h)
		p.linear(b+"self_attention.query_key_value", std, 3*h, h)
		p.linear(b+"self_attention.dense", std, h, h)
		p.norm(b+"post_attention_layernorm", h)
		p.linear(b+"mlp.dense_h_to_4h", std, c.FFN, h)
		p.linear(b+"mlp.dense_4h_to_h", std, h, c.FFN)
	}
	p.norm("transformer.ln_f", h)
}

func (p *params) t5(c Config) {
	p.add("shared.weight", normal(c.InitRange), c.Vocab, c.Hidden)
	p.t5Stack("encoder", c.Layers, c, false)
	p.t5Stack("decoder", c.DecLayers, c, true)
	if !c.Tied {
		// By fan-in, as Mesh TensorFlow's dense layer (transformers draws from
		// N(0, 1), which starts the loss far above that of a uniform guess).
		p.add("lm_head.weight", normal(c.fanIn(c.Hidden)), c.Vocab, c.Hidden)
	}
}

func (p *params) t5Stack(stack string, layers int, c Config, decoder bool) {
	for i := range layers {
		block := fmt.Sprintf("%s.block.%d.layer.", stack, i)
		p.t5Attention(block+"0.SelfAttention", c)
		if i == 0 {
			p.add(block+"0.SelfAttention.relative_attention_bias.weight", normal(c.fanIn(c.Hidden)), c.RelBuckets, c.Heads)
		}
		p.add(block+"0.layer_norm.weight", ones, c.Hidden)
		last := "1"
		if decoder {
			p.t5Attention(block+"1.EncDecAttention", c)
			p.add(block+"1.layer_norm.weight", ones, c.Hidden)
			last = "2"
		}
		p.t5FeedForward(block+last+".DenseReluDense", c)
		p.add(block+last+".layer_norm.weight", ones, c.Hidden)
	}
	p.add(stack+".final_layer_norm.weight", ones, c.Hidden)
}

func (p *params) t5Attention(name string, c Config) {
	inner := c.Heads * c.HeadDim
	p.add(name+".q.weight", normal(c.fanIn(c.Hidden*c.HeadDim)), inner, c.Hidden)
	p.add(name+".k.weight", normal(c.fanIn(c.Hidden)), inner, c.Hidden)
	p.add(name+".v.weight", normal(c.fanIn(c.Hidden)), inner, c.Hidden)
	p.add(name+".o.weight", normal(c.fanIn(inner)), c.Hidden, inner)
}

func (p *params) t5FeedForward(name string, c Config) {
	in := []string{".wi"}
	if c.Gated {
		in = []string{".wi_0", ".wi_1"}
	}
	for _, wi := range in {
		p.add(name+wi+".weight", normal(c.fanIn(c.Hidden)), c.FFN, c.Hidden)
	}
	p.add(name+".wo.weight", normal(c.fanIn(c.FFN)), c.Hidden, c.FFN)
}

// bart begins with the buffer that transformers adds to the logits.
func (p *params) bart(c Config) {
	*p = append(*p, Param{Name: "final_logits_bias", Shape: []int{1, c.Vocab}, Fixed: true})
	p.add("model.shared.weight", normal(c.InitRange), c.Vocab, c.Hidden)
	p.bartStack("model.encoder.", c.Layers, c, false)
	p.bartStack("model.decoder.", c.DecLayers, c, true)
}

func (p *params) bartStack(stack string, layers int, c Config, decoder bool) {
	h, std := c.Hidden, c.InitRange
	p.add(stack+"embed_positions.weight", normal(std), c.MaxPositions+c.PositionOffset(), h)
	p.norm(stack+"layernorm_embedding", h)
	for i := range layers {
		b := fmt.Sprintf("%slayers.%d.", stack, i)
		p.bartAttention(b+"self_attn", c)
		if decoder {
			p.bartAttention(b+"encoder_attn", c)
		}
		p.linear(b+"fc1", std, c.FFN, h)
		p.linear(b+"fc2", std, h, c.FFN)
		p.norm(b+"final_layer_norm", h)
	}
}

// bartAttention is a layer of attention and the norm behind it.
func (p *params) bartAttention(name string, c Config) {
	for _, n := range []string{".q_proj", ".k_proj", ".v_proj", ".out_proj"} {
		p.linear(name+n, c.InitRange, c.Hidden, c.Hidden)
	}
	p.norm(name+"_layer_norm", c.Hidden)
}

// fanIn is the standard deviation of a matrix that sums n inputs.
func (c Config) fanIn(n int) float64 { return c.InitRange / math.Sqrt(float64(n)) }
