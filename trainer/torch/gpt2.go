//go:build torch

package torch

import (
	"fmt"

	"corpus/trainer"
)

// gpt2 is transformers' GPT2LMHeadModel: pre-norm blocks, learned positions,
// output matrix tied to the input embedding.
type gpt2 struct {
	c        trainer.Config
	wte, wpe tensor
	blocks   []gpt2Block
	final    norm
}

type gpt2Block struct {
	ln1, ln2         norm
	attn, attnOut    linear
	expand, contract linear
}

func newGPT2(c trainer.Config, w *weights) *gpt2 {
	g := &gpt2{c: c, wte: w.at("transformer.wte.weight"), wpe: w.at("transformer.wpe.weight"), final: w.norm("transformer.ln_f")}
	for i := range c.Layers {
		b := fmt.Sprintf("transformer.h.%d.", i)
		g.blocks = append(g.blocks, gpt2Block{
			ln1: w.norm(b + "ln_1"), ln2: w.norm(b + "ln_2"),
			attn: w.linear(b + "attn.c_attn"), attnOut: w.linear(b + "attn.c_proj"),
			expand: w.linear(b + "mlp.c_fc"), contract: w.linear(b + "mlp.c_proj"),
		})
	}
	return g
}

func (g *gpt2) features(s *scope, b trainer.Batch) tensor {
	ids := s.grid(b.Input, b.Rows, b.Cols)
	var hide hidden
	if b.Documents != nil {
		hide = s.apart(b.Documents, b.Rows, b.Cols, true)
	} else {
		hide = s.ahead(b.Mask, b.Rows, b.Cols)
	}
	return g.run(s, g.embed(s, ids, s.positions(g.wpe, b.Documents, b.Rows, b.Cols)), b.Rows, b.Cols, hide, nil)
}

// embed is the sum of tokens and positions: [rows·n, hidden].
func (g *gpt2) embed(s *scope, ids, positions tensor) tensor {
	x := s.add(s.embedding(g.wte, ids), positions)
	return s.drop(s.view(x, -1, int64(g.c.Hidden)), g.c.Dropout)
}

// run gives the hidden states [rows·n, hidden] of n further positions x; caches,
// if not nil, hold what came before them, one for each block.
func (g *gpt2) run(s *scope, x tensor, rows, n int, hide hidden, caches []cache) tensor {
	for i := range g.blocks {
		var c *cache
		if caches != nil {
			c = &caches[i]
		}
		x = s.segment(func(in []tensor) tensor { return g.block(s, &g.blocks[i], in[0], rows, n, hide, c) }, x)
	}
	return s.layerNorm(x, g.final, int64(g.c.Hidden), g.c.NormEps)
}

func (g *gpt2) block(s *scope, b *gpt2Block, x tensor, rows, n int, hide hidden, c *cache) tensor {
	mark := s.enter()
	h := s.layerNorm(x, b.ln1, int64(g.c.Hidden), g.c.NormEps)
	h = s.conv1d(h, b.attn.weight, b.attn.bias)
	h = s.permute(s.view(h, int64(rows), int64(n), 3, int64(g.c.Heads), int64(g.c.HeadDim)), 2, 0, 3, 1, 4)
	q := s.scale(s.selectAt(h, 0, 0), 1/sqrt(g.c.HeadDim))
	k, v := s.selectAt(h, 0, 1), s.selectAt(h, 0, 2)
	if c != nil {
		k, v = c.grow(s, k, v, rows, g.c.Heads, n, g.c.HeadDim)
	}
	h = s.joined(s.attention(q, k, v, hide, g.c.AttnDropout), g.c.Hidden)
	x = s.add(x, s.drop(s.conv1d(h, b.attnOut.weight, b.attnOut.bias), g.c.Dropout))

	h = s.layerNorm(x, b.ln2, int64(g.c.Hidden), g.c.NormEps)
	h = s.activate(s.conv1d(h, b.expand.weight, b.expand.bias), g.c.Activation)
	return s.leave(mark, s.add(x, s.drop(s.conv1d(h, b.contract.weight, b.contract.bias), g.c.Dropout)))
}

func (g *gpt2) head(s *scope, x tensor) tensor { return s.linear(x, g.wte, nil) }

// begin needs the number of rows only: what is read comes through Next.
func (g *gpt2) begin(_ *scope, b trainer.Batch) (decoding, error) {
	if b.Rows < 1 {
		return nil, fmt.Errorf("%d rows, at least 1 is needed", b.Rows)
	}
	return &gpt2Decoding{g: g, rows: b.Rows, caches: make([]cache, len(g.blocks))}, nil
}

type gpt2Decoding struct {
	g      *gpt2
	rows   int
	caches []cache
}

func (d *gpt2Decoding) next(s *scope, ids []int32) (tensor, error) {
	past := d.caches[0].used
	n, err := newPositions(d.g.c, ids, d.rows, past)
	if err != nil {
		return nil, err
	}
	x := d.g.embed(s, s.grid(ids, d.rows, n), s.narrow(d.g.wpe, 0, int64(past), int64(n)))
	x = d.g.run(s, x, d.rows, n, hidden{bias: s.causal(n, past)}, d.caches)
	return d.g.head(s, s.last(x, d.rows, n, d.g.c.Hidden)), nil
}

func (d *gpt2Decoding) free() { freeCaches(d.caches) }
