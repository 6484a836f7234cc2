package filter

import (
	"maps"
	"slices"
	"strings"

	"corpus"
	"corpus/filter/dsir"
)

// Bags are n-gram counts by language; a table of them has a row for each count.

// mergeBags adds more to sum.
func mergeBags(sum, more map[string]*dsir.Counts) {
	for lang, b := range more {
		if sum[lang] == nil {
			sum[strings.Clone(lang)] = new(dsir.Counts)
		}
		sum[lang].Merge(b)
	}
}

var bagSchema = corpus.Schema{
	{Name: "lang", Kind: corpus.Strings}, {Name: "bucket", Kind: corpus.Ints}, {Name: "count", Kind: corpus.Ints},
}

// writeBags writes the counts over zero, by language and bucket.
func writeBags(e corpus.Env, role string, bags map[string]*dsir.Counts) error {
	w, err := e.Create(role, bagSchema)
	if err != nil {
		return err
	}
	for _, lang := range slices.Sorted(maps.Keys(bags)) {
		t := corpus.NewTable(bagSchema)
		for i, n := range bags[lang] {
			if n == 0 {
				continue
			}
			t.Columns[0].Strings = append(t.Columns[0].Strings, lang)
			t.Columns[1].Ints = append(t.Columns[1].Ints, int64(i))
			t.Columns[2].Ints = append(t.Columns[2].Ints, int64(n))
			t.Rows++
		}
		if err := w.Write(t); err != nil {
			return err
		}
	}
	return nil
}

// readBags adds the counts that writeBags wrote to sum.
func readBags(e corpus.Env, role string, part int, sum map[string]*dsir.Counts) error {
	return corpus.EachTable(e, role, part, func(t *corpus.Table) error {
		for i, lang := range t.Column("lang").Strings {
			if sum[lang] == nil {
				sum[strings.Clone(lang)] = new(dsir.Counts)
			}
			sum[lang][t.Column("bucket").Ints[i]%dsir.Buckets] += uint64(t.Column("count").Ints[i])
		}
		return nil
	})
}
