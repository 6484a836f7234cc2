package filter

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Rule draws a limit through an attribute. A value that was not measured passes.
type Rule struct {
	Name      string  // as in counts and verdicts
	Attribute string  // the column it looks at
	Below     bool    // fails below the limit; else above it
	Limit     float64 // where a language has no limit of its own
}

// Rules are the rules of the stage with their default limits: Gopher's, as
// datatrove v0.10 has them (gopher_quality_filter.py, gopher_repetition_filter.py),
// toxicity and language. Those of duplicates, of the languages wanted and of the
// budget have no attribute of their own; see RuleExact and the following.
func Rules() []Rule {
	return []Rule{
		{"gopher.min_words", "gopher.words", true, 50},
		{"gopher.max_words", "gopher.words", false, 100_000},
		{"gopher.min_mean_word_length", "gopher.mean_word_length", true, 3},
		{"gopher.max_mean_word_length", "gopher.mean_word_length", false, 10},
		{"gopher.hash_ratio", "gopher.hash_ratio", false, 0.1},
		{"gopher.ellipsis_ratio", "gopher.ellipsis_ratio", false, 0.1},
		{"gopher.bullet_lines", "gopher.bullet_lines", false, 0.9},
		{"gopher.ellipsis_lines", "gopher.ellipsis_lines", false, 0.3},
		{"gopher.alpha_words", "gopher.alpha_words", true, 0.8},
		{"gopher.stop_words", "gopher.stop_words", true, 2},
		{"repetition.dup_paragraphs", "repetition.dup_paragraphs", false, 0.3},
		{"repetition.dup_paragraph_chars", "repetition.dup_paragraph_chars", false, 0.2},
		{"repetition.dup_lines", "repetition.dup_lines", false, 0.3},
		{"repetition.dup_line_chars", "repetition.dup_line_chars", false, 0.2},
		{"repetition.top_2_gram", "repetition.top_2_gram", false, 0.20},
		{"repetition.top_3_gram", "repetition.top_3_gram", false, 0.18},
		{"repetition.top_4_gram", "repetition.top_4_gram", false, 0.16},
		{"repetition.dup_5_gram", "repetition.dup_5_gram", false, 0.15},
		{"repetition.dup_6_gram", "repetition.dup_6_gram", false, 0.14},
		{"repetition.dup_7_gram", "repetition.dup_7_gram", false, 0.13},
		{"repetition.dup_8_gram", "repetition.dup_8_gram", false, 0.12},
		{"repetition.dup_9_gram", "repetition.dup_9_gram", false, 0.11},
		{"repetition.dup_10_gram", "repetition.dup_10_gram", false, 0.10},
		{"toxicity.share", "toxicity.share", false, toxicityLimit},
		{"lang.score", "lang.score", true, 0},
	}
}

// Rules without an attribute. The value of a duplicate is its similarity, its
// limit 0; that of an unwanted language 0, its limit 1; that of a document
// beyond the budget its score, its limit the last score that was kept.
const (
	RuleLang   = "lang.listed"
	RuleExact  = "dedup.exact"
	RuleNear   = "dedup.near"
	RuleBudget = "keep.budget"
)

// fails says whether value is on the wrong side of limit.
func (r Rule) fails(value, limit float64) bool {
	if r.Below {
		return value < limit
	}
	return value > limit // never for NaN, as above
}

// quality says whether the rule measures how well a text is written, which a
// trusted document is not asked for. A family that is not named here holds for all.
func (r Rule) quality() bool {
	family, _, _ := strings.Cut(r.Attribute, ".")
	return family == "gopher" || family == "repetition" || family == "lang"
}

// ruleSet is the rules in force with their limits by language.
type ruleSet struct {
	rules  []Rule
	limits map[string]float64 // set by the configuration, for every language
}

// newRuleSet applies the limits to the rules.
func newRuleSet(limits map[string]float64) (ruleSet, error) {
	set := ruleSet{Rules(), limits}
	for name, limit := range limits {
		if math.IsNaN(limit) || !slices.ContainsFunc(set.rules, func(r Rule) bool { return r.Name == name }) {
			return set, unknownRule(name, set.rules)
		}
	}
	return set, nil
}

func unknownRule(name string, rules []Rule) error {
	names := make([]string, len(rules))
	for i, r := range rules {
		names[i] = r.Name
	}
	slices.Sort(names)
	return fmt.Errorf("filter has no rule %q with that limit; rules are %s", name, strings.Join(names, " "))
}

// limit is where rule r is drawn for language l: the configuration goes before
// the language, the language before the default.
func (s ruleSet) limit(r Rule, l *language) float64 {
	if limit, ok := s.limits[r.Name]; ok {
		return limit
	}
	if limit, ok := l.limits[r.Name]; ok {
		return limit
	}
	return r.Limit
}
