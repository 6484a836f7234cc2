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

func (n *t5) features(s *scope, b trainer.Batch) tensor {
	hidden, hide := n.encode(s, b)
	ids := s.grid(b.Decoder, b.Rows, b.DecCols)
	mask := s.both(s.causal(b.DecCols, 0), s.padding(b.DecMask, b.Rows, b.DecCols))
	return n.decode(s, ids, b.Rows, b.DecCols, mask, &t5Memory{hidden: hidden, cols: b.Cols, hide: hide})
}

// encode gives the encoder's output [rows·cols, hidden], and the bias that
// hides its padding.
func (n *t5) encode(s *scope, b trainer.Batch) (hidden, hide tensor) {
	hide = s.padding(b.Mask, b.Rows, b.Cols)
	bias := s.both(n.relative(s, n.encoder.relative, b.Cols, 0, true), hide)
	x := n.embed(s, s.grid(b.Input, b.Rows, b.Cols))
	for i := range n.encoder.blocks {
		blk := &n.encoder.blocks[i]
		x = n.selfAttention(s, blk, x, b.Rows, b.Cols, bias, nil)
		x = n.feedForward(s, blk, x)
	}
	return n.finish(s, x, n.encoder.final), hide
}

// t5Memory is what the decoder looks at: the encoder's output, or in its place
// the keys and values made of it, one pair for each layer.
type t5Memory struct {
	hidden tensor
	cols   int
	hide   tensor
	k, v   []tensor
	caches []cache // of self-attention; nil while training
}

func (n *t5) decode(s *scope, ids tensor, rows, cols int, mask tensor, mem *t5Memory) tensor {
	past := 0
	if mem.caches != nil {
		past = mem.caches[0].used
	}
	bias := s.both(n.relative(s, n.decoder.relative, cols, past, false), mask)
	x := n.embed(s, ids)
	for i := range n.decoder.blocks {
		blk := &n.decoder.blocks[i]
		var c *cache
		if mem.caches != nil {
			c = &mem.caches[i]
		}
		x = n.selfAttention(s, blk, x, rows, cols, bias, c)
		x = n.crossAttention(s, i, x, rows, cols, mem)
		x = n.feedForward(s, blk, x)
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

func (n *t5) crossAttention(s *scope, layer int, x tensor, rows, cols int, mem *t5Memory) tensor {
	mark, b := s.enter(), &n.decoder.blocks[layer]
	q := n.split(s, s.rmsNorm(x, b.crossNorm, n.c.NormEps), b.cross.q, rows, cols)
	var k, v tensor
	if mem.k != nil {
		k, v = mem.k[layer], mem.v[layer]
	} else {
		k, v = n.split(s, mem.hidden, b.cross.k, rows, mem.cols), n.split(s, mem.hidden, b.cross.v, rows, mem.cols)
	}
	return s.leave(mark, n.residual(s, x, s.attention(q, k, v, hidden{bias: mem.hide}, n.c.AttnDropout), b.cross.o))
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

func (n *t5) begin(s *scope, b trainer.Batch) (decoding, error) {
	if err := checkGrid(n.c, "input", b.Rows, b.Cols, b.Input, b.Mask); err != nil {
		return nil, err
	}
	d := &t5Decoding{n: n, rows: b.Rows}
	d.mem.cols, d.mem.caches = b.Cols, make([]cache, len(n.decoder.blocks))
	hidden, hide := n.encode(s, b)
	if hide != nil {
		d.mem.hide = s.keep(hide)
	}
	for i := range n.decoder.blocks {
		cross := &n.decoder.blocks[i].cross
		k, v := n.split(s, hidden, cross.k, b.Rows, b.Cols), n.split(s, hidden, cross.v, b.Rows, b.Cols)
		d.mem.k, d.mem.v = append(d.mem.k, s.keep(s.contiguous(k))), append(d.mem.v, s.keep(s.contiguous(v)))
	}
	return d, nil
}

type t5Decoding struct {
	n    *t5
	rows int
	mem  t5Memory
}

func (d *t5Decoding) next(s *scope, ids []int32) (tensor, error) {
	past := d.mem.caches[0].used
	cols, err := newPositions(d.n.c, ids, d.rows, past)
	if err != nil {
		return nil, err
	}
	x := d.n.decode(s, s.grid(ids, d.rows, cols), d.rows, cols, s.causal(cols, past), &d.mem)
	return d.n.head(s, s.last(x, d.rows, cols, d.n.c.Hidden)), nil
}

func (d *t5Decoding) free() {
	freeCaches(d.mem.caches)
	release(d.mem.k...)
	release(d.mem.v...)
	release(d.mem.hide)
}
