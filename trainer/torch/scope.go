//go:build torch

package torch

import (
	"fmt"
	"unsafe"

	"corpus/trainer/torch/shim"

	"github.com/sugarme/gotch/libtch"
)

// tensor is a torch::Tensor*.
type tensor = shim.Tensor

// scope owns the tensors that its operations make, until close. After the first
// failure its operations do nothing and give nil; err says what failed.
type scope struct {
	slots  []tensor // C memory: results, and arguments that are lists
	owned  []tensor
	err    error
	dims   [8]int64 // shapes on their way to C
	device int      // -1 CPU, else the GPU's number
	fused  bool     // attention in one kernel

	half      shim.Half // of products, within cast
	recompute bool      // segments are made again for backward
	tape      []cut

	dropout bool   // training
	key     uint64 // of this scope's dropout masks
	drawn   uint64 // dropout masks made so far
}

const scopeSlots = 4

func newScope(device int) *scope {
	return &scope{slots: shim.NewArray(scopeSlots), device: device, fused: device >= 0 && shim.HasAttention()}
}

// free releases what belongs to the scope itself. It must be closed.
func (s *scope) free() {
	s.close()
	shim.FreeArray(s.slots)
	s.slots = nil
}

// close frees every tensor still owned and makes the scope ready for new ones.
func (s *scope) close() {
	for i, t := range s.owned {
		libtch.AtFree(t)
		s.owned[i] = nil
	}
	s.owned = s.owned[:0]
	clear(s.tape)
	s.tape = s.tape[:0]
	s.err = nil
	s.recompute = false
	s.dropout, s.key, s.drawn = false, 0, 0
}

// keep takes t out of the scope: it lives until release.
func (s *scope) keep(t tensor) tensor {
	for i := len(s.owned) - 1; i >= 0; i-- {
		if s.owned[i] == t {
			s.owned = append(s.owned[:i], s.owned[i+1:]...)
			break
		}
	}
	return t
}

// enter marks where leave frees from.
func (s *scope) enter() int { return len(s.owned) }

// leave frees what was made since enter but x, which it returns. What backward
// needs of the rest lives on in the recorded graph.
func (s *scope) leave(mark int, x tensor) tensor {
	since := s.owned[mark:]
	s.owned = s.owned[:mark]
	for _, t := range since {
		if t != x {
			libtch.AtFree(t)
		} else {
			s.owned = append(s.owned, t)
		}
	}
	return x
}

// release frees tensors that were kept.
func release(ts ...tensor) {
	for _, t := range ts {
		if t != nil {
			libtch.AtFree(t)
		}
	}
}

func (s *scope) slot() shim.Slot { return &s.slots[0] }

// took is the result that a call of libtch left in the slot.
func (s *scope) took(op string) tensor {
	t := s.slots[0]
	s.slots[0] = nil
	if t == nil {
		s.fail(op, lastError())
		return nil
	}
	s.owned = append(s.owned, t)
	return t
}

// made is the result of a call of the shim.
func (s *scope) made(op string, err error) tensor {
	if err != nil {
		s.fail(op, err)
		return nil
	}
	return s.took(op)
}

// fail records the first error.
func (s *scope) fail(op string, err error) {
	if s.err == nil && err != nil {
		s.err = fmt.Errorf("libtorch: %s: %w", op, err)
	}
}

// lastError is this thread's, and clears it.
func lastError() error {
	return shim.TakeError(unsafe.Pointer(libtch.GetAndResetLastErr()))
}

// shape copies dims to where C may read them without an allocation.
func (s *scope) shape(dims ...int64) ([]int64, int) {
	n := copy(s.dims[:], dims)
	return s.dims[:n], n
}
