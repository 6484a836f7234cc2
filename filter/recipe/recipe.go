package recipe

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"corpus"
	"corpus/internal/spacy"
)

// Recipe is a list of filters under a name. Its numbers are those of one version
// of the code that it reproduces.
type Recipe struct {
	Name   string
	Source string // the code that it computes as, with its version
	steps  []step
}

// step is one filter of a recipe.
type step struct {
	attributes []string
	rules      []Rule
	measure    func(dst []float64, d *document) []float64 // may cut text out of d
}

// Named is the recipe of a name.
func Named(name string) (Recipe, error) {
	all := recipes()
	for _, r := range all {
		if r.Name == name {
			return r, nil
		}
	}
	return Recipe{}, fmt.Errorf("there is no recipe %q; they are %s", name, strings.Join(Names(), " "))
}

// Names are the recipes there are.
func Names() []string {
	var names []string
	for _, r := range recipes() {
		names = append(names, r.Name)
	}
	return names
}

// datatrove is the code whose filters the recipes are made of.
const datatrove = "datatrove 0.10.1"

// recipes are all there are; their tables of limits by language are made once.
var recipes = sync.OnceValue(func() []Recipe {
	return []Recipe{
		{"gopher", datatrove + ", gopher_repetition_filter.py and gopher_quality_filter.py", []step{repetitionStep(), gopherStep()}},
		{"c4", datatrove + ", c4_filters.py: C4QualityFilter", []step{c4Step(true)}},
		{"fineweb", datatrove + ", examples/fineweb.py", []step{repetitionStep(), gopherStep(), c4Step(false), finewebStep()}},
		{"fineweb2", datatrove + ", filters as in fineweb-2-pipeline.py of huggingface/fineweb-2 at d0defb2", fineweb2Steps()},
		{"dclm", dclmSource, dclmSteps()},
		{"dolma", dolmaSource, dolmaSteps()},
		{"none", "no rules of quality", nil},
	}
})

// Rules are those of all steps, in their order.
func (r Recipe) Rules() []Rule {
	var all []Rule
	for _, s := range r.steps {
		all = append(all, s.rules...)
	}
	return all
}

// Attributes names what Measure gives, in its order. What stands before the dot
// is the family; a family stands together.
func (r Recipe) Attributes() []string {
	var all []string
	for _, s := range r.steps {
		all = append(all, s.attributes...)
	}
	return all
}

// ownWords says whether all steps cut their words themselves.
func (r Recipe) ownWords() bool { return slices.Contains([]string{"dclm", "dolma", "none"}, r.Name) }

// Decide gives the rules that a text in lang with these values of Attributes
// fails, at the recipe's own limits.
func (r Recipe) Decide(values []float64, lang string) (fails []corpus.Failure) {
	at := r.Attributes()
	for _, rule := range r.Rules() {
		v, limit := values[slices.Index(at, rule.Attribute)], rule.LimitOf(lang)
		if rule.Fails(v, limit) {
			fails = append(fails, corpus.Failure{Rule: rule.Name, Value: v, Limit: limit})
		}
	}
	return fails
}

// Edits says whether the recipe cuts text out of documents.
func (r Recipe) Edits() bool {
	return slices.ContainsFunc(r.Attributes(), func(a string) bool {
		return a == c4Columns[0] || a == dclmLineColumns[0] || a == dolmaPIIColumns[0]
	})
}

// Meter measures documents by a recipe; each goroutine has its own.
type Meter struct {
	steps     []step
	splitters map[string]*splitter // by language; nil when no step wants tokens
	doc       document
}

// New is a meter of the recipe.
func (r Recipe) New() *Meter {
	m := &Meter{steps: r.steps}
	if !r.ownWords() {
		m.splitters = map[string]*splitter{}
	}
	return m
}

// Measure appends the values of Attributes for a text; NaN is what was not
// measured in its language, an ISO 639-1 code.
func (m *Meter) Measure(dst []float64, text, lang string) []float64 {
	m.doc.reset(text, lang, m.splitter(lang))
	for _, s := range m.steps {
		dst = s.measure(dst, &m.doc)
	}
	return dst
}

// Clipped says whether the text last measured goes on behind what was measured.
func (m *Meter) Clipped() bool { return m.doc.clipped }

// AppendEdits adds what the recipe cuts out of the text last measured.
func (m *Meter) AppendEdits(dst []corpus.Edit) []corpus.Edit { return append(dst, m.doc.edits...) }

func (m *Meter) splitter(lang string) *splitter {
	if m.splitters == nil {
		return nil
	}
	if !spacy.Has(lang) {
		lang = "" // they share one
	}
	s := m.splitters[lang]
	if s == nil {
		s = newSplitter(lang)
		m.splitters[strings.Clone(lang)] = s
	}
	return s
}
