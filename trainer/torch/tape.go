//go:build torch

package torch

import "corpus/trainer/torch/shim"

// cut is where the recorded graph is interrupted: leaf goes on in the place of what
// came before, and collects the gradient that unwind carries on to it. It is used
// where what backward needs would take too much memory at once.
type cut struct {
	leaf  tensor
	from  tensor        // what came before, recorded; nil = it is made once more
	again func() tensor // by this, with the same dropout
	drawn uint64        // dropout masks made before it
}

// leaf cuts the graph at x, unless it has been cut there.
func (s *scope) leaf(x tensor) tensor {
	if s.err != nil || x == nil {
		return x
	}
	for _, c := range s.tape {
		if c.leaf == x || c.from == x {
			return c.leaf
		}
	}
	leaf := s.made("leaf", shim.Leaf(s.slot(), x))
	s.tape = append(s.tape, cut{leaf: leaf, from: x})
	return leaf
}

// segment is f(in), of which nothing is recorded where activations are made again:
// f runs once more when its gradients are due. What f uses beside in must be
// parameters or constants.
func (s *scope) segment(f func(in []tensor) tensor, in ...tensor) tensor {
	if !s.recompute || s.err != nil {
		return f(in)
	}
	for i := range in {
		in[i] = s.leaf(in[i])
	}
	mark, drawn := s.enter(), s.drawn
	was := shim.SetGrad(false)
	y := f(in)
	shim.SetGrad(was)
	if s.err != nil {
		return nil
	}
	leaf := s.made("leaf", shim.Leaf(s.slot(), y))
	s.tape = append(s.tape, cut{leaf: leaf, again: func() tensor { return f(in) }, drawn: drawn})
	return s.leave(mark, leaf)
}

// unwind carries the gradients of all leaves on, the last first.
func (s *scope) unwind() {
	for i := len(s.tape) - 1; i >= 0 && s.err == nil; i-- {
		c := s.tape[i]
		if c.from != nil {
			s.fail("backward", shim.Continue(c.from, c.leaf))
			continue
		}
		mark, drawn := s.enter(), s.drawn
		s.drawn = c.drawn
		y := s.cast(c.again)
		s.drawn = drawn
		if s.err == nil {
			s.fail("backward", shim.Continue(y, c.leaf))
		}
		s.leave(mark, nil)
	}
	clear(s.tape)
	s.tape = s.tape[:0]
}

// cast runs f with its products in 16 bits, where the model has them so.
func (s *scope) cast(f func() tensor) tensor {
	if s.half == shim.Float32 {
		return f()
	}
	s.fail("autocast", shim.Autocast(s.device >= 0, s.half))
	defer func() { s.fail("autocast", shim.Autocast(s.device >= 0, shim.Float32)) }()
	return f()
}
