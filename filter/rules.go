package filter

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"corpus"
	"corpus/filter/recipe"
)

// Rule draws a limit through an attribute.
type Rule = recipe.Rule

// ruleSet is the rules in force, the limits that the configuration replaces in
// every language, and which rules measure how well a text is written: a trusted
// document is not asked for those.
type ruleSet struct {
	rules   []Rule
	quality []bool
	limits  map[string]float64
}

func (s *ruleSet) add(quality bool, rules ...Rule) {
	for _, r := range rules {
		s.rules, s.quality = append(s.rules, r), append(s.quality, quality)
	}
}

// Rules are the rules of a configuration with their default limits: those of its
// recipe, toxicity, language, and the user's own. Those of duplicates, of the
// languages wanted and of the budget have no attribute; see RuleExact and the
// following.
func (c Config) Rules() []Rule { return c.ruleSet().rules }

func (c Config) ruleSet() ruleSet {
	set := ruleSet{limits: c.Limits}
	set.add(true, c.recipe().Rules()...)
	set.add(false, c.toxicRules()...)
	if c.editsRole() != "" {
		set.add(false, ruleEmpty)
	}
	set.add(true, Rule{Name: "lang.score", Attribute: "lang.score", Below: true})
	set.add(true, c.Own...)
	return set
}

// Rules without an attribute. The value of a duplicate is its similarity, of a
// text with words of an evaluation set the share of them, the limit of both 0; that
// of an unwanted language 0, its limit 1; that of a document beyond the budget its
// score, its limit the last score that was kept; of one beyond the cap of its domain
// the same of the domain; of one with a better copy its score and that of the copy.
const (
	RuleLang       = "lang.listed"
	RuleExact      = "dedup.exact"
	RuleURL        = "dedup.url"
	RuleNear       = "dedup.near"
	RuleAgainst    = "dedup.against"
	RuleBetterCopy = "dedup.better_copy"
	RuleBudget     = "keep.budget"
	RuleDomain     = "balance.domain"
)

// DuplicateRules are those of dedup's verdicts: its kind behind "dedup.".
func DuplicateRules() []string { return []string{RuleExact, RuleURL, RuleNear, RuleAgainst} }

func duplicateRule(kind string) string { return "dedup." + kind }

// check says what is wrong with the rules: an attribute that nothing measures, a
// name that stands twice, a limit of no rule.
func (s *ruleSet) check(families []family) error {
	names := map[string]bool{}
	for _, r := range s.rules {
		if _, ok := place(families, r.Attribute); !ok {
			return fmt.Errorf("rule %q looks at %q, which nothing measures; attributes are %s", r.Name, r.Attribute, strings.Join(measurable(families), " "))
		}
		if names[r.Name] {
			return fmt.Errorf("there are two rules with the name %q", r.Name)
		}
		names[r.Name] = true
	}
	for name, limit := range s.limits {
		if math.IsNaN(limit) || !names[name] {
			return fmt.Errorf("filter has no rule %q with that limit; rules are %s", name, strings.Join(slices.Sorted(maps.Keys(names)), " "))
		}
	}
	return nil
}

// measurable are the attributes there are.
func measurable(families []family) []string {
	var all []string
	for _, f := range langSchema {
		if f.Kind == corpus.Floats {
			all = append(all, f.Name)
		}
	}
	for _, f := range families {
		all = append(all, f.columns...)
	}
	slices.Sort(all)
	return all
}

// limitsOf are the limits of all rules in a language: the configuration goes
// before the language, the language before the default.
func (s *ruleSet) limitsOf(lang string) []float64 {
	limits := make([]float64, len(s.rules))
	for i, r := range s.rules {
		limits[i] = r.LimitOf(lang)
		if limit, ok := s.limits[r.Name]; ok {
			limits[i] = limit
		}
	}
	return limits
}
