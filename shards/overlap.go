package shards

import (
	"corpus"
	"corpus/internal/words"
)

// overlapN is the length in words of the n-grams that tell contamination (Brown et
// al. 2020, appendix C).
const overlapN = 13

// What is known of an n-gram of the validation set: in which sets it is, of
// this generation or of those before it.
const (
	validBefore = 1 << iota
	validNow
	trainBefore
	trainNow
)

// overlap counts the n-grams that this generation adds to the validation set,
// and those that it makes common to both sets: of a new text with any train
// text, of an earlier one with a new train text. So the counts of generations
// add up; but an n-gram of a new text may be in any earlier one, and all kept
// text is read again.
func (c Config) overlap(e corpus.Env) error {
	o := &overlap{grams: map[uint64]uint8{}, most: maxOverlap, ngrams: words.NewNgrams(overlapN)}
	for _, held := range []bool{true, false} {
		if err := o.read(e, c, held); err != nil {
			return err
		}
	}
	valid, common := o.counts()
	e.Count("overlap.valid_13words", valid)
	e.Count("overlap.in_train", common)
	return nil
}

// overlap is a sample of the validation set's n-grams, by hash: those whose low
// bits, shift of them, are zero.
type overlap struct {
	grams  map[uint64]uint8
	most   int
	shift  uint
	ngrams *words.Ngrams
}

// read adds the kept text that is held out, or marks what the other has of it.
func (o *overlap) read(e corpus.Env, c Config, held bool) error {
	first, n := e.Parts()
	for part := range first + n {
		mark := markOf(held, part >= first)
		err := corpus.EachTable(e, keptRole, part, func(t *corpus.Table) error {
			clusters := t.Column("cluster").IDs
			for i, text := range t.Column("text").Strings {
				if heldOut(clusters[i], c.Valid) == held {
					o.add(text, mark)
				}
			}
			return e.Context().Err()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func markOf(held, now bool) uint8 {
	switch {
	case held && now:
		return validNow
	case held:
		return validBefore
	case now:
		return trainNow
	default:
		return trainBefore
	}
}

// add marks the n-grams of a text; those that only train has are not held.
func (o *overlap) add(text string, mark uint8) {
	o.ngrams.Each(text, func(h uint64, _, _ int) {
		if h&(1<<o.shift-1) != 0 {
			return
		}
		was, ok := o.grams[h]
		if !ok && mark&(validBefore|validNow) == 0 {
			return
		}
		if o.grams[h] = was | mark; len(o.grams) > o.most {
			o.shrink()
		}
	})
}

// shrink halves the sample.
func (o *overlap) shrink() {
	o.shift++
	for h := range o.grams {
		if h&(1<<o.shift-1) != 0 {
			delete(o.grams, h)
		}
	}
}

// counts are the n-grams new in the validation set and those newly common to
// both sets, scaled up from the sample.
func (o *overlap) counts() (valid, common int64) {
	for _, g := range o.grams {
		if g&validBefore == 0 {
			valid++
		}
		if g&(trainBefore|trainNow) != 0 && (g&validBefore == 0 || g&trainBefore == 0) {
			common++
		}
	}
	return valid << o.shift, common << o.shift
}
