//go:build torch

package torch

import (
	"math"

	"corpus/trainer/torch/shim"
)

// norm is the weight and bias of a layer normalisation.
type norm struct{ weight, bias tensor }

// lowest is what masked scores get: not -Inf, so that a row that is masked
// whole gives a uniform distribution, as in transformers, and not NaN.
const lowest = -math.MaxFloat32

// heads splits [rows × cols, heads·dim] into [rows, heads, cols, dim].
func (s *scope) heads(x tensor, rows, cols, heads, dim int) tensor {
	x = s.view(x, int64(rows), int64(cols), int64(heads), int64(dim))
	return s.transpose(x, 1, 2)
}

// joined puts heads back together: [rows, heads, cols, dim] to [rows × cols, heads·dim].
func (s *scope) joined(x tensor, width int) tensor {
	return s.view(s.transpose(x, 1, 2), -1, int64(width))
}

// hidden says which keys a query does not see.
type hidden struct {
	bias   tensor // added to the scores if not nil; broadcasts to [rows, heads, queries, keys]
	causal bool   // those behind the query; fused attention only, and no bias then
}

// attention is dropout(softmax(q·kᵀ + bias))·v; scaling is in q. A processor
// does it in steps, with dropout as a function of key and position.
func (s *scope) attention(q, k, v tensor, hide hidden, dropout float64) tensor {
	if s.fused {
		return s.fusedAttention(q, k, v, hide, dropout)
	}
	mark := s.enter()
	scores := s.matmul(q, s.transpose(k, -1, -2))
	if hide.bias != nil {
		scores = s.addTo(scores, hide.bias)
	}
	return s.leave(mark, s.matmul(s.drop(s.softmax(scores), dropout), v))
}

func (s *scope) fusedAttention(q, k, v tensor, hide hidden, dropout float64) tensor {
	if s.err != nil {
		return nil
	}
	key := uint64(0)
	if !s.dropout {
		dropout = 0
	}
	if dropout > 0 {
		key = s.nextKey()
	}
	return s.made("attention", shim.Attention(s.slot(), q, k, v, hide.bias, hide.causal, dropout, key))
}

// ahead hides from each of n queries the keys behind it, and padding.
func (s *scope) ahead(mask []uint8, rows, n int) hidden {
	if s.fused && mask == nil && n > 1 {
		return hidden{causal: true}
	}
	return hidden{bias: s.both(s.causal(n, 0), s.padding(mask, rows, n))}
}

// causal is the bias that hides from query i, at position past+i, the keys
// behind it: [1, 1, n, past+n]. Nil when nothing is hidden.
func (s *scope) causal(n, past int) tensor {
	if n == 1 {
		return nil
	}
	keys := past + n
	bias := make([]float32, n*keys)
	for i := range n {
		for j := past + i + 1; j < keys; j++ {
			bias[i*keys+j] = lowest
		}
	}
	return s.floats(bias, 1, 1, int64(n), int64(keys))
}

// padding is the bias that hides padded keys: [rows, 1, 1, cols]. Nil when
// nothing is padded.
func (s *scope) padding(mask []uint8, rows, cols int) tensor {
	if mask == nil {
		return nil
	}
	bias := make([]float32, len(mask))
	for i, m := range mask {
		if m == 0 {
			bias[i] = lowest
		}
	}
	return s.floats(bias, int64(rows), 1, 1, int64(cols))
}

// apart hides from each position those of other documents of its row, and where it
// is causal the keys behind it: [rows, 1, n, n].
func (s *scope) apart(docs []int32, rows, n int, causal bool) hidden {
	bias := make([]float32, rows*n*n)
	for row := range rows {
		of := docs[row*n:][:n]
		for i, doc := range of {
			keys := bias[(row*n+i)*n:][:n]
			for j := range keys {
				if of[j] != doc || causal && j > i {
					keys[j] = lowest
				}
			}
		}
	}
	return hidden{bias: s.floats(bias, int64(rows), 1, int64(n), int64(n))}
}

// positions gives each position's vector: those of a row count from 0, or those of
// each of its documents.
func (s *scope) positions(table tensor, docs []int32, rows, n int) tensor {
	if docs == nil {
		return s.narrow(table, 0, 0, int64(n))
	}
	at := make([]int64, len(docs))
	for i := range at {
		if i%n > 0 && docs[i] == docs[i-1] {
			at[i] = at[i-1] + 1
		}
	}
	return s.embedding(table, s.ints(at, int64(rows), int64(n)))
}

// both adds biases of which each may be nil.
func (s *scope) both(a, b tensor) tensor {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return s.add(a, b)
}

// cache holds the keys and values of one attention layer, [rows, heads, room,
// dim], filled up to used.
type cache struct {
	k, v       tensor
	room, used int
}

// grow appends k and v of n positions and gives all keys and values so far.
func (c *cache) grow(s *scope, k, v tensor, rows, heads, n, dim int) (allK, allV tensor) {
	if need := c.used + n; need > c.room {
		c.reserve(s, max(64, 2*need), rows, heads, dim)
	}
	c.k, c.v = c.write(s, c.k, k, n), c.write(s, c.v, v, n)
	if s.err != nil {
		return nil, nil
	}
	c.used += n
	return s.narrow(c.k, 2, 0, int64(c.used)), s.narrow(c.v, 2, 0, int64(c.used))
}

func (c *cache) write(s *scope, dst, src tensor, n int) tensor {
	s.copyTo(s.narrow(dst, 2, int64(c.used), int64(n)), src)
	return dst
}

func (c *cache) reserve(s *scope, room, rows, heads, dim int) {
	for _, p := range []*tensor{&c.k, &c.v} {
		next := s.zeros(int64(rows), int64(heads), int64(room), int64(dim))
		if c.used > 0 {
			s.copyTo(s.narrow(next, 2, 0, int64(c.used)), s.narrow(*p, 2, 0, int64(c.used)))
		}
		if s.err != nil {
			return
		}
		release(*p)
		*p = s.keep(next)
	}
	c.room = room
}

func (c *cache) free() {
	release(c.k, c.v)
	c.k, c.v = nil, nil
}
