package filter

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"corpus"
	"corpus/filter/bias"
)

// Group is what became of the documents that have something in common: their
// language, source, domain, or that they mention a group of people.
type Group struct {
	Kind, Name        string
	DocsIn, BytesIn   int64
	DocsOut, BytesOut int64
}

// KeptRate is the share of the group's documents that is kept.
func (g *Group) KeptRate() float64 { return float64(g.DocsOut) / float64(max(1, g.DocsIn)) }

// The kinds of groups. A document is in one of each of the first three, and in as
// many of the last as it mentions; GroupAll is all documents.
const (
	GroupAll      = "all"
	GroupLang     = "lang"
	GroupSource   = "source"
	GroupDomain   = "domain"
	GroupIdentity = "identity"
)

// groups counts documents by group; those of one part, or of all.
type groups struct {
	identity cursor
	names    []string // of the columns of identity
	all      map[groupKey]*Group
}

type groupKey struct{ kind, name string }

// maxGroupNames is how many groups are told apart; what comes after counts as
// otherGroups. groupsMemory is as many with names of usual length.
const (
	maxGroupNames = 1 << 18
	otherGroups   = "(others)"
	groupsMemory  = maxGroupNames * 200
)

// newGroups is for a task of decide.
func newGroups(e corpus.Env) (*groups, error) {
	r, err := e.Open(roleIdentity, part(e))
	return &groups{identity: cursor{r: r}, names: bias.Groups(), all: map[groupKey]*Group{}}, err
}

// count adds a document.
func (g *groups) count(r *row, kept bool) error {
	if err := step(&g.identity); errors.Is(err, io.EOF) {
		return errUneven
	} else if err != nil {
		return err
	}
	one := Group{DocsIn: 1, BytesIn: r.bytes}
	if kept {
		one.DocsOut, one.BytesOut = 1, r.bytes
	}
	g.add(GroupAll, "", &one)
	g.add(GroupLang, codeOf(r.lang), &one)
	g.add(GroupSource, r.source, &one)
	g.add(GroupDomain, r.domain, &one)
	for i, c := range g.identity.t.Columns {
		if c.Floats[g.identity.row] > 0 {
			g.add(GroupIdentity, g.names[i], &one)
		}
	}
	return nil
}

// end reads what follows the last row, which is verified too.
func (g *groups) end() error {
	if err := step(&g.identity); !errors.Is(err, io.EOF) {
		return cmp.Or(err, error(errUneven))
	}
	return nil
}

func (g *groups) add(kind, name string, more *Group) {
	to := g.all[groupKey{kind, name}]
	if to == nil && len(g.all) >= maxGroupNames {
		name = otherGroups
		to = g.all[groupKey{kind, name}]
	}
	if to == nil {
		name = strings.Clone(name)
		to = &Group{Kind: kind, Name: name}
		g.all[groupKey{kind, name}] = to
	}
	to.DocsIn += more.DocsIn
	to.BytesIn += more.BytesIn
	to.DocsOut += more.DocsOut
	to.BytesOut += more.BytesOut
}

var groupSchema = corpus.Schema{
	{Name: "kind", Kind: corpus.Strings},
	{Name: "name", Kind: corpus.Strings},
	{Name: "docs_in", Kind: corpus.Ints},
	{Name: "bytes_in", Kind: corpus.Ints},
	{Name: "docs_out", Kind: corpus.Ints},
	{Name: "bytes_out", Kind: corpus.Ints},
}

// write writes the groups by kind and name.
func (g *groups) write(e corpus.Env, role string) error {
	w, err := e.Create(role, groupSchema)
	if err != nil {
		return err
	}
	t := corpus.NewTable(groupSchema)
	for _, k := range slices.SortedFunc(maps.Keys(g.all), func(a, b groupKey) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name))
	}) {
		of, c := g.all[k], t.Columns
		c[0].Strings, c[1].Strings = append(c[0].Strings, k.kind), append(c[1].Strings, k.name)
		for i, n := range []int64{of.DocsIn, of.BytesIn, of.DocsOut, of.BytesOut} {
			c[2+i].Ints = append(c[2+i].Ints, n)
		}
		t.Rows++
	}
	return w.Write(t)
}

// report is the pass that adds up the groups of all parts.
func report(e corpus.Env) error {
	sum := &groups{all: map[groupKey]*Group{}}
	first, n := e.Parts()
	for p := first; p < first+n; p++ {
		if err := corpus.EachTable(e, roleGroups, p, sum.table); err != nil {
			return fmt.Errorf("groups of part %d: %w", p, err)
		}
	}
	return sum.write(e, RoleReport)
}

func (g *groups) table(t *corpus.Table) error {
	for i := range t.Rows {
		of := ReadGroup(t, i)
		g.add(of.Kind, of.Name, &of)
	}
	return nil
}

// ReadGroup is row i of a table of RoleReport.
func ReadGroup(t *corpus.Table, i int) Group {
	c := t.Columns
	return Group{c[0].Strings[i], c[1].Strings[i], c[2].Ints[i], c[3].Ints[i], c[4].Ints[i], c[5].Ints[i]}
}
