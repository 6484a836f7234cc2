package filter

import (
	"bytes"
	"errors"
	"math"

	"corpus"
	"corpus/internal/domain"
)

// verdictSchema is the columns of the role "verdict": keep is 1 or 0, the lists
// name every rule that the document fails, with what was measured and the limit;
// promoted is 1 of a document that stands in the place of its cluster's survivor.
var verdictSchema = corpus.Schema{
	{Name: "keep", Kind: corpus.Ints},
	{Name: "rules", Kind: corpus.Lists},
	{Name: "values", Kind: corpus.Numbers},
	{Name: "limits", Kind: corpus.Numbers},
	{Name: "promoted", Kind: corpus.Ints},
}

// verdictRows is the rows of a batch of verdicts.
const verdictRows = 4096

// decide is the pass that writes verdicts and counts them.
func (s *selector) decide(e corpus.Env) error {
	ends, err := readEnds(e)
	if err != nil {
		return err
	}
	w, err := e.Create(roleVerdict, verdictSchema)
	if err != nil {
		return err
	}
	t := corpus.NewTable(verdictSchema)
	f := newFunnel(s)
	g, err := newGroups(e)
	if err != nil {
		return err
	}
	defer g.identity.r.Close()
	stand, err := newStanding(e)
	if err != nil {
		return err
	}
	err = s.eachJudged(e, part(e), func(r *row) error {
		fails := s.verdict(r, ends)
		f.count(r, fails)
		if err := g.count(r, len(fails) == 0); err != nil {
			return err
		}
		if err := stand.add(r, fails); err != nil {
			return err
		}
		appendVerdict(t, fails, r.promoted)
		if t.Rows < verdictRows {
			return nil
		}
		defer t.Reset()
		return w.Write(t)
	})
	if err != nil {
		return err
	}
	f.report(e)
	return errors.Join(g.end(), g.write(e, roleGroups), stand.flush(), w.Write(t))
}

// countOnly is decide without verdicts, but for what the next generation asks for.
func (s *selector) countOnly(e corpus.Env) error {
	ends, err := readEnds(e)
	if err != nil {
		return err
	}
	stand, err := newStanding(e)
	if err != nil {
		return err
	}
	f := newFunnel(s)
	err = s.eachJudged(e, part(e), func(r *row) error {
		fails := s.verdict(r, ends)
		f.count(r, fails)
		return stand.add(r, fails)
	})
	f.report(e)
	return errors.Join(err, stand.flush())
}

// verdict is every rule that r fails. The cap of its domain is asked of documents
// that pass all others and are not trusted, and the budget of those left.
func (s *selector) verdict(r *row, ends *ends) []corpus.Failure {
	fails := s.failures(nil, r)
	if len(fails) > 0 || r.trusted {
		return fails
	}
	if len(ends.domains) > 0 {
		if last, ok := ends.domains[langDomain{r.lang, domain.Key(r.domain)}]; ok && !within(r, last) {
			return beyond(RuleDomain, r, last)
		}
	}
	if last := ends.langs[r.lang]; !within(r, last) {
		return beyond(RuleBudget, r, last)
	}
	return nil
}

// ends are the ranks of the last documents kept; empty where there is none.
type ends struct {
	langs   map[string][]byte     // of a language
	domains map[langDomain][]byte // of a domain that reaches its cap
}

func readEnds(e corpus.Env) (*ends, error) {
	langs, err := readCuts(e)
	if err != nil {
		return nil, err
	}
	domains, err := readCapped(e)
	return &ends{langs, domains}, err
}

// within says whether r comes no later than the last document kept.
func within(r *row, last []byte) bool {
	return len(last) > 0 && bytes.Compare(rank(nil, r.lang, r.score, r.id), last) <= 0
}

// beyond is the failure of a document that comes after the last one kept: its
// score, and that of the last; the largest number when there is none.
func beyond(rule string, r *row, last []byte) []corpus.Failure {
	limit := math.MaxFloat64
	if len(last) > 0 {
		limit = scoreOf(last)
	}
	return []corpus.Failure{{Rule: rule, Value: r.score, Limit: limit}}
}

// readCuts gives the rank of the last document kept by language.
func readCuts(e corpus.Env) (map[string][]byte, error) {
	cuts := map[string][]byte{}
	first, _ := e.Parts()
	err := corpus.EachTable(e, roleCut, first, func(t *corpus.Table) error {
		for i := range t.Rows {
			lang, score, id := t.Columns[0].Strings[i], t.Columns[1].Floats[i], t.Columns[2].IDs[i]
			last := rank(nil, lang, score, id)
			cuts[string(last[:len(lang)])] = last
		}
		return nil
	})
	return cuts, err
}

func appendVerdict(t *corpus.Table, fails []corpus.Failure, promoted bool) {
	keep, place := int64(1), int64(0)
	if promoted {
		place = 1
	}
	var rules []string
	var values, limits []float64
	for _, f := range fails {
		keep = 0
		rules, values, limits = append(rules, f.Rule), append(values, f.Value), append(limits, f.Limit)
	}
	c := t.Columns
	c[0].Ints = append(c[0].Ints, keep)
	c[1].Lists = append(c[1].Lists, rules)
	c[2].Numbers = append(c[2].Numbers, values)
	c[3].Numbers = append(c[3].Numbers, limits)
	c[4].Ints = append(c[4].Ints, place)
	t.Rows++
}
