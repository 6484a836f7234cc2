//go:build torch

package torch

import (
	"fmt"
	"slices"

	"corpus/trainer"
	"corpus/trainer/torch/shim"

	"github.com/sugarme/gotch/libtch"
)

// weights are a model's parameters and AdamW's moments, in the order of
// trainer.Params.
type weights struct {
	list    []trainer.Param
	index   map[string]int
	params  []tensor // these three in C memory
	m, v    []tensor
	decayed []uint8
	missing []string // names that a network asked for in vain
}

// newWeights makes all tensors, as zeros, on the scope's device.
func newWeights(s *scope, list []trainer.Param) (*weights, error) {
	w := &weights{
		list: list, index: make(map[string]int, len(list)), decayed: make([]uint8, len(list)),
		params: shim.NewArray(len(list)), m: shim.NewArray(len(list)), v: shim.NewArray(len(list)),
	}
	for i, p := range list {
		w.index[p.Name] = i
		if p.Decay {
			w.decayed[i] = 1
		}
		dims := dims64(p.Shape)
		for _, group := range [][]tensor{w.params, w.m, w.v} {
			group[i] = s.keep(s.zeros(dims...))
		}
		if s.err == nil && !p.Fixed {
			libtch.AtgSetRequiresGrad(s.slot(), w.params[i], 1)
			s.took("requires_grad")
		}
	}
	if s.err != nil {
		w.free()
		return nil, s.err
	}
	return w, nil
}

func dims64(shape []int) []int64 {
	dims := make([]int64, len(shape))
	for i, d := range shape {
		dims[i] = int64(d)
	}
	return dims
}

func (w *weights) free() {
	for _, group := range []*[]tensor{&w.params, &w.m, &w.v} {
		release(*group...)
		shim.FreeArray(*group)
		*group = nil
	}
}

// at is the parameter of a name; a network that asks for one which
// trainer.Params does not list is refused by check.
func (w *weights) at(name string) tensor {
	i, ok := w.index[name]
	if !ok {
		w.missing = append(w.missing, name)
		return nil
	}
	return w.params[i]
}

func (w *weights) norm(name string) norm {
	return norm{weight: w.at(name + ".weight"), bias: w.at(name + ".bias")}
}

func (w *weights) linear(name string) linear {
	return linear{weight: w.at(name + ".weight"), bias: w.at(name + ".bias")}
}

// linear is a weight and its bias.
type linear struct{ weight, bias tensor }

func (w *weights) check() error {
	if len(w.missing) > 0 {
		return fmt.Errorf("the model has no parameter %q", w.missing[0])
	}
	return nil
}

// Prefixes of the optimizer's tensors in State.
const (
	prefixM = "adam.m."
	prefixV = "adam.v."
)

// group is a third of the state: a prefix and its tensors.
type group struct {
	prefix  string
	tensors []tensor
}

func (w *weights) groups() []group {
	return []group{{"", w.params}, {prefixM, w.m}, {prefixV, w.v}}
}

func (w *weights) state(s *scope) ([]trainer.Tensor, error) {
	out := make([]trainer.Tensor, 0, 3*len(w.list))
	for _, g := range w.groups() {
		for i, p := range w.list {
			data := make([]float32, p.Size())
			s.download(g.tensors[i], data)
			out = append(out, trainer.Tensor{Name: g.prefix + p.Name, Shape: slices.Clone(p.Shape), Data: data})
		}
	}
	return out, s.err
}

// load checks all of state before it changes anything. Moments are given for
// every parameter or for none; none makes them zero.
func (w *weights) load(s *scope, state []trainer.Tensor) error {
	given := make(map[string]trainer.Tensor, len(state))
	for _, t := range state {
		if _, twice := given[t.Name]; twice {
			return fmt.Errorf("tensor %q is given twice", t.Name)
		}
		given[t.Name] = t
	}
	moments := len(given) > len(w.list)
	known := 0
	for _, g := range w.groups() {
		if g.prefix != "" && !moments {
			continue
		}
		for _, p := range w.list {
			if err := matches(given, g.prefix+p.Name, p); err != nil {
				return err
			}
			known++
		}
	}
	if known < len(given) {
		return fmt.Errorf("%d tensors are not of this model, such as %q", len(given)-known, w.stranger(given))
	}
	w.copyIn(s, given)
	return s.err
}

func matches(given map[string]trainer.Tensor, name string, p trainer.Param) error {
	t, ok := given[name]
	switch {
	case !ok:
		return fmt.Errorf("tensor %q is missing", name)
	case !slices.Equal(t.Shape, p.Shape):
		return fmt.Errorf("tensor %q has shape %v, the model needs %v", name, t.Shape, p.Shape)
	case int64(len(t.Data)) != p.Size():
		return fmt.Errorf("tensor %q has %d numbers, its shape %v needs %d", name, len(t.Data), t.Shape, p.Size())
	}
	return nil
}

// stranger is the first name, in order of spelling, that the model does not have.
func (w *weights) stranger(given map[string]trainer.Tensor) string {
	first := ""
	for name := range given {
		known := false
		for _, g := range w.groups() {
			if i, ok := w.index[name[min(len(g.prefix), len(name)):]]; ok && name == g.prefix+w.list[i].Name {
				known = true
			}
		}
		if !known && (first == "" || name < first) {
			first = name
		}
	}
	return first
}

// copyIn writes the given tensors; moments that are not given become zero.
func (w *weights) copyIn(s *scope, given map[string]trainer.Tensor) {
	defer shim.SetGrad(shim.SetGrad(false))
	for _, g := range w.groups() {
		for i, p := range w.list {
			dims := dims64(p.Shape)
			if t, ok := given[g.prefix+p.Name]; ok {
				s.copyTo(g.tensors[i], s.floats(t.Data, dims...))
			} else {
				s.copyTo(g.tensors[i], s.zeros(dims...))
			}
			if s.err != nil {
				return
			}
			s.close()
		}
	}
}
