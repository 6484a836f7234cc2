package filter

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"corpus"
)

// selector is the stage's work under one configuration.
type selector struct {
	kinds       []kind
	families    []family // that measure writes
	sidecars    []family // that the selection's score and the rules' attributes stand in
	meterMemory int64    // of a worker of measure
	set         ruleSet
	langs       []string
	keep        float64
	by          method
	even        balance
	seed        uint64
	augment     string
	bestCopy    bool
	rehydrate   bool
	weight      func(size int64) int64
	edits       bool   // measuring may cut something out of documents or replace it
	allEdits    string // the sidecar of all edits, "" where there are none
	lingua      bool   // tells the languages alone
	err         error  // of the configuration; every pass returns it
}

func newSelector(c Config) *selector {
	s := &selector{kinds: c.kinds(), edits: c.edits(), allEdits: c.editsRole(), set: c.ruleSet(), langs: c.Langs, keep: c.Keep, err: c.Check()}
	s.bestCopy, s.rehydrate, s.weight = c.BestCopy, c.Rehydrate, c.Weight
	s.augment, s.lingua = c.Augment, c.LangID == LangIDLingua
	s.by, s.seed, s.even = c.method(), c.Seed, c.selection().Balance
	s.families, s.sidecars = c.families(), c.read(s.set)
	for _, k := range s.kinds {
		s.meterMemory += k.memory
	}
	return s
}

// row is what is known of one document.
type row struct {
	at         int // row in its part
	id         corpus.ID
	lang       string
	bytes      int64
	score      float64   // that documents are ranked by
	domain     string    // where it comes from
	source     string    // the first element of its source's path
	values     []float64 // of the attribute of each rule
	limits     []float64 // of each rule in the language
	duplicate  string    // dedup's kind, "" = it stays
	trusted    bool      // of a trusted source
	again      bool      // an earlier generation has it under the same id
	similarity float64
	cluster    corpus.ID
	size       int64   // documents in the cluster
	promoted   bool    // it stands in its cluster's survivor's place
	replaced   bool    // the survivor that it is gives up its place to a better copy,
	better     float64 // whose score this is
}

// sidecars reads all that was measured of a part, row by row.
type sidecars struct {
	dup    cursor
	all    []*cursor
	attrs  []cursor // language, then selector.sidecars
	score  int      // column of the selection's score in the first of those; -1: there is none
	at     [][2]int // of each rule's attribute: which of attrs, and its column
	set    *ruleSet
	limits map[string][]float64 // of the languages seen
}

// each calls do with every document of a part.
func (s *selector) each(e corpus.Env, part int, do func(*row) error) error {
	c, err := s.open(e, part)
	defer c.close()
	if err != nil {
		return err
	}
	r := row{values: make([]float64, len(s.set.rules)), at: -1}
	for {
		r.at++
		if err := c.next(&r); errors.Is(err, io.EOF) {
			return e.Context().Err()
		} else if err != nil {
			return fmt.Errorf("attributes of part %d: %w", part, err)
		}
		r.score = s.by.key(r.score, s.seed, r.id)
		if err := do(&r); err != nil {
			return err
		}
	}
}

// eachJudged is each with the documents told their places in their clusters.
func (s *selector) eachJudged(e corpus.Env, part int, do func(*row) error) error {
	c, err := openChanges(e, part)
	if err != nil {
		return err
	}
	defer c.at.r.Close()
	return s.each(e, part, func(r *row) error {
		if err := c.apply(r); err != nil {
			return err
		}
		return do(r)
	})
}

// open opens the sidecars of a part; what it returns must be closed in any case.
func (s *selector) open(e corpus.Env, part int) (*sidecars, error) {
	c := &sidecars{attrs: make([]cursor, 1+len(s.sidecars)), score: s.by.column, set: &s.set, limits: map[string][]float64{}}
	open := func(to *cursor, role string) (err error) {
		to.r, err = e.Open(role, part)
		return err
	}
	err := errors.Join(s.err, open(&c.dup, roleDedup))
	c.all = []*cursor{&c.dup}
	for i, role := range append([]string{roleLang}, roles(s.sidecars)...) {
		err = errors.Join(err, open(&c.attrs[i], role))
		c.all = append(c.all, &c.attrs[i])
	}
	for _, r := range s.set.rules {
		at, _ := place(s.sidecars, r.Attribute)
		c.at = append(c.at, at)
	}
	return c, err
}

func (c *sidecars) close() {
	for _, x := range c.all {
		if x.r != nil {
			_ = x.r.Close() // it was only read
		}
	}
}

// next reads the next row of all sidecars into r; io.EOF ends.
func (c *sidecars) next(r *row) error {
	if err := step(c.all...); err != nil {
		return err
	}
	about := &c.attrs[0]
	i := about.row
	r.id, r.lang, r.bytes = about.t.Columns[0].IDs[i], about.t.Columns[1].Strings[i], about.t.Columns[2].Ints[i]
	r.trusted = about.t.Columns[4].Ints[i] == 1
	r.domain, r.source = about.t.Columns[5].Strings[i], about.t.Columns[6].Strings[i]
	if r.score = 0; c.score >= 0 {
		r.score = c.attrs[1].t.Columns[c.score].Floats[c.attrs[1].row]
	}
	for k, at := range c.at {
		f := &c.attrs[at[0]]
		r.values[k] = f.t.Columns[at[1]].Floats[f.row]
	}
	r.limits = c.limitsOf(r.lang)
	r.duplicate = c.dup.t.Column("kind").Strings[c.dup.row]
	r.similarity = c.dup.t.Column("similarity").Floats[c.dup.row]
	// Who stands for whom is the survivor: what dedup.verify spares stands for itself
	// and its copies, whoever else is in its cluster.
	r.cluster, r.size = c.dup.t.Column("survivor").IDs[c.dup.row], c.dup.t.Column("size").Ints[c.dup.row]
	r.again = r.duplicate != "" && c.dup.t.Column("match").IDs[c.dup.row] == r.id
	return nil
}

func (c *sidecars) limitsOf(lang string) []float64 {
	limits, ok := c.limits[lang]
	if !ok {
		limits = c.set.limitsOf(lang)
		c.limits[strings.Clone(lang)] = limits
	}
	return limits
}

// failures appends every rule that r fails, the budget aside. A trusted document
// is not asked for quality.
func (s *selector) failures(dst []corpus.Failure, r *row) []corpus.Failure {
	if len(s.langs) > 0 && !slices.Contains(s.langs, r.lang) {
		dst = append(dst, corpus.Failure{Rule: RuleLang, Value: 0, Limit: 1})
	}
	if r.duplicate != "" && !r.promoted {
		dst = append(dst, corpus.Failure{Rule: duplicateRule(r.duplicate), Value: r.similarity})
	}
	if r.replaced {
		dst = append(dst, corpus.Failure{Rule: RuleBetterCopy, Value: r.score, Limit: r.better})
	}
	for i := range s.set.rules {
		rule, value, limit := &s.set.rules[i], r.values[i], r.limits[i]
		if asked := !r.trusted || !s.set.quality[i]; asked && rule.Fails(value, limit) {
			dst = append(dst, corpus.Failure{Rule: rule.Name, Value: value, Limit: limit})
		}
	}
	return dst
}
