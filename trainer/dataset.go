package trainer

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"corpus"
	"corpus/shards/order"
)

// Dataset is documents in rows, made to examples of one objective, in an order and
// with noise that are pure functions of (seed, epoch, row): where training stands
// is one number. Methods may be called concurrently.
type Dataset struct {
	sources []Source
	plan    *order.Plan
	obj     Objective
	special Special
	apart   bool // documents of a row do not see each other
	seed    uint64
}

// NewDataset packs the sources into rows for an objective, as a resolved spec says.
// name is used in errors.
func NewDataset(name string, sources []Source, obj Objective, s Spec, special Special, seed uint64) (*Dataset, error) {
	d := &Dataset{sources: sources, obj: obj, special: special, apart: s.DocMask, seed: seed}
	tokens, packed := int64(0), make([]order.Source, len(sources))
	for i, src := range sources {
		p, err := order.Pack(s.packing(), src.Tokens, int64(obj.Room()))
		if err != nil {
			return nil, fmt.Errorf("pack the %s set: %w", name, err)
		}
		tokens += src.Tokens.Len()
		packed[i] = order.Source{Name: src.Name, Weight: src.Weight, Packing: p}
		if p.Rows() == 0 && len(sources) > 1 {
			return nil, corpus.Errorf(corpus.NoInput, "no document of the %s set is of source %s; it cannot be mixed in", name, src.Name)
		}
	}
	if tokens < int64(obj.Room()) {
		return nil, corpus.Errorf(corpus.NoInput, "the %s set has %d tokens, one example needs %d; add data, or train on shorter rows",
			name, tokens, obj.Room())
	}
	d.plan = order.NewPlan(packed, d.shuffle)
	return d, nil
}

// shuffle gives the numbers that a source's order in an epoch is drawn from. A
// source has its own by its name, whatever it is mixed with.
func (d *Dataset) shuffle(source int, epoch uint64) *rand.Rand {
	return stream(d.words(domainOrder, source, epoch)...)
}

func (d *Dataset) words(domain uint64, source int, words ...uint64) []uint64 {
	words = append([]uint64{domain, d.seed}, words...)
	if len(d.sources) > 1 {
		words = append(words, word(d.sources[source].Name))
	}
	return words
}

// Len is the number of rows of all sources.
func (d *Dataset) Len() int64 { return d.plan.Rows() }

// Epochs is how often each source has been read before a place.
func (d *Dataset) Epochs(at int64) map[string]float64 { return d.plan.Epochs(uint64(at)) }

// Batch makes rows examples from place at on; places go on through the epochs,
// each in an order and with noise of its own.
func (d *Dataset) Batch(at int64, rows int) (Batch, error) { return d.Every(at, 1, rows) }

// Every is Batch of every step-th place.
func (d *Dataset) Every(at, step int64, rows int) (b Batch, err error) {
	err = d.fill(&b, at, step, rows)
	return b, err
}

// fill is Every, in the memory that b has.
func (d *Dataset) fill(b *Batch, at, step int64, rows int) (err error) {
	d.size(b, rows)
	r, seen := reader{set: d, room: d.obj.Room()}, make([]int, rows)
	for i := range rows {
		if seen[i], err = d.row(&r, b, i, uint64(at+int64(i)*step)); err != nil {
			return err
		}
	}
	if b.DecCols > 0 {
		b.trim(slices.Max(seen))
	}
	b.Mask = mask(seen, b.Cols)
	return nil
}

// trim drops the columns of Input from cols on, which no row is to see.
func (b *Batch) trim(cols int) {
	for i := range b.Rows {
		copy(b.Input[i*cols:], b.Input[i*b.Cols:][:cols])
	}
	b.Input, b.Cols = b.Input[:b.Rows*cols], cols
}

// Documents lists documents of the rows from place at on, each once, in their order
// there, at most most of them; more is how many others there are.
func (d *Dataset) Documents(at int64, rows, most int) (list []Document, more int, err error) {
	var stretches []order.Stretch
	seen := map[Document]bool{}
	for i := range rows {
		p := d.plan.At(uint64(at + int64(i)))
		if stretches, err = d.plan.Row(stretches[:0], p); err != nil {
			return nil, 0, err
		}
		for _, s := range stretches {
			err = d.sources[p.Source].Tokens.Names(s.At, s.N, func(id, source string) {
				if n := (Document{id, source}); !seen[n] {
					seen[n] = true
					list = append(list, n)
				}
			})
			if err != nil {
				return nil, 0, err
			}
		}
	}
	more = max(0, len(list)-most)
	return list[:len(list)-more], more, nil
}

// mask shows the first columns of each row, so many; nil = all of all.
func mask(seen []int, cols int) []uint8 {
	if slices.Min(seen) == cols {
		return nil
	}
	m := make([]uint8, len(seen)*cols)
	for i, n := range seen {
		for j := range n {
			m[i*cols+j] = 1
		}
	}
	return m
}

// size gives a batch the columns of its rows.
func (d *Dataset) size(b *Batch, rows int) {
	b.Rows, b.Tokens = rows, 0
	b.Cols, b.DecCols = d.obj.Shape()
	out := b.Cols
	if b.DecCols > 0 {
		out = b.DecCols
		b.Decoder = sized(b.Decoder, rows*b.DecCols)
	}
	b.Input, b.Labels = sized(b.Input, rows*b.Cols), sized(b.Labels, rows*out)
	if d.apart {
		b.Documents = sized(b.Documents, rows*b.Cols)
	}
}

// sized is a slice of n, in the memory of s where that is enough.
func sized(s []int32, n int) []int32 {
	if cap(s) < n {
		return make([]int32, n)
	}
	return s[:n]
}

// row writes row i of a batch, which stands at a place of the order, and gives how
// many of its columns the model is to see.
func (d *Dataset) row(r *reader, b *Batch, i int, place uint64) (seen int, err error) {
	at := d.plan.At(place)
	p, err := r.passage(at)
	if err != nil {
		return 0, fmt.Errorf("row %d of %s: %w", at.Row, d.sources[at.Source].Name, err)
	}
	of := func(s []int32, cols int) []int32 {
		if s == nil {
			return nil
		}
		return s[i*cols:][:cols]
	}
	row := Row{
		Input: of(b.Input, b.Cols), Decoder: of(b.Decoder, b.DecCols), Documents: of(b.Documents, b.Cols),
		Labels: of(b.Labels, len(b.Labels)/b.Rows),
	}
	b.Tokens += int64(len(p.Tokens))
	return d.obj.Example(p, stream(d.words(domainNoise, at.Source, at.Epoch, at.Row)...), row), nil
}

// reader reads the passages of a batch, one after the other.
type reader struct {
	set       *Dataset
	room      int
	stretches []order.Stretch
	raw       []int32 // a stretch and the token before it
	ends      []int
	p         Passage // what several stretches are put together in
}

// passage is what stands in a row, valid until the next.
func (r *reader) passage(at order.Place) (p Passage, err error) {
	if r.stretches, err = r.set.plan.Row(r.stretches[:0], at); err != nil {
		return p, err
	}
	tokens := r.set.sources[at.Source].Tokens
	p.Tokens, p.Before, p.Documents = r.p.Tokens[:0], r.p.Before[:0], r.p.Documents[:0]
	for i, s := range r.stretches {
		if err := r.read(tokens, s); err != nil {
			return p, err
		}
		if r.set.apart {
			if p.Documents, err = r.number(p.Documents, tokens, s, int32(i*r.room)); err != nil {
				return p, err
			}
		}
		if len(r.stretches) == 1 { // as it was read
			r.p.Documents, p.Tokens, p.Before = p.Documents, r.raw[1:], r.raw[:s.N]
			return p, nil
		}
		p.Tokens, p.Before = append(p.Tokens, r.raw[1:]...), append(p.Before, r.raw[:s.N]...)
	}
	r.p = p
	return p, nil
}

// read reads a stretch behind the token before it.
func (r *reader) read(tokens Tokens, s order.Stretch) error {
	r.raw = slices.Grow(r.raw[:0], r.room+1)[:s.N+1]
	if s.At == 0 {
		r.raw[0] = r.set.special.EOS
		return tokens.Read(r.raw[1:], 0)
	}
	return tokens.Read(r.raw, s.At-1)
}

// number numbers the documents of a stretch, from doc on.
func (r *reader) number(dst []int32, tokens Tokens, s order.Stretch, doc int32) (_ []int32, err error) {
	if r.ends, err = tokens.Ends(r.ends[:0], s.At, int(s.N)); err != nil {
		return dst, err
	}
	at := 0
	for _, end := range append(r.ends, int(s.N)) {
		n := len(dst)
		dst = slices.Grow(dst, r.room)[:n+end-at]
		set(dst[n:], doc)
		at, doc = end, doc+1
	}
	return dst, nil
}

// NewValidation packs the validation set of a resolved spec as it trains, but not
// mixed. Order and noise come from fixed seeds, so that all evaluations of all runs
// see the same.
func NewValidation(s Spec, special Special, vocab int, tokens Tokens) (*Dataset, error) {
	obj, err := NewObjective(s, special, vocab, true)
	if err != nil {
		return nil, err
	}
	return NewDataset("validation", All(tokens), obj, s, special, domainValid)
}

// Unigram is the cross-entropy, in nats per predicted token, of the best guesser
// that ignores context: one that knows only how often each token is to be
// predicted in this set. A model whose loss is lower has learned from context.
func (d *Dataset) Unigram(ctx context.Context) (float64, error) {
	counts, total := map[int32]int64{}, int64(0)
	for at := range d.Len() {
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		b, err := d.Batch(at, 1)
		if err != nil {
			return 0, err
		}
		for _, id := range b.Labels {
			if id != Ignore {
				counts[id]++
				total++
			}
		}
	}
	return entropy(counts, total), nil
}

// entropy sums in the order of ids, so that the result has one value.
func entropy(counts map[int32]int64, total int64) float64 {
	var h float64
	for _, id := range slices.Sorted(maps.Keys(counts)) {
		p := float64(counts[id]) / float64(total)
		h -= p * math.Log(p)
	}
	return h
}
