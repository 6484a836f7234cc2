//go:build torch

package torch

import (
	"fmt"
	"math"
	"slices"

	"corpus/trainer"
)

// bloom is transformers' BloomForCausalLM: a norm behind the embedding, pre-norm
// blocks, output matrix tied to the input embedding. Where a token stands is told
// by a bias of the scores alone (ALiBi, arXiv 2108.12409).
type bloom struct {
	c               trainer.Config
	words           tensor
	embedded, final norm
	blocks          []bloomBlock
	slopes          []float32 // of each head's bias
}

type bloomBlock struct {
	attending, feeding norm
	attn, attnOut      linear // attn: head by head its queries, keys and values
	expand, contract   linear
}

func newBloom(c trainer.Config, w *weights) *bloom {
	n := &bloom{
		c: c, words: w.at("transformer.word_embeddings.weight"), embedded: w.norm("transformer.word_embeddings_layernorm"),
		final: w.norm("transformer.ln_f"), slopes: alibiSlopes(c.Heads),
	}
	for i := range c.Layers {
		b := fmt.Sprintf("transformer.h.%d.", i)
		n.blocks = append(n.blocks, bloomBlock{
			attending: w.norm(b + "input_layernorm"), feeding: w.norm(b + "post_attention_layernorm"),
			attn: w.linear(b + "self_attention.query_key_value"), attnOut: w.linear(b + "self_attention.dense"),
			expand: w.linear(b + "mlp.dense_h_to_4h"), contract: w.linear(b + "mlp.dense_4h_to_h"),
		})
	}
	return n
}

// alibiSlopes are those of the paper: a geometric sequence that ends at 2⁻⁸. Of a
// number of heads that is no power of two, the largest power below has its own, and
// the others every second one of the sequence of twice as many.
func alibiSlopes(heads int) []float32 {
	power := 1
	for 2*power <= heads {
		power *= 2
	}
	slopes := make([]float32, heads)
	for i := range slopes {
		exponent := float64(i+1) / float64(power)
		if i >= power {
			exponent = (float64(i-power) + 0.5) / float64(power)
		}
		slopes[i] = float32(math.Exp2(-8 * exponent))
	}
	return slopes
}

func (n *bloom) features(s *scope, b trainer.Batch) tensor {
	hide := hidden{}
	if b.Documents != nil {
		hide = s.apart(b.Documents, b.Rows, b.Cols, true)
	} else {
		hide.bias = s.both(s.causal(b.Cols, 0), s.padding(b.Mask, b.Rows, b.Cols))
	}
	hide.bias = s.both(n.alibi(s, places(b), b.Cols), hide.bias)
	return n.run(s, s.grid(b.Input, b.Rows, b.Cols), b.Rows, b.Cols, hide, nil)
}

// places counts the tokens of each row, or of each of its documents, from 0;
// padding is not counted. One row stands for all that are alike.
func places(b trainer.Batch) []float32 {
	if b.Documents == nil && b.Mask == nil {
		return counting(b.Cols)
	}
	at := make([]float32, len(b.Input))
	next := float32(0)
	for i := range at {
		if i%b.Cols == 0 || b.Documents != nil && b.Documents[i] != b.Documents[i-1] {
			next = 0
		}
		if b.Mask == nil || b.Mask[i] != 0 {
			at[i] = next
			next++
		}
	}
	return at
}

func counting(n int) []float32 {
	at := make([]float32, n)
	for i := range at {
		at[i] = float32(i)
	}
	return at
}

// alibi is the bias [rows, heads, 1, keys] of keys at places. It is the place times
// the slope, as transformers has it; the distance would give the same softmax.
func (n *bloom) alibi(s *scope, at []float32, keys int) tensor {
	rows := slices.Collect(slices.Chunk(at, keys))
	bias := make([]float32, 0, len(at)*n.c.Heads)
	for _, row := range rows {
		for _, slope := range n.slopes {
			for _, place := range row {
				bias = append(bias, slope*place)
			}
		}
	}
	return s.floats(bias, int64(len(rows)), int64(n.c.Heads), 1, int64(keys))
}

// run gives the hidden states [rows·cols, hidden] of cols further positions;
// caches, if not nil, hold what came before them, one for each block.
func (n *bloom) run(s *scope, ids tensor, rows, cols int, hide hidden, caches []cache) tensor {
	x := s.view(s.embedding(n.words, ids), -1, int64(n.c.Hidden))
	x = n.norm(s, x, n.embedded)
	for i := range n.blocks {
		var c *cache
		if caches != nil {
			c = &caches[i]
		}
		x = s.segment(func(in []tensor) tensor { return n.block(s, &n.blocks[i], in[0], rows, cols, hide, c) }, x)
	}
	return n.norm(s, x, n.final)
}

func (n *bloom) norm(s *scope, x tensor, w norm) tensor {
	return s.layerNorm(x, w, int64(n.c.Hidden), n.c.NormEps)
}

func (n *bloom) block(s *scope, b *bloomBlock, x tensor, rows, cols int, hide hidden, c *cache) tensor {
	mark := s.enter()
	h := s.linear(n.norm(s, x, b.attending), b.attn.weight, b.attn.bias)
	h = s.permute(s.view(h, int64(rows), int64(cols), int64(n.c.Heads), 3, int64(n.c.HeadDim)), 3, 0, 2, 1, 4)
	q := s.scale(s.selectAt(h, 0, 0), 1/sqrt(n.c.HeadDim))
	k, v := s.selectAt(h, 0, 1), s.selectAt(h, 0, 2)
	if c != nil {
		k, v = c.grow(s, k, v, rows, n.c.Heads, cols, n.c.HeadDim)
	}
	h = s.joined(s.attention(q, k, v, hide, n.c.AttnDropout), n.c.Hidden)
	x = s.add(x, s.drop(s.linear(h, b.attnOut.weight, b.attnOut.bias), n.c.Dropout))

	h = s.linear(n.norm(s, x, b.feeding), b.expand.weight, b.expand.bias)
	h = s.linear(s.activate(h, n.c.Activation), b.contract.weight, b.contract.bias)
	return s.leave(mark, s.add(x, s.drop(h, n.c.Dropout)))
}

func (n *bloom) head(s *scope, x tensor) tensor { return s.linear(x, n.words, nil) }

// begin needs the number of rows only: what is read comes through Next.
func (n *bloom) begin(_ *scope, b trainer.Batch) (decoding, error) {
	if b.Rows < 1 {
		return nil, fmt.Errorf("%d rows, at least 1 is needed", b.Rows)
	}
	return &bloomDecoding{n: n, rows: b.Rows, caches: make([]cache, len(n.blocks))}, nil
}

type bloomDecoding struct {
	n      *bloom
	rows   int
	caches []cache
}

func (d *bloomDecoding) next(s *scope, ids []int32) (tensor, error) {
	past := d.caches[0].used
	cols, err := newPositions(d.n.c, ids, d.rows, past)
	if err != nil {
		return nil, err
	}
	bias := s.both(d.n.alibi(s, counting(past+cols), past+cols), s.causal(cols, past))
	x := d.n.run(s, s.grid(ids, d.rows, cols), d.rows, cols, hidden{bias: bias}, d.caches)
	return d.n.head(s, s.last(x, d.rows, cols, d.n.c.Hidden)), nil
}

func (d *bloomDecoding) free() { freeCaches(d.caches) }
