package order

import (
	"math/rand/v2"
	"sync/atomic"
)

// Source is a packed set of documents of a plan, and how many rows of a turn are
// of it; of the only source that does not matter.
type Source struct {
	Name    string
	Weight  int
	Packing Packing
}

// Plan is the order of all rows, epoch after epoch. It may be used by several
// goroutines.
type Plan struct {
	sources []Source
	weights Weights
	pattern []slot
	random  func(source int, epoch uint64) *rand.Rand
	orders  []atomic.Pointer[epochOrder] // of each source, the one used last
}

// epochOrder is the order of a source's rows in an epoch.
type epochOrder struct {
	epoch uint64
	Permutation
}

// NewPlan mixes sources of at least one row each. random gives the numbers that a
// source's order in an epoch is drawn from; it is called from several goroutines.
func NewPlan(sources []Source, random func(source int, epoch uint64) *rand.Rand) *Plan {
	p := &Plan{sources: sources, random: random, orders: make([]atomic.Pointer[epochOrder], len(sources))}
	for _, s := range sources {
		p.weights = append(p.weights, Weight{s.Name, max(1, s.Weight)})
	}
	p.weights.reduce()
	p.pattern = p.weights.pattern()
	return p
}

// Place is a row of a source in one of its epochs.
type Place struct {
	Source     int
	Epoch, Row uint64
}

// At is the row that stands at a place of the order, which has no end.
func (p *Plan) At(place uint64) Place {
	turn := uint64(len(p.pattern))
	s := p.pattern[place%turn]
	source := int(s.source)
	k := place/turn*uint64(p.weights[source].Rows) + uint64(s.nth)
	n := uint64(p.sources[source].Packing.Rows())
	return Place{source, k / n, p.order(source, k/n, n).At(k % n)}
}

// order is that of an epoch. Readers are rarely in different epochs.
func (p *Plan) order(source int, epoch, n uint64) *epochOrder {
	if o := p.orders[source].Load(); o != nil && o.epoch == epoch {
		return o
	}
	o := &epochOrder{epoch, NewPermutation(n, p.random(source, epoch))}
	p.orders[source].Store(o)
	return o
}

// Row appends the stretches of a row.
func (p *Plan) Row(dst []Stretch, at Place) ([]Stretch, error) {
	return p.sources[at.Source].Packing.Row(dst, int64(at.Row))
}

// Rows is how many rows all sources have.
func (p *Plan) Rows() (n int64) {
	for _, s := range p.sources {
		n += s.Packing.Rows()
	}
	return n
}

// Read is how many rows of each source stand before a place.
func (p *Plan) Read(place uint64) []uint64 {
	turn := uint64(len(p.pattern))
	read := make([]uint64, len(p.sources))
	for i, w := range p.weights {
		read[i] = place / turn * uint64(w.Rows)
	}
	for _, s := range p.pattern[:place%turn] {
		read[s.source]++
	}
	return read
}

// Epochs is how often each source has been read before a place, by name.
func (p *Plan) Epochs(place uint64) map[string]float64 {
	epochs := map[string]float64{}
	for i, n := range p.Read(place) {
		epochs[p.sources[i].Name] = float64(n) / float64(p.sources[i].Packing.Rows())
	}
	return epochs
}
