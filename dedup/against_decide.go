package dedup

import (
	"iter"
	"math"

	"corpus"
	"corpus/dedup/against"
)

// decider writes the overlap of the documents of a part.
type decider struct {
	Against
	env    corpus.Env
	finder *against.Finder
	common bitset
	next   func() (corpus.Row, error, bool) // documents with n-grams
	found  int64                            // row of the next of them; -1: there is none
	row    int64
	out    *tableBatch
	sets   []int64 // the last row that each set was found in, and one
}

// decide is the pass that says which documents have too much in common with a set.
func (a Against) decide(env corpus.Env) error {
	first, _ := env.Parts()
	part := first + env.Task()
	d := &decider{Against: a, env: env, finder: against.NewFinder(a.Sets), common: newBitset(a.Sets.Ngrams()), sets: make([]int64, len(a.Sets.All()))}
	err := corpus.EachTable(env, againstPlain, first, func(t *corpus.Table) error {
		for _, n := range t.Columns[0].Ints {
			if n < 0 || n >= int64(a.Sets.Ngrams()) {
				return errNgram(part)
			}
			d.common.add(uint32(n))
		}
		return nil
	})
	if err != nil {
		return err
	}
	found, err := env.Open(againstFound, part)
	if err != nil {
		return err
	}
	next, stop := iter.Pull2(corpus.Rows(found))
	defer stop()
	d.next = next
	if d.out, err = newTableBatch(env, Overlap, OverlapSchema()); err != nil {
		return err
	}
	if err := d.step(); err != nil {
		return err
	}
	err = corpus.EachTable(env, "ingest/part", part, func(t *corpus.Table) error {
		for _, text := range t.Column("text").Strings {
			if err := d.document(text); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return d.out.flush()
}

// step goes to the next document with n-grams.
func (d *decider) step() error {
	row, err, ok := d.next()
	if d.found = -1; ok && err == nil {
		d.found = row.Columns[0].Ints[row.At]
	}
	return err
}

// document writes the row of the next document.
func (d *decider) document(text string) error {
	first, share := against.Found{Ngram: -1}, math.NaN()
	if d.row == d.found {
		if err := d.step(); err != nil {
			return err
		}
		first, share = d.look(text)
	}
	d.row++
	if first.Ngram < 0 || share < d.Share {
		return d.add("", corpus.NullInt, corpus.ID{}, corpus.NullInt, corpus.NullInt, share)
	}
	for i, at := range d.sets {
		if at == d.row {
			d.env.Count("against."+d.Sets.All()[i].Name+".docs", 1)
		}
	}
	e := d.Sets.First(first.Ngram)
	return d.add(d.Sets.All()[e.Set].Name, int64(e.Line), e.ID, int64(first.Start), int64(first.End), share)
}

// look gives the first n-gram of a text and the share of words in all, but for
// common phrases.
func (d *decider) look(text string) (first against.Found, share float64) {
	first.Ngram = -1
	share = d.finder.Each(text, func(n int) bool { return d.common.has(uint32(n)) }, func(f against.Found) {
		if first.Ngram < 0 {
			first = f
		}
		d.Sets.Among(f.Ngram, func(set int) { d.sets[set] = d.row + 1 })
	})
	return first, share
}

func (d *decider) add(set string, line int64, id corpus.ID, start, end int64, share float64) error {
	c := d.out.Columns
	c[0].Strings, c[1].Ints, c[2].IDs = append(c[0].Strings, set), append(c[1].Ints, line), append(c[2].IDs, id)
	c[3].Ints, c[4].Ints, c[5].Floats = append(c[3].Ints, start), append(c[4].Ints, end), append(c[5].Floats, share)
	return d.out.add()
}

// overrule puts the verdicts of documents that have words of evaluation sets in the
// place of others, row by row.
type overrule struct {
	next func() (corpus.Row, error, bool)
	stop func()
}

func openOverrule(env corpus.Env, part int) (*overrule, error) {
	in, err := env.Open(Overlap, part)
	if err != nil {
		return nil, err
	}
	next, stop := iter.Pull2(corpus.Rows(in))
	return &overrule{next, stop}, nil
}

// last changes the last row of t, if it must, and gives its kind. A document that an
// earlier generation has too goes on to name itself.
func (o *overrule) last(t *corpus.Table, kind string, id corpus.ID) (string, error) {
	row, err, ok := o.next()
	if err != nil {
		return "", err
	}
	if !ok {
		return "", corpus.Errorf(corpus.Corrupt, "dedup: the table of evaluation sets ended early")
	}
	if row.Column("set").Strings[row.At] == "" {
		return kind, nil
	}
	i, share := t.Rows-1, row.Column("share").Floats[row.At]
	if match := t.Column("match").IDs; kind == "" || match[i] != id {
		match[i] = row.Column("example").IDs[row.At]
	}
	t.Column("kind").Strings[i] = EvalSet
	t.Column("similarity").Floats[i], t.Column("match_similarity").Floats[i] = share, share
	t.Column("weight").Ints[i] = 0
	return EvalSet, nil
}
