//go:build torch

package torch

import (
	"fmt"

	"corpus/trainer"
)

// t5 is transformers' T5ForConditionalGeneration, v1.0 and v1.1: pre-norm
// blocks with RMS norms and no biases, attention without a scale, relative
// positions in the first self-attention of each stack that serve all its layers.
type t5 struct {
	c                trainer.Config
	shared, out      tensor
	encoder, decoder t5Stack
}

type t5Stack struct {
	relative tensor // buckets × heads
	blocks   []t5Block
	final    tensor
}

type t5Block struct {
	self, cross         t5Attention
	selfNorm, crossNorm tensor
	in, gate, out       tensor // gate nil in v1.0
	ffNorm              tensor
}

type t5Attention struct{ q, k, v, o tensor }

func newT5(c trainer.Config, w *weights) *t5 {
	n := &t5{c: c, shared: w.at("shared.weight")}
	n.out = n.shared
	if !c.Tied {
		n.out = w.at("lm_head.weight")
	}
	n.encoder = newT5Stack(c, w, "encoder", c.Layers, false)
	n.decoder = newT5Stack(c, w, "decoder", c.DecLayers, true)
	return n
}

func newT5Stack(c trainer.Config, w *weights, name string, layers int, decoder bool) t5Stack {
	st := t5Stack{
		relative: w.at(name + ".block.0.layer.0.SelfAttention.relative_attention_bias.weight"),
		final:    w.at(name + ".final_layer_norm.weight"),
	}
	for i := range layers {
		p := fmt.Sprintf("%s.block.%d.layer.", name, i)
		b := t5Block{self: newT5Attention(w, p+"0.SelfAttention"), selfNorm: w.at(p + "0.layer_norm.weight")}
		ff := p + "1."
		if decoder {
			b.cross, b.crossNorm = newT5Attention(w, p+"1.EncDecAttention"), w.at(p+"1.layer_norm.weight")
			ff = p + "2."
		}
		b.ffNorm, b.out = w.at(ff+"layer_norm.weight"), w.at(ff+"DenseReluDense.wo.weight")
		if c.Gated {
			b.gate, b.in = w.at(ff+"DenseReluDense.wi_0.weight"), w.at(ff+"DenseReluDense.wi_1.weight")
		} else {
			b.in = w.at(ff + "DenseReluDense.wi.weight")
		}
		st.blocks = append(st.blocks, b)
	}
	return st
}

func newT5Attention(w *weights, name string) t5Attention {
	return t5Attention{
		q: w.at(name + ".q.weight"), k: w.at(name + ".k.weight"),
		v: w.at(name + ".v.weight"), o: w.at(name + ".o.weight"),
	}
}

func (n *t5) features(s *scope, b trainer.Batch) tensor { return taught(s, n, b) }

func (n *t5) begin(s *scope, b trainer.Batch) (decoding, error) { return answering(s, n, n.c, b) }

func (n *t5) encode(s *scope, b trainer.Batch) (hidden, hide tensor) {
	hide = s.padding(b.Mask, b.Rows, b.Cols)
	bias := s.both(n.relative(s, n.encoder.relative, b.Cols, 0, true), hide)
	x := n.embed(s, s.grid(b.Input, b.Rows, b.Cols))
	for i := range n.encoder.blocks {
		blk := &n.encoder.blocks[i]
		x = s.segment(func(in []tensor) tensor {
			return n.feedForward(s, blk, n.selfAttention(s, blk, in[0], b.Rows, b.Cols, in[1], nil))
		}, x, bias)
	}
	return n.finish(s, x, n.encoder.final), hide
}

func (n *t5) decode(s *scope, ids tensor, rows, cols int, padding tensor, m *memory) tensor {
	past := m.past()
	bias := s.both(n.relative(s, n.decoder.relative, cols, past, false), s.both(s.causal(cols, past), padding))
	x := n.embed(s, ids)
	for i := range n.decoder.blocks {
		blk := &n.decoder.blocks[i]
		x = s.segment(func(in []tensor) tensor {
			y := n.selfAttention(s, blk, in[0], rows, cols, in[1], m.cache(i))
			return n.feedForward(s, blk, n.crossAttention(s, i, y, rows, cols, m.of(in[2])))
		}, x, bias, m.hidden)
	}
	return n.finish(s, x, n.decoder.final)
}

func (n *t5) embed(s *scope, ids tensor) tensor {
	return s.drop(s.view(s.embedding(n.shared, ids), -1, int64(n.c.Hidden)), n.c.Dropout)
}

func (n *t5) finish(s *scope, x, weight tensor) tensor {
	return s.drop(s.rmsNorm(x, weight, n.c.NormEps), n.c.Dropout)
}

func (n *t5) split(s *scope, x, w tensor, rows, cols int) tensor {
	return s.heads(s.linear(x, w, nil), rows, cols, n.c.Heads, n.c.HeadDim)
}

func (n *t5) selfAttention(s *scope, b *t5Block, x tensor, rows, cols int, bias tensor, c *cache) tensor {
	mark := s.enter()
	h := s.rmsNorm(x, b.selfNorm, n.c.NormEps)
	q, k, v := n.split(s, h, b.self.q, rows, cols), n.split(s, h, b.self.k, rows, cols), n.split(s, h, b.self.v, rows, cols)
	if c != nil {
		k, v = c.grow(s, k, v, rows, n.c.Heads, cols, n.c.HeadDim)
	}
	return s.leave(mark, n.residual(s, x, s.attention(q, k, v, hidden{bias: bias}, n.c.AttnDropout), b.self.o))
}

// residual adds the heads' output, joined and projected, to x.
func (n *t5) residual(s *scope, x, heads, o tensor) tensor {
	h := s.linear(s.joined(heads, n.c.Heads*n.c.HeadDim), o, nil)
	return s.add(x, s.drop(h, n.c.Dropout))
}

func (n *t5) crossAttention(s *scope, layer int, x tensor, rows, cols int, m *memory) tensor {
	mark, b := s.enter(), &n.decoder.blocks[layer]
	q := n.split(s, s.rmsNorm(x, b.crossNorm, n.c.NormEps), b.cross.q, rows, cols)
	k, v := m.seen(s, n, layer, rows)
	return s.leave(mark, n.residual(s, x, s.attention(q, k, v, hidden{bias: m.hide}, n.c.AttnDropout), b.cross.o))
}

func (n *t5) across(s *scope, layer int, x tensor, rows, cols int) (k, v tensor) {
	a := &n.decoder.blocks[layer].cross
	return n.split(s, x, a.k, rows, cols), n.split(s, x, a.v, rows, cols)
}

func (n *t5) feedForward(s *scope, b *t5Block, x tensor) tensor {
	mark := s.enter()
	h := s.rmsNorm(x, b.ffNorm, n.c.NormEps)
	in := s.linear(h, b.in, nil)
	if b.gate != nil {
		in = s.mul(s.activate(s.linear(h, b.gate, nil), n.c.Activation), in)
	} else {
		in = s.activate(in, n.c.Activation)
	}
	h = s.linear(s.drop(in, n.c.Dropout), b.out, nil)
	return s.leave(mark, s.add(x, s.drop(h, n.c.Dropout)))
}

func (n *t5) head(s *scope, x tensor) tensor {
	if n.c.ScaleLogits {
		x = s.scale(x, 1/sqrt(n.c.Hidden))
	}
	return s.linear(x, n.out, nil)
}

// relative is the bias [1, heads, queries, past+queries] of relative positions.
// The biases of all distances in a row hold that of every query: each is a window
// of as many as there are keys, which begins one place before that of the query
// before it.
func (n *t5) relative(s *scope, table tensor, queries, past int, bidirectional bool) tensor {
	keys := past + queries
	bucket := relativeBuckets(keys, n.c.RelBuckets, n.c.RelDistance, bidirectional)[:keys+queries-1]
	line := s.transpose(s.embedding(table, s.ints(bucket, int64(len(bucket)))), 0, 1) // heads × distances
	bias := s.flip(s.unfold(line, 1, int64(keys), 1), 1)
	return s.view(bias, 1, int64(n.c.Heads), int64(queries), int64(keys))
}
