//go:build torch

package torch

import "corpus/trainer"

// seq2seq is an encoder with a decoder that looks at it.
type seq2seq interface {
	network
	// encode gives the encoder's output [rows·cols, hidden], and the bias that
	// hides its padding.
	encode(s *scope, b trainer.Batch) (hidden, hide tensor)
	// across gives the keys and values that a layer of the decoder makes of the
	// encoder's output.
	across(s *scope, layer int, hidden tensor, rows, cols int) (k, v tensor)
	// decode gives the hidden states [rows·cols, hidden] of cols further positions;
	// padding, if not nil, hides those of them that are.
	decode(s *scope, ids tensor, rows, cols int, padding tensor, m *memory) tensor
}

// memory is what a decoder looks at: the encoder's output, or in its place the keys
// and values made of it, one pair for each layer; and what it decoded before.
type memory struct {
	hidden tensor
	cols   int
	hide   tensor
	k, v   []tensor
	caches []cache // of self-attention; nil while training
}

// past is how many positions were decoded before.
func (m *memory) past() int {
	if m.caches == nil {
		return 0
	}
	return m.caches[0].used
}

// cache is that of a layer, or nil.
func (m *memory) cache(layer int) *cache {
	if m.caches == nil {
		return nil
	}
	return &m.caches[layer]
}

// of is the same with another hidden.
func (m memory) of(hidden tensor) *memory {
	m.hidden = hidden
	return &m
}

// seen gives the keys and values of the encoder's output for a layer.
func (m *memory) seen(s *scope, n seq2seq, layer, rows int) (k, v tensor) {
	if m.k != nil {
		return m.k[layer], m.v[layer]
	}
	return n.across(s, layer, m.hidden, rows, m.cols)
}

// taught is the decoder's output where it reads the targets (teacher forcing).
func taught(s *scope, n seq2seq, b trainer.Batch) tensor {
	x, hide := n.encode(s, b)
	padding := s.padding(b.DecMask, b.Rows, b.DecCols)
	return n.decode(s, s.grid(b.Decoder, b.Rows, b.DecCols), b.Rows, b.DecCols, padding, &memory{hidden: x, cols: b.Cols, hide: hide})
}

// answering starts generation: it reads the batch's input.
func answering(s *scope, n seq2seq, c trainer.Config, b trainer.Batch) (decoding, error) {
	if err := checkGrid(c, "input", b.Rows, b.Cols, b.Input, b.Mask); err != nil {
		return nil, err
	}
	d := &seq2seqDecoding{n: n, c: c, rows: b.Rows}
	d.m.cols, d.m.caches = b.Cols, make([]cache, c.DecLayers)
	x, hide := n.encode(s, b)
	if hide != nil {
		d.m.hide = s.keep(hide)
	}
	for i := range c.DecLayers {
		k, v := n.across(s, i, x, b.Rows, b.Cols)
		d.m.k, d.m.v = append(d.m.k, s.keep(s.contiguous(k))), append(d.m.v, s.keep(s.contiguous(v)))
	}
	return d, nil
}

type seq2seqDecoding struct {
	n    seq2seq
	c    trainer.Config
	rows int
	m    memory
}

func (d *seq2seqDecoding) next(s *scope, ids []int32) (tensor, error) {
	cols, err := newPositions(d.c, ids, d.rows, d.m.past())
	if err != nil {
		return nil, err
	}
	x := d.n.decode(s, s.grid(ids, d.rows, cols), d.rows, cols, nil, &d.m)
	return d.n.head(s, s.last(x, d.rows, cols, d.c.Hidden)), nil
}

func (d *seq2seqDecoding) free() {
	freeCaches(d.m.caches)
	release(d.m.k...)
	release(d.m.v...)
	release(d.m.hide)
}
