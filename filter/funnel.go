package filter

import (
	"math"
	"strings"

	"corpus"
	"corpus/filter/recipe"
)

// funnel counts what a task decided, of all documents and of each language.
type funnel struct {
	s          *selector
	languages  map[string]*tally
	notApplied []int64 // documents by rule
	trusted    struct{ in, out, bytes, spared int64 }
	promoted   struct{ in, out amount }
}

// tally is the documents of a language.
type tally struct {
	in, out, eligible amount
	dropped           map[string]*drop // by rule
}

// amount is documents and their bytes.
type amount struct{ docs, bytes int64 }

func (a *amount) add(bytes int64) {
	a.docs++
	a.bytes += bytes
}

// drop is what a rule drops, and what of that no other rule would: what the rule
// costs by itself.
type drop struct{ all, alone amount }

func newFunnel(s *selector) *funnel {
	return &funnel{s: s, languages: map[string]*tally{}, notApplied: make([]int64, len(s.set.rules))}
}

// count adds a document with the rules that it fails.
func (f *funnel) count(r *row, fails []corpus.Failure) {
	t := f.languages[r.lang]
	if t == nil {
		t = &tally{dropped: map[string]*drop{}}
		f.languages[strings.Clone(r.lang)] = t
	}
	t.in.add(r.bytes)
	if len(fails) == 0 {
		t.out.add(r.bytes)
	}
	if !r.trusted && eligible(fails) {
		t.eligible.add(r.bytes)
	}
	for _, fail := range fails {
		t.drop(fail.Rule).all.add(r.bytes)
	}
	if len(fails) == 1 {
		t.drop(fails[0].Rule).alone.add(r.bytes)
	}
	if r.trusted {
		f.countTrusted(r, fails)
	}
	if r.promoted {
		f.promoted.in.add(r.bytes)
		if len(fails) == 0 {
			f.promoted.out.add(r.bytes)
		}
	}
	for i, v := range r.values {
		if math.IsNaN(v) {
			f.notApplied[i]++
		}
	}
}

func (t *tally) drop(rule string) *drop {
	d := t.dropped[rule]
	if d == nil {
		d = new(drop)
		t.dropped[rule] = d
	}
	return d
}

// countTrusted adds a trusted document: how many are kept, and how many of those
// a rule of quality would have dropped.
func (f *funnel) countTrusted(r *row, fails []corpus.Failure) {
	f.trusted.in++
	if len(fails) > 0 {
		return
	}
	f.trusted.out++
	f.trusted.bytes += r.bytes
	asked := *r
	asked.trusted = false
	if len(f.s.failures(nil, &asked)) > 0 {
		f.trusted.spared++
	}
}

// report counts everything under its name.
func (f *funnel) report(e corpus.Env) {
	for lang, t := range f.languages {
		for _, in := range []string{"", "lang." + codeOf(lang) + "."} {
			t.report(e, in)
		}
		if len(f.s.set.quality) > 0 {
			for _, what := range recipe.Fallbacks(lang) {
				e.Count("fallback."+what+"."+codeOf(lang), t.in.docs)
			}
		}
	}
	for i, r := range f.s.set.rules {
		countIf(e, "not_applied."+r.Name, f.notApplied[i])
	}
	countIf(e, "promoted.docs", f.promoted.in.docs)
	countIf(e, "promoted.bytes", f.promoted.in.bytes)
	countIf(e, "promoted.docs_out", f.promoted.out.docs)
	countIf(e, "promoted.bytes_out", f.promoted.out.bytes)
	countIf(e, "trusted.docs_in", f.trusted.in)
	countIf(e, "trusted.docs_out", f.trusted.out)
	countIf(e, "trusted.bytes_out", f.trusted.bytes)
	countIf(e, "trusted.spared", f.trusted.spared)
}

func (t *tally) report(e corpus.Env, in string) {
	countIf(e, in+"docs_in", t.in.docs)
	countIf(e, in+"bytes_in", t.in.bytes)
	countIf(e, in+"docs_out", t.out.docs)
	countIf(e, in+"bytes_out", t.out.bytes)
	countIf(e, in+"docs_eligible", t.eligible.docs)
	for rule, d := range t.dropped {
		countIf(e, in+"dropped."+rule, d.all.docs)
		countIf(e, in+"dropped_bytes."+rule, d.all.bytes)
		countIf(e, in+"dropped_alone."+rule, d.alone.docs)
		countIf(e, in+"dropped_alone_bytes."+rule, d.alone.bytes)
	}
}

// countIf leaves out what did not happen.
func countIf(e corpus.Env, name string, n int64) {
	if n != 0 {
		e.Count(name, n)
	}
}
