package dedup

import (
	"fmt"
	"slices"

	"corpus"
	"corpus/dedup/against"
)

func unique(all []uint64) []uint64 {
	slices.Sort(all)
	return slices.Compact(all)
}

// tally is the one task that counts the documents of n-grams and the examples found.
type tally struct {
	Against
	env  corpus.Env
	docs []uint32 // of each n-gram, but for duplicates
	hit  bitset   // n-grams in any document of this generation
	old  bitset   // in one of an earlier generation
}

func (a Against) tally(env corpus.Env) error {
	t := &tally{Against: a, env: env, docs: make([]uint32, a.Sets.Ngrams()), hit: newBitset(a.Sets.Ngrams()), old: newBitset(a.Sets.Ngrams())}
	first, n := env.Parts()
	for part := first; part < first+n; part++ {
		if err := t.part(part); err != nil {
			return err
		}
	}
	if err := t.write(); err != nil {
		return err
	}
	if err := t.earlier(); err != nil {
		return err
	}
	if err := t.common(); err != nil {
		return err
	}
	t.examples(first == 0)
	return nil
}

// part counts the documents of a part.
func (t *tally) part(part int) error {
	rows, err := openRows(t.env, part)
	if err != nil {
		return err
	}
	defer rows.in.Close()
	return corpus.EachTable(t.env, againstFound, part, func(found *corpus.Table) error {
		for i, row := range found.Columns[0].Ints {
			in, err := rows.find(row)
			if err != nil {
				return err
			}
			copied := in && rows.table.Column("kind").Strings[rows.i] != ""
			for _, n := range found.Columns[1].Hashes[i] {
				if n >= uint64(len(t.docs)) {
					return errNgram(part)
				}
				if t.hit.add(uint32(n)); !copied {
					t.docs[n]++
				}
			}
		}
		return nil
	})
}

func errNgram(part int) error {
	return &corpus.Error{
		Class: corpus.Corrupt, What: fmt.Sprintf("dedup: part %d has an n-gram that no evaluation set has", part), Offset: -1,
		Next: "run `corpus dedup --rebuild`",
	}
}

// write writes the counts of this generation.
func (t *tally) write() error {
	out, err := newTableBatch(t.env, againstCount, ngramSchema())
	if err != nil {
		return err
	}
	for n, docs := range t.docs {
		if !t.hit.has(uint32(n)) {
			continue
		}
		c := out.Columns
		c[0].Ints, c[1].Ints = append(c[0].Ints, int64(n)), append(c[1].Ints, int64(docs))
		if err := out.add(); err != nil {
			return err
		}
	}
	return out.flush()
}

// earlier adds the counts of earlier generations.
func (t *tally) earlier() error {
	parts, err := earlierParts(t.env, againstCount)
	if err != nil {
		return err
	}
	for _, part := range parts {
		err := corpus.EachTable(t.env, againstCount, part, func(table *corpus.Table) error {
			for i, n := range table.Columns[0].Ints {
				if n < 0 || n >= int64(len(t.docs)) {
					return errNgram(part)
				}
				t.docs[n] += uint32(table.Columns[1].Ints[i])
				t.old.add(uint32(n))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// plain says whether an n-gram is a common phrase.
func (t *tally) plain(n int) bool { return t.Common > 0 && int64(t.docs[n]) > int64(t.Common) }

// common writes the common phrases.
func (t *tally) common() error {
	out, err := newTableBatch(t.env, againstPlain, ngramSchema())
	if err != nil {
		return err
	}
	for n := range t.docs {
		if !t.plain(n) {
			continue
		}
		t.env.Count("against.common", 1)
		c := out.Columns
		c[0].Ints, c[1].Ints = append(c[0].Ints, int64(n)), append(c[1].Ints, int64(t.docs[n]))
		if err := out.add(); err != nil {
			return err
		}
	}
	return out.flush()
}

// examples counts those found for the first time, and all of them once.
func (t *tally) examples(all bool) {
	known, found := newBitset(t.Sets.Len()), newBitset(t.Sets.Len())
	sets := t.Sets.All()
	count := make([]int64, len(sets))
	for n := range t.docs {
		if t.old.has(uint32(n)) {
			t.Sets.Examples(n, func(i int, _ against.Example) { known.add(uint32(i)) })
		}
	}
	for n := range t.docs {
		if !t.hit.has(uint32(n)) || t.plain(n) {
			continue
		}
		t.Sets.Examples(n, func(i int, e against.Example) {
			if !known.has(uint32(i)) && !found.has(uint32(i)) {
				found.add(uint32(i))
				count[e.Set]++
			}
		})
	}
	for i, s := range sets {
		t.env.Count("against."+s.Name+".examples", count[i])
		if all {
			t.env.Count("against."+s.Name+".of", int64(s.Examples))
			t.env.Count("against."+s.Name+".short", int64(s.Short))
		}
	}
}
