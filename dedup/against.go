package dedup

import (
	"cmp"
	"math"

	"corpus"
	"corpus/dedup/against"
)

// Against says what documents must not have in common with evaluation sets.
type Against struct {
	// Sets are the sets; nil = none. See LoadAgainst.
	Sets *against.Sets
	// Share is the least share of a document's words that lie in n-grams of the sets
	// for it to be dropped; 0: a single n-gram is enough, as in Brown et al. (2020)
	// and datatrove.
	Share float64
	// Common is the number of documents beyond which an n-gram is a common phrase
	// and no sign of a set: 10 in Brown et al. (2020, appendix C) and NeMo Curator;
	// 0: none is, since what stands on eleven pages may well be the set.
	Common int
}

// LoadAgainst reads evaluation sets for n-grams of so many words (0 = 13) within so
// many bytes of memory. Words are compared as those of exact duplicates are.
func LoadAgainst(files []string, words int, memory int64) (*against.Sets, error) {
	f := folds()
	return against.Load(files, against.Options{
		Words: words, Memory: memory, Version: Version,
		Fold: func(dst []byte, word string) []byte {
			dst, _ = f.appendWord(dst, word)
			return dst
		},
	})
}

// check reports a setting outside its limits, with class BadConfig.
func (a Against) check() error {
	switch {
	case !(a.Share >= 0 && a.Share <= 1):
		return corpus.Errorf(corpus.BadConfig, "dedup.against_share is %v, want a share from 0 (one n-gram is enough) to 1", a.Share)
	case a.Common < 0 || a.Common > math.MaxInt32:
		return corpus.Errorf(corpus.BadConfig, "dedup.against_common is %d, want a number of documents, or 0 for no limit", a.Common)
	}
	return nil
}

// EvalSet is the kind of a document that has words of an evaluation set.
const EvalSet = "against"

// Roles of the tables about evaluation sets.
const (
	Overlap      = "against/overlap" // one row a document, see OverlapSchema
	againstFound = "against/found"   // row, ngrams: documents with n-grams of the sets
	againstCount = "against/ngram"   // ngram, docs: one table, for later generations
	againstPlain = "against/common"  // ngram: common phrases, one table
)

// OverlapSchema is the columns of Overlap: the set of the first n-gram that a
// dropped document has in common with one, "" for others; the line of the set's
// file where the example begins; the example's id; the bytes [start, end) of the
// n-gram; and the share of the document's words in n-grams of any set.
func OverlapSchema() corpus.Schema {
	return corpus.Schema{
		{Name: "set", Kind: corpus.Strings},
		{Name: "line", Kind: corpus.Ints},
		{Name: "example", Kind: corpus.IDs},
		{Name: "start", Kind: corpus.Ints},
		{Name: "end", Kind: corpus.Ints},
		{Name: "share", Kind: corpus.Floats},
	}
}

func foundSchema() corpus.Schema {
	return corpus.Schema{{Name: "row", Kind: corpus.Ints}, {Name: "ngrams", Kind: corpus.Hashes}}
}

func ngramSchema() corpus.Schema {
	return corpus.Schema{{Name: "ngram", Kind: corpus.Ints}, {Name: "docs", Kind: corpus.Ints}}
}

// passes find what documents have in common with the sets; they come between the
// clusters and the verdicts. For each set SET they count against.SET.docs, the
// documents dropped for it, against.SET.of, its examples, and of those
// against.SET.examples, which any document has an n-gram of, and against.SET.short,
// which have too few words to be looked for; against.common is the n-grams in more
// documents than Common.
func (a Against) passes() []corpus.Pass {
	if a.Sets == nil {
		return nil
	}
	held := a.Sets.Memory()
	return []corpus.Pass{
		{
			Name: "overlap", Config: a.Sets, Inputs: []string{"ingest/part"}, Run: a.overlap,
			Memory: textMemory + tableMemory + held,
		},
		{
			Name: "tally", Config: a, Inputs: []string{againstFound, cluster, againstCount + "+"}, Tasks: corpus.One, Run: a.tally,
			Memory: 4*tableMemory + held + 4*int64(a.Sets.Ngrams()) + int64(a.Sets.Len()),
		},
		{
			Name: "against", Config: a, Inputs: []string{"ingest/part", againstFound, againstPlain}, Run: a.decide,
			Memory: textMemory + 3*tableMemory + held + int64(a.Sets.Ngrams())/8,
		},
	}
}

// keep are the roles that stay.
func (a Against) keep() []string {
	if a.Sets == nil {
		return nil
	}
	return []string{Overlap, againstCount}
}

// overlap finds the documents of a part that have n-grams of the sets.
func (a Against) overlap(env corpus.Env) error {
	out, err := newTableBatch(env, againstFound, foundSchema())
	if err != nil {
		return err
	}
	f := against.NewFinder(a.Sets)
	first, _ := env.Parts()
	row, held := int64(0), 0
	err = corpus.EachTable(env, "ingest/part", first+env.Task(), func(t *corpus.Table) error {
		done := int64(0)
		for _, text := range t.Column("text").Strings {
			ngrams := ngramsOf(f, text)
			done += int64(len(text))
			if row++; len(ngrams) == 0 {
				continue
			}
			c := out.Columns
			c[0].Ints, c[1].Hashes = append(c[0].Ints, row-1), append(c[1].Hashes, ngrams)
			if held += 8 * len(ngrams); held > corpus.BatchBytes {
				held = 0
				out.Rows++
				if err := out.flush(); err != nil {
					return err
				}
			} else if err := out.add(); err != nil {
				return err
			}
		}
		env.Progress(done)
		return nil
	})
	return cmp.Or(err, out.flush())
}

// ngramsOf are the numbers of the n-grams of a text, each once.
func ngramsOf(f *against.Finder, text string) (all []uint64) {
	f.Each(text, nil, func(n against.Found) { all = append(all, uint64(n.Ngram)) })
	return unique(all)
}
