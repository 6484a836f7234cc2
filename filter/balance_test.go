package filter

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"corpus"
	"corpus/internal/domain"
)

func TestParseBalance(t *testing.T) {
	for s, want := range map[string]balance{
		"":                                    {1, 0},
		"lang=temperature:0.3":                {0.3, 0},
		"domain=cap:1%":                       {1, 0.01},
		"lang=temperature:0,domain=cap:0.5":   {0, 0.5},
		"domain=cap:2.5%, lang=temperature:1": {1, 0.025},
	} {
		if got, err := parseBalance(s); err != nil || got != want {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
	for s, want := range map[string]string{
		"lang":                            `has "lang", want lang=temperature:0.3, domain=cap:1%`,
		"lang=temperature":                `"" is not a share`,
		"lang=temperature:2":              `"2" is not a share`,
		"lang=temperature:NaN":            `"NaN" is not a share`,
		"domain=cap:0%":                   "0 keeps nothing",
		"domain=cap:x%":                   `"x%" is not a share`,
		"domain=cap:1%,domain=cap:2%":     "domain=cap twice",
		"domain=cap:1%,":                  `has "", want`,
		"lang=temperature:0.3;domain=cap": "is not a share",
	} {
		if err := (Config{Balance: s}).Check(); corpus.ClassOf(err) != corpus.BadConfig || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", s, err, want)
		}
	}
}

func FuzzParseBalance(f *testing.F) {
	f.Add("lang=temperature:0.3,domain=cap:1%")
	f.Fuzz(func(t *testing.T, s string) {
		if b, err := parseBalance(s); err == nil && !(b.Temperature >= 0 && b.Temperature <= 1 && b.Cap >= 0 && b.Cap <= 1) {
			t.Fatalf("%q: %v", s, b)
		}
	})
}

// TestDivide: shares are as the powers of the bytes, nobody gets more than it has,
// and what is left over goes to the others.
func TestDivide(t *testing.T) {
	eligible := map[string]int64{"en": 1_000_000, "de": 10_000, "sw": 100}
	for _, c := range []struct {
		temperature float64
		budget      int64
		want        map[string]int64
	}{
		{1, 101_010, map[string]int64{"en": 100_000, "de": 1_000, "sw": 10}},
		// 1000 : 100 : 10 of 1,110
		{0.5, 1_110, map[string]int64{"en": 1_000, "de": 100, "sw": 10}},
		// sw has only 100 of its third; the others have half of the rest each
		{0, 3_000, map[string]int64{"en": 1_450, "de": 1_450, "sw": 100}},
		{0, 300_000, map[string]int64{"en": 289_900, "de": 10_000, "sw": 100}},
	} {
		got := balance{Temperature: c.temperature}.divide(c.budget, eligible)
		for lang, want := range c.want {
			if d := got[lang] - want; d < -1 || d > 0 {
				t.Errorf("temperature %v of %d: %v, want %v", c.temperature, c.budget, got, c.want)
			}
		}
	}
}

// fromDomains are documents of some domains, one of them with two thirds.
func fromDomains() (docs []corpus.Document) {
	for i := range 120 {
		d := document(i, []string{"en", "en", "sw"}[i%3], prose(uint64(i), 60+i%40))
		domain := "big.example"
		if i%3 == 1 || i%6 == 2 {
			domain = fmt.Sprintf("small%d.example", i%7)
		}
		d.URL = "https://www." + domain + "/" + fmt.Sprint(i)
		docs = append(docs, d)
	}
	return docs
}

// TestDomainCap holds the verdicts to the rule of the design, computed another way.
func TestDomainCap(t *testing.T) {
	for _, keep := range []float64{0.3, 1} {
		w := newWorld(fromDomains(), 3, 2)
		w.run(t, Stage(Config{Limits: noStopWords, Keep: keep, Balance: "domain=cap:20%", Select: SelectRandom, Seed: 3}))
		want := plainCaps(t, w, keep, 0.2)
		counts := map[string]int{}
		for id, rule := range verdictsByID(w) {
			counts[rule]++
			if rule != want[id] {
				t.Errorf("keep %v: %s fails %q, want %q", keep, id, rule, want[id])
			}
		}
		if counts[RuleDomain] < 5 || counts[""] < 5 || (counts[RuleBudget] > 0) != (keep < 1) {
			t.Errorf("keep %v: %v", keep, counts)
		}
		if w.counts["capped_domains"] == 0 || w.counts["dropped."+RuleDomain] != int64(counts[RuleDomain]) || w.counts["docs_eligible"] != 120 {
			t.Errorf("counts %v", w.counts)
		}
	}
}

// verdictsByID is the rule that each document fails, "" for none.
func verdictsByID(w *world) map[string]string {
	all := map[string]string{}
	for p := range w.parts {
		text, verdict := w.table(rolePart, p), w.table(roleVerdict, p)
		for i := range text.Rows {
			all[text.Document(i).ID.String()] = strings.Join(verdict.Columns[1].Lists[i], " ")
		}
	}
	return all
}

// plainCaps does what design.md says with everything in memory.
func plainCaps(t *testing.T, w *world, keep, limit float64) map[string]string {
	t.Helper()
	byLang, eligible, pool := map[string][]corpus.Document{}, map[string]int64{}, int64(0)
	for p := range w.parts {
		text := w.table(rolePart, p)
		for i := range text.Rows {
			d := text.Document(i)
			byLang[d.Lang] = append(byLang[d.Lang], d)
			eligible[d.Lang] += int64(len(d.Text))
			pool += int64(len(d.Text))
		}
	}
	budget, out := int64(keep*float64(pool)), map[string]string{}
	share := func(eligible map[string]int64, lang string) int64 {
		sum := int64(0)
		for _, n := range eligible {
			sum += n
		}
		if sum <= budget {
			return eligible[lang]
		}
		return int64(math.Floor(float64(budget) * float64(eligible[lang]) / float64(sum)))
	}
	after := map[string]int64{}
	for lang, docs := range byLang {
		slices.SortFunc(docs, func(a, b corpus.Document) int {
			return int(math.Copysign(1, uniform(3, b.ID)-uniform(3, a.ID)))
		})
		used, closed := map[string]int64{}, map[string]bool{}
		for _, d := range docs {
			n, domain := int64(len(d.Text)), domain.Of(d.URL, d.Source)
			if closed[domain] = closed[domain] || used[domain]+n > int64(limit*float64(share(eligible, lang))); closed[domain] {
				out[d.ID.String()] = RuleDomain
				continue
			}
			used[domain] += n
			after[lang] += n
		}
	}
	for lang, docs := range byLang {
		left, open := share(after, lang), true
		for _, d := range docs {
			if out[d.ID.String()] != "" {
				continue
			}
			left -= int64(len(d.Text))
			if open = open && left >= 0; open {
				out[d.ID.String()] = ""
			} else {
				out[d.ID.String()] = RuleBudget
			}
		}
	}
	return out
}

// TestTemperature: at 0 languages have equal shares as far as they have so much.
func TestTemperature(t *testing.T) {
	kept := func(balance string) map[string]int64 {
		w := newWorld(fromDomains(), 2, 2)
		w.run(t, Stage(Config{Limits: noStopWords, Keep: 0.3, Balance: balance}))
		return map[string]int64{"en": w.counts["lang.en.bytes_out"], "sw": w.counts["lang.sw.bytes_out"]}
	}
	as, alike := kept(""), kept("lang=temperature:0")
	if r := float64(as["en"]) / float64(as["sw"]); r < 1.7 || r > 2.4 {
		t.Errorf("as they are: %v", as)
	}
	if r := float64(alike["en"]) / float64(alike["sw"]); r < 0.9 || r > 1.1 {
		t.Errorf("alike: %v", alike)
	}
}

// TestBalanceIsPure runs caps with other parts, batches and workers.
func TestBalanceIsPure(t *testing.T) {
	cfg := Config{Keep: 0.3, Balance: "lang=temperature:0.3,domain=cap:10%", Select: SelectDSIRSample, Seed: 9}
	run := func(parts, workers, batch int) map[string]string {
		w := newWorld(fromDomains(), parts, workers)
		w.batch = batch
		w.run(t, Stage(cfg))
		return verdictsByID(w)
	}
	if a, b := run(1, 1, 1), run(4, 3, 19); !maps.Equal(a, b) {
		t.Error("verdicts depend on how documents lie in parts")
	}
	cfg.Seed++
	if a, b := run(1, 1, 1), run(1, 1, 1); !maps.Equal(a, b) {
		t.Error("two runs differ")
	}
}
