package filter

import (
	"math"
	"testing"

	"corpus"
	"corpus/filter/dsir"
)

// judged is the rules that a row with the values fails.
func judged(c Config, lang string, values map[string]float64) map[string]corpus.Failure {
	s := newSelector(c)
	r := row{lang: lang, limits: s.set.limitsOf(lang)}
	for _, rule := range s.set.rules {
		v, ok := values[rule.Attribute]
		if !ok {
			v = math.NaN()
		}
		r.values = append(r.values, v)
	}
	fails := map[string]corpus.Failure{}
	for _, f := range s.failures(nil, &r) {
		fails[f.Rule] = f
	}
	return fails
}

// TestLimits: a value on the limit passes, one beyond it fails and is told with
// the limit; the configuration goes before the language, the language before the
// default; what was not measured passes.
func TestLimits(t *testing.T) {
	for _, c := range []struct {
		config Config
		lang   string
		attr   string
		value  float64
		rule   string // "" = passes
		limit  float64
	}{
		{Config{}, "en", "gopher.words", 50, "", 0},
		{Config{}, "en", "gopher.words", 49, "gopher.min_words", 50},
		{Config{}, "en", "gopher.words", 100_000, "", 0},
		{Config{}, "en", "gopher.words", 100_001, "gopher.max_words", 100_000},
		{Config{}, "zh", "gopher.words", 79, "gopher.min_words", 80},
		{Config{}, "zh", "gopher.words", 80, "", 0},
		{Config{Limits: map[string]float64{"gopher.min_words": 10}}, "zh", "gopher.words", 10, "", 0},
		{Config{Limits: map[string]float64{"gopher.min_words": 10}}, "en", "gopher.words", 9, "gopher.min_words", 10},
		{Config{}, "en", "gopher.mean_word_length", 10.01, "gopher.max_mean_word_length", 10},
		{Config{}, "de", "gopher.mean_word_length", 14, "", 0},
		{Config{}, "en", "gopher.alpha_words", 0.8, "", 0},
		{Config{}, "en", "gopher.alpha_words", 0.79, "gopher.alpha_words", 0.8},
		{Config{}, "en", "repetition.top_2_gram", 0.2, "", 0},
		{Config{}, "en", "repetition.top_2_gram", 0.21, "repetition.top_2_gram", 0.2},
		{Config{}, "en", "toxicity.share", 0.02, "", 0},
		{Config{}, "en", "toxicity.share", math.NaN(), "", 0},
		{Config{}, "en", "lang.score", 0.1, "", 0},
		{Config{Limits: map[string]float64{"lang.score": 0.5}}, "en", "lang.score", 0.5, "", 0},
		{Config{Limits: map[string]float64{"lang.score": 0.5}}, "en", "lang.score", 0.49, "lang.score", 0.5},
		{Config{Langs: []string{"zh"}}, "en", "gopher.words", 60, RuleLang, 1},
		{Config{Langs: []string{"zh", "en"}}, "en", "gopher.words", 60, "", 0},
	} {
		fails := judged(c.config, c.lang, map[string]float64{c.attr: c.value})
		f, failed := fails[c.rule]
		if c.rule == "" && len(fails) > 0 || c.rule != "" && (!failed || len(fails) != 1 || f.Limit != c.limit) {
			t.Errorf("%+v %s %s=%v: fails %v, want %q at %v", c.config, c.lang, c.attr, c.value, fails, c.rule, c.limit)
		}
	}
}

// TestFunnelCounts: dropped counts every rule, dropped_alone the sole ones.
func TestFunnelCounts(t *testing.T) {
	docs := []corpus.Document{
		document(0, "en", prose(1, 90)), document(1, "en", "too short"), document(2, "de", prose(2, 90)),
		document(3, "en", prose(3, 49)),
	}
	w := newWorld(docs, 2, 1)
	w.run(t, Stage(Config{Langs: []string{"en"}}))
	for name, want := range map[string]int64{
		"docs_in": 4, "docs_out": 1, "docs_eligible": 1, "lang.en.docs_in": 3, "lang.en.docs_out": 1, "lang.de.docs_out": 0,
		"dropped.gopher.min_words": 2, "dropped_alone.gopher.min_words": 1, "dropped.gopher.stop_words": 2,
		"dropped_alone.gopher.stop_words": 0, "lang.en.dropped.gopher.min_words": 2, "dropped.lang.listed": 1,
		"bytes_out": int64(len(docs[0].Text)), "eligible_bytes": int64(len(docs[0].Text)), "lang.en.bytes_out": int64(len(docs[0].Text)),
	} {
		if w.counts[name] != want {
			t.Errorf("%s is %d, want %d", name, w.counts[name], want)
		}
	}
}

// TestPoolAddsParts: the pool does not depend on how documents lie in parts.
func TestPoolAddsParts(t *testing.T) {
	docs := someDocuments()
	pooled := func(parts int) map[string]uint64 {
		w := newWorld(docs, parts, 2)
		w.run(t, Stage(Config{}))
		p, sums := w.table(rolePool, 0), map[string]uint64{}
		for i, lang := range p.Column("lang").Strings {
			sums[lang] += uint64(p.Column("count").Ints[i])
		}
		return sums
	}
	want := map[string]uint64{}
	for _, d := range docs {
		n := 0
		dsir.NewGrams().Each(d.Text, func(int) { n++ })
		want[d.Lang] += uint64(n)
	}
	for _, parts := range []int{1, 4} {
		got := pooled(parts)
		for lang, n := range want {
			if got[lang] != n {
				t.Errorf("%d parts: %d n-grams of %q, want %d", parts, got[lang], lang, n)
			}
		}
	}
}
