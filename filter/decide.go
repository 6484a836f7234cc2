package filter

import (
	"bytes"
	"math"

	"corpus"
)

// verdictSchema is the columns of the role "verdict": keep is 1 or 0, the lists
// name every rule that the document fails, with what was measured and the limit.
var verdictSchema = corpus.Schema{
	{Name: "keep", Kind: corpus.Ints},
	{Name: "rules", Kind: corpus.Lists},
	{Name: "values", Kind: corpus.Numbers},
	{Name: "limits", Kind: corpus.Numbers},
}

// verdictRows is the rows of a batch of verdicts.
const verdictRows = 4096

// decide is the pass that writes verdicts and counts them.
func (s *selector) decide(e corpus.Env) error {
	cuts, err := readCuts(e)
	if err != nil {
		return err
	}
	w, err := e.Create(roleVerdict, verdictSchema)
	if err != nil {
		return err
	}
	t := corpus.NewTable(verdictSchema)
	f := newFunnel(s)
	err = s.each(e, part(e), func(r *row) error {
		fails := s.verdict(r, cuts)
		f.count(r, fails)
		appendVerdict(t, fails)
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
	return w.Write(t)
}

// countOnly is decide without verdicts.
func (s *selector) countOnly(e corpus.Env) error {
	cuts, err := readCuts(e)
	if err != nil {
		return err
	}
	f := newFunnel(s)
	err = s.each(e, part(e), func(r *row) error {
		f.count(r, s.verdict(r, cuts))
		return nil
	})
	f.report(e)
	return err
}

// verdict is every rule that r fails; the budget is asked last, of documents
// that pass all others and are not trusted.
func (s *selector) verdict(r *row, cuts map[string][]byte) []corpus.Failure {
	fails := s.failures(nil, r)
	if len(fails) > 0 || r.trusted {
		return fails
	}
	last, ok := cuts[r.lang]
	if ok && bytes.Compare(rank(nil, r.lang, r.score, r.id), last) <= 0 {
		return nil
	}
	limit, value := math.MaxFloat64, r.score
	if ok {
		limit = scoreOf(last)
	}
	if math.IsNaN(value) {
		value = 0
	}
	return []corpus.Failure{{Rule: RuleBudget, Value: value, Limit: limit}}
}

// readCuts gives the rank of the last document kept by language.
func readCuts(e corpus.Env) (map[string][]byte, error) {
	cuts := map[string][]byte{}
	first, _ := e.Parts()
	err := tables(e, roleCut, first, func(t *corpus.Table) error {
		for i := range t.Rows {
			lang, score, id := t.Columns[0].Strings[i], t.Columns[1].Floats[i], t.Columns[2].IDs[i]
			last := rank(nil, lang, score, id)
			cuts[string(last[:len(lang)])] = last
		}
		return nil
	})
	return cuts, err
}

func appendVerdict(t *corpus.Table, fails []corpus.Failure) {
	keep := int64(1)
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
	t.Rows++
}
