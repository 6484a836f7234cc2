//go:build torch

package torch

import (
	"fmt"

	"corpus/trainer"
)

// bart is transformers' BartForConditionalGeneration: post-norm blocks, learned
// positions and a norm behind them in both stacks, no last norm, output matrix tied
// to the embedding, with a bias that is not trained.
type bart struct {
	c                trainer.Config
	shared, outBias  tensor
	encoder, decoder bartStack
}

type bartStack struct {
	positions tensor
	embedded  norm
	blocks    []bartBlock
}

type bartBlock struct {
	self, cross                 bartAttention
	attended, crossed, finished norm
	expand, contract            linear
}

type bartAttention struct{ q, k, v, out linear }

func newBART(c trainer.Config, w *weights) *bart {
	return &bart{
		c: c, shared: w.at("model.shared.weight"), outBias: w.at("final_logits_bias"),
		encoder: newBARTStack(w, "model.encoder.", c.Layers, false), decoder: newBARTStack(w, "model.decoder.", c.DecLayers, true),
	}
}

func newBARTStack(w *weights, name string, layers int, decoder bool) bartStack {
	st := bartStack{positions: w.at(name + "embed_positions.weight"), embedded: w.norm(name + "layernorm_embedding")}
	for i := range layers {
		p := fmt.Sprintf("%slayers.%d.", name, i)
		b := bartBlock{
			self: newBARTAttention(w, p+"self_attn."), attended: w.norm(p + "self_attn_layer_norm"),
			expand: w.linear(p + "fc1"), contract: w.linear(p + "fc2"), finished: w.norm(p + "final_layer_norm"),
		}
		if decoder {
			b.cross, b.crossed = newBARTAttention(w, p+"encoder_attn."), w.norm(p+"encoder_attn_layer_norm")
		}
		st.blocks = append(st.blocks, b)
	}
	return st
}

func newBARTAttention(w *weights, name string) bartAttention {
	return bartAttention{q: w.linear(name + "q_proj"), k: w.linear(name + "k_proj"), v: w.linear(name + "v_proj"), out: w.linear(name + "out_proj")}
}

func (n *bart) features(s *scope, b trainer.Batch) tensor { return taught(s, n, b) }

func (n *bart) begin(s *scope, b trainer.Batch) (decoding, error) { return answering(s, n, n.c, b) }

func (n *bart) encode(s *scope, b trainer.Batch) (x, hide tensor) {
	hide = s.padding(b.Mask, b.Rows, b.Cols)
	x = n.embed(s, &n.encoder, s.grid(b.Input, b.Rows, b.Cols), 0, b.Cols)
	for i := range n.encoder.blocks {
		blk := &n.encoder.blocks[i]
		x = s.segment(func(in []tensor) tensor {
			return n.feedForward(s, blk, n.attend(s, blk, in[0], b.Rows, b.Cols, hidden{bias: hide}, nil))
		}, x)
	}
	return x, hide
}

func (n *bart) decode(s *scope, ids tensor, rows, cols int, padding tensor, m *memory) tensor {
	past := m.past()
	hide := hidden{causal: s.fused && padding == nil && past == 0 && cols > 1}
	if !hide.causal {
		hide.bias = s.both(s.causal(cols, past), padding)
	}
	x := n.embed(s, &n.decoder, ids, past, cols)
	for i := range n.decoder.blocks {
		blk := &n.decoder.blocks[i]
		x = s.segment(func(in []tensor) tensor {
			y := n.attend(s, blk, in[0], rows, cols, hide, m.cache(i))
			return n.feedForward(s, blk, n.attendAcross(s, i, y, rows, cols, m.of(in[1])))
		}, x, m.hidden)
	}
	return x
}

// embed is the sum of tokens and positions behind their norm: [rows·cols, hidden].
func (n *bart) embed(s *scope, st *bartStack, ids tensor, past, cols int) tensor {
	at := s.narrow(st.positions, 0, int64(n.c.PositionOffset()+past), int64(cols))
	x := s.view(s.add(s.embedding(n.shared, ids), at), -1, int64(n.c.Hidden))
	return s.drop(n.norm(s, x, st.embedded), n.c.Dropout)
}

func (n *bart) norm(s *scope, x tensor, w norm) tensor {
	return s.layerNorm(x, w, int64(n.c.Hidden), n.c.NormEps)
}

func (n *bart) split(s *scope, x tensor, l linear, rows, cols int) tensor {
	return s.heads(s.linear(x, l.weight, l.bias), rows, cols, n.c.Heads, n.c.HeadDim)
}

func (n *bart) attend(s *scope, b *bartBlock, x tensor, rows, cols int, hide hidden, c *cache) tensor {
	mark := s.enter()
	q := s.scale(n.split(s, x, b.self.q, rows, cols), 1/sqrt(n.c.HeadDim))
	k, v := n.split(s, x, b.self.k, rows, cols), n.split(s, x, b.self.v, rows, cols)
	if c != nil {
		k, v = c.grow(s, k, v, rows, n.c.Heads, cols, n.c.HeadDim)
	}
	return s.leave(mark, n.residual(s, x, s.attention(q, k, v, hide, n.c.AttnDropout), b.self.out, b.attended))
}

func (n *bart) attendAcross(s *scope, layer int, x tensor, rows, cols int, m *memory) tensor {
	mark, b := s.enter(), &n.decoder.blocks[layer]
	q := s.scale(n.split(s, x, b.cross.q, rows, cols), 1/sqrt(n.c.HeadDim))
	k, v := m.seen(s, n, layer, rows)
	return s.leave(mark, n.residual(s, x, s.attention(q, k, v, hidden{bias: m.hide}, n.c.AttnDropout), b.cross.out, b.crossed))
}

func (n *bart) across(s *scope, layer int, x tensor, rows, cols int) (k, v tensor) {
	a := &n.decoder.blocks[layer].cross
	return n.split(s, x, a.k, rows, cols), n.split(s, x, a.v, rows, cols)
}

// residual adds the heads' output, joined and projected, to x, and norms the sum.
func (n *bart) residual(s *scope, x, heads tensor, out linear, after norm) tensor {
	h := s.linear(s.joined(heads, n.c.Hidden), out.weight, out.bias)
	return n.norm(s, s.add(x, s.drop(h, n.c.Dropout)), after)
}

func (n *bart) feedForward(s *scope, b *bartBlock, x tensor) tensor {
	mark := s.enter()
	h := s.activate(s.linear(x, b.expand.weight, b.expand.bias), n.c.Activation)
	h = s.linear(s.drop(h, n.c.ActDropout), b.contract.weight, b.contract.bias)
	return s.leave(mark, n.norm(s, s.add(x, s.drop(h, n.c.Dropout)), b.finished))
}

func (n *bart) head(s *scope, x tensor) tensor {
	return s.linear(x, n.shared, s.view(n.outBias, int64(n.c.Vocab)))
}
