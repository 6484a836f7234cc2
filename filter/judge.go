package filter

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"corpus"
)

// selector decides: it holds what the configuration says.
type selector struct {
	set   ruleSet
	langs []string
	keep  float64
	err   error // of the configuration; every pass returns it
}

func newSelector(c Config) *selector {
	set, _ := newRuleSet(c.Limits) // which Check does too
	return &selector{set: set, langs: c.Langs, keep: c.Keep, err: c.Check()}
}

// row is what is known of one document.
type row struct {
	id         corpus.ID
	lang       string
	bytes      int64
	score      float64
	values     []float64 // of the attribute of each rule
	duplicate  string    // "", exact or near
	trusted    bool      // of a trusted source
	again      bool      // an earlier generation has it under the same id
	similarity float64
}

// sidecars reads all that was measured of a part, row by row.
type sidecars struct {
	about, score, dup cursor
	families          []cursor
	at                [][2]int // of each rule's attribute: family and column; -1 is the language
}

// each calls do with every document of a part.
func (s *selector) each(e corpus.Env, part int, do func(*row) error) error {
	c, err := s.open(e, part)
	defer c.close()
	if err != nil {
		return err
	}
	r := row{values: make([]float64, len(s.set.rules))}
	for {
		if err := c.next(&r); errors.Is(err, io.EOF) {
			return e.Context().Err()
		} else if err != nil {
			return fmt.Errorf("attributes of part %d: %w", part, err)
		}
		if err := do(&r); err != nil {
			return err
		}
	}
}

// open opens the sidecars of a part; what it returns must be closed in any case.
func (s *selector) open(e corpus.Env, part int) (*sidecars, error) {
	c := &sidecars{families: make([]cursor, len(measured))}
	open := func(to *cursor, role string) (err error) {
		to.r, err = e.Open(role, part)
		return err
	}
	err := errors.Join(s.err, open(&c.about, roleLang), open(&c.score, roleScore), open(&c.dup, roleDedup))
	for i, f := range measured {
		err = errors.Join(err, open(&c.families[i], f.role))
	}
	for _, r := range s.set.rules {
		c.at = append(c.at, place(r.Attribute))
	}
	return c, err
}

// place says where an attribute is: the family and its column.
func place(attribute string) [2]int {
	for i, f := range measured {
		if j := slices.Index(f.columns, attribute); j >= 0 {
			return [2]int{i, j}
		}
	}
	return [2]int{-1, -1}
}

func (c *sidecars) all() []*cursor {
	all := []*cursor{&c.about, &c.score, &c.dup}
	for i := range c.families {
		all = append(all, &c.families[i])
	}
	return all
}

func (c *sidecars) close() {
	for _, x := range c.all() {
		if x.r != nil {
			_ = x.r.Close() // it was only read
		}
	}
}

// next reads the next row of all sidecars into r; io.EOF ends.
func (c *sidecars) next(r *row) error {
	if err := step(c.all()...); err != nil {
		return err
	}
	i := c.about.row
	r.id, r.lang, r.bytes = c.about.t.Columns[0].IDs[i], c.about.t.Columns[1].Strings[i], c.about.t.Columns[2].Ints[i]
	r.trusted = c.about.t.Columns[4].Ints[i] == 1
	r.score = c.score.t.Columns[0].Floats[c.score.row]
	for k, at := range c.at {
		if at[0] < 0 {
			r.values[k] = c.about.t.Columns[3].Floats[i]
			continue
		}
		f := &c.families[at[0]]
		r.values[k] = f.t.Columns[at[1]].Floats[f.row]
	}
	r.duplicate = c.dup.t.Column("kind").Strings[c.dup.row]
	r.similarity = c.dup.t.Column("similarity").Floats[c.dup.row]
	r.again = r.duplicate != "" && c.dup.t.Column("match").IDs[c.dup.row] == r.id
	return nil
}

// failures appends every rule that r fails, the budget aside. A trusted document
// is not asked for quality.
func (s *selector) failures(dst []corpus.Failure, r *row) []corpus.Failure {
	if len(s.langs) > 0 && !slices.Contains(s.langs, r.lang) {
		dst = append(dst, corpus.Failure{Rule: RuleLang, Value: 0, Limit: 1})
	}
	switch r.duplicate {
	case "exact":
		dst = append(dst, corpus.Failure{Rule: RuleExact, Value: r.similarity})
	case "near":
		dst = append(dst, corpus.Failure{Rule: RuleNear, Value: r.similarity})
	}
	l := languageOf(r.lang)
	for i, rule := range s.set.rules {
		if r.trusted && rule.quality() {
			continue
		}
		if limit := s.set.limit(rule, l); rule.fails(r.values[i], limit) {
			dst = append(dst, corpus.Failure{Rule: rule.Name, Value: r.values[i], Limit: limit})
		}
	}
	return dst
}
