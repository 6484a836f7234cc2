package trainer

import (
	"corpus"
	"corpus/shards/order"
)

// Reads is what a step reads: Rows rows from place At of the order of its phase on.
type Reads struct {
	Phase *Phase
	At    int64
	Rows  int
}

// Reads says what a step of the run reads, or has read when it was done last, by
// arithmetic: the run need not have come so far.
func (r *RunInfo) Reads(step int64) (Reads, error) {
	p := r.phaseOf(step)
	if step < 1 || p == nil {
		return Reads{}, corpus.Errorf(corpus.Usage, "there is no step %d; the run has steps 1 to %d", step, r.last().Spec.Steps)
	}
	rows := p.Spec.reading().Global
	return Reads{p, r.place(p, step) * int64(rows), rows}, nil
}

// Training packs the sources of a phase, in its order.
func (r *RunInfo) Training(p *Phase, sources []Source) (*Dataset, error) {
	obj, err := NewObjective(p.Spec, r.Special, r.Config.Vocab, false)
	if err != nil {
		return nil, err
	}
	return NewDataset("training", sources, obj, p.Spec, r.Special, p.seed())
}

// Traced is a row: stretches of a source's tokens, one behind the other.
type Traced struct {
	order.Place
	Name      string // of the source
	Tokens    Tokens // of it
	Stretches []order.Stretch
}

// Trace says what stands at a place of the order, before the objective frames it and
// hides tokens of it.
func (d *Dataset) Trace(place int64) (t Traced, err error) {
	t.Place = d.plan.At(uint64(place))
	source := d.sources[t.Source]
	t.Name, t.Tokens = source.Name, source.Tokens
	t.Stretches, err = d.plan.Row(nil, t.Place)
	return t, err
}
