package shards

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"corpus"
	"corpus/internal/domain"
)

// Kinds of tallies.
const (
	TallyLang   = "lang"
	TallySource = "source" // the first element of its path
)

// Tally is what shards hold of a language or source: rows, and their tokens without
// end tokens.
type Tally struct {
	Kind        string `json:"kind"`
	Name        string `json:"name"`
	Docs        int64  `json:"docs"` // to train on
	Tokens      int64  `json:"tokens"`
	ValidDocs   int64  `json:"valid_docs"` // held out
	ValidTokens int64  `json:"valid_tokens"`
}

// add adds the documents of another.
func (t *Tally) add(more Tally) {
	t.Docs, t.Tokens = t.Docs+more.Docs, t.Tokens+more.Tokens
	t.ValidDocs, t.ValidTokens = t.ValidDocs+more.ValidDocs, t.ValidTokens+more.ValidTokens
}

// otherTallies is what comes when maxTallies names are told apart.
const otherTallies = "(others)"

// tallies are those of a part, a generation or a dataset, by kind and name.
type tallies map[[2]string]*Tally

func (t tallies) add(more Tally) {
	key := [2]string{more.Kind, more.Name}
	to := t[key]
	if to == nil && len(t) >= maxTallies {
		key[1] = otherTallies
		to = t[key]
	}
	if to == nil {
		key[1] = strings.Clone(key[1])
		to = &Tally{Kind: key[0], Name: key[1]}
		t[key] = to
	}
	to.add(more)
}

// document adds a row of train or valid.
func (t tallies) document(d *corpus.Document, train bool, tokens int64) {
	one := Tally{Kind: TallyLang, Name: d.Lang, Docs: 1, Tokens: tokens}
	if !train {
		one = Tally{Kind: TallyLang, Name: d.Lang, ValidDocs: 1, ValidTokens: tokens}
	}
	t.add(one)
	one.Kind, one.Name = TallySource, domain.Of("", d.Source)
	t.add(one)
}

// table adds the rows of a table of tallies.
func (t tallies) table(in *corpus.Table) error {
	for i := range in.Rows {
		t.add(tallyOf(in, i))
	}
	return nil
}

// tallyOf is row i of a table of tallies.
func tallyOf(in *corpus.Table, i int) Tally {
	c := in.Columns
	return Tally{c[0].Strings[i], c[1].Strings[i], c[2].Ints[i], c[3].Ints[i], c[4].Ints[i], c[5].Ints[i]}
}

// sorted lists them by kind and name.
func (t tallies) sorted() []*Tally {
	return slices.SortedFunc(maps.Values(t), func(a, b *Tally) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
}

var tallySchema = corpus.Schema{
	{Name: "kind", Kind: corpus.Strings},
	{Name: "name", Kind: corpus.Strings},
	{Name: "docs", Kind: corpus.Ints},
	{Name: "tokens", Kind: corpus.Ints},
	{Name: "valid_docs", Kind: corpus.Ints},
	{Name: "valid_tokens", Kind: corpus.Ints},
}

func (t tallies) write(e corpus.Env, role string) error {
	w, err := e.Create(role, tallySchema)
	if err != nil {
		return err
	}
	out := corpus.NewTable(tallySchema)
	for _, of := range t.sorted() {
		c := out.Columns
		c[0].Strings, c[1].Strings = append(c[0].Strings, of.Kind), append(c[1].Strings, of.Name)
		for i, n := range []int64{of.Docs, of.Tokens, of.ValidDocs, of.ValidTokens} {
			c[2+i].Ints = append(c[2+i].Ints, n)
		}
		out.Rows++
	}
	return w.Write(out)
}

// joinTallies adds up those of all parts, for the generation.
func joinTallies(e corpus.Env) error {
	sum := tallies{}
	first, parts := e.Parts()
	for part := first; part < first+parts; part++ {
		if err := corpus.EachTable(e, partTally, part, sum.table); err != nil {
			return err
		}
	}
	return sum.write(e, TallyRole)
}

// Tallies are those of all generations, of each kind the most tokens first.
func (d *Dataset) Tallies() ([]*Tally, error) {
	sum := tallies{}
	for _, p := range d.Parts() {
		if _, ok := p.File(TallyRole); !ok {
			continue // a generation has one, with its first part
		}
		r, err := d.Table(p, TallyRole)
		if err != nil {
			return nil, err
		}
		for row, err := range corpus.Rows(r) {
			if err != nil {
				return nil, fmt.Errorf("tallies of part %d: %w", p.Number, err)
			}
			sum.add(tallyOf(row.Table, row.At))
		}
	}
	list := sum.sorted()
	slices.SortStableFunc(list, func(a, b *Tally) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(b.Tokens+b.ValidTokens, a.Tokens+a.ValidTokens))
	})
	return list, nil
}
