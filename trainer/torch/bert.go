//go:build torch

package torch

import (
	"errors"
	"fmt"

	"corpus/trainer"
)

// bert is transformers' BertForMaskedLM or RobertaForMaskedLM: post-norm blocks,
// learned positions, every token of type 0, output matrix tied to the input
// embedding. They differ in names and in where positions count from.
type bert struct {
	c                trainer.Config
	words, positions tensor
	types            tensor
	embedded         norm
	blocks           []bertBlock
	transform        linear
	transformed      norm
	outBias          tensor
}

type bertBlock struct {
	query, key, value, out linear
	attended               norm
	expand, contract       linear
	output                 norm
}

func newBERT(c trainer.Config, w *weights) *bert {
	e, dense, transformed, bias := c.Family+".embeddings.", "cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm", "cls.predictions.bias"
	if c.Family == "roberta" {
		dense, transformed, bias = "lm_head.dense", "lm_head.layer_norm", "lm_head.bias"
	}
	n := &bert{
		c: c, words: w.at(e + "word_embeddings.weight"), positions: w.at(e + "position_embeddings.weight"),
		types: w.at(e + "token_type_embeddings.weight"), embedded: w.norm(e + "LayerNorm"),
		transform: w.linear(dense), transformed: w.norm(transformed), outBias: w.at(bias),
	}
	for i := range c.Layers {
		b := fmt.Sprintf("%s.encoder.layer.%d.", c.Family, i)
		n.blocks = append(n.blocks, bertBlock{
			query: w.linear(b + "attention.self.query"), key: w.linear(b + "attention.self.key"),
			value: w.linear(b + "attention.self.value"), out: w.linear(b + "attention.output.dense"),
			attended: w.norm(b + "attention.output.LayerNorm"),
			expand:   w.linear(b + "intermediate.dense"), contract: w.linear(b + "output.dense"),
			output: w.norm(b + "output.LayerNorm"),
		})
	}
	return n
}

func (n *bert) features(s *scope, b trainer.Batch) tensor {
	x := s.add(s.embedding(n.words, s.grid(b.Input, b.Rows, b.Cols)), s.narrow(n.types, 0, 0, 1))
	x = s.add(x, n.placed(s, b))
	x = s.view(x, -1, int64(n.c.Hidden))
	x = s.drop(n.norm(s, x, n.embedded), n.c.Dropout)
	var hide hidden
	if b.Documents != nil { // padding is one
		hide = s.apart(b.Documents, b.Rows, b.Cols, false)
	} else {
		hide.bias = s.padding(b.Mask, b.Rows, b.Cols)
	}
	for i := range n.blocks {
		x = s.segment(func(in []tensor) tensor { return n.block(s, &n.blocks[i], in[0], b.Rows, b.Cols, hide) }, x)
	}
	return x
}

// placed is each token's position vector. RoBERTa's padding stands at a position
// of its own and is not counted, wherever it is.
func (n *bert) placed(s *scope, b trainer.Batch) tensor {
	if n.c.Family == "bert" {
		return s.positions(n.positions, b.Documents, b.Rows, b.Cols)
	}
	at := make([]int64, len(b.Input))
	next := 0
	for i, id := range b.Input {
		if i%b.Cols == 0 || b.Documents != nil && b.Documents[i] != b.Documents[i-1] {
			next = n.c.PositionOffset()
		}
		at[i] = int64(n.c.Pad)
		if int(id) != n.c.Pad {
			at[i] = int64(next)
			next++
		}
	}
	return s.embedding(n.positions, s.ints(at, int64(b.Rows), int64(b.Cols)))
}

func (n *bert) norm(s *scope, x tensor, w norm) tensor {
	return s.layerNorm(x, w, int64(n.c.Hidden), n.c.NormEps)
}

func (n *bert) block(s *scope, b *bertBlock, x tensor, rows, cols int, hide hidden) tensor {
	mark := s.enter()
	split := func(l linear) tensor {
		return s.heads(s.linear(x, l.weight, l.bias), rows, cols, n.c.Heads, n.c.HeadDim)
	}
	q := s.scale(split(b.query), 1/sqrt(n.c.HeadDim))
	h := s.joined(s.attention(q, split(b.key), split(b.value), hide, n.c.AttnDropout), n.c.Hidden)
	h = s.drop(s.linear(h, b.out.weight, b.out.bias), n.c.Dropout)
	x = n.norm(s, s.add(h, x), b.attended)

	h = s.activate(s.linear(x, b.expand.weight, b.expand.bias), n.c.Activation)
	h = s.drop(s.linear(h, b.contract.weight, b.contract.bias), n.c.Dropout)
	return s.leave(mark, n.norm(s, s.add(h, x), b.output))
}

func (n *bert) head(s *scope, x tensor) tensor {
	x = s.activate(s.linear(x, n.transform.weight, n.transform.bias), n.c.Activation)
	return s.linear(n.norm(s, x, n.transformed), n.words, n.outBias)
}

// begin reads the batch; its logits come from the one call of next.
func (n *bert) begin(s *scope, b trainer.Batch) (decoding, error) {
	if err := check(n.c, b); err != nil {
		return nil, err
	}
	return &bertDecoding{logits: s.keep(n.head(s, n.features(s, b)))}, nil
}

type bertDecoding struct{ logits tensor }

func (d *bertDecoding) next(_ *scope, ids []int32) (tensor, error) {
	if len(ids) > 0 {
		return nil, errors.New("an encoder takes no further ids")
	}
	return d.logits, nil
}

func (d *bertDecoding) free() { release(d.logits) }
