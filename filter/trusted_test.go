package filter

import (
	"math"
	"strings"
	"testing"

	"corpus"
)

// TestTrusted: of trusted documents only quality and the budget are not asked,
// and the others are judged as if those were not there.
func TestTrusted(t *testing.T) {
	others := someDocuments()
	trust := func(n int, lang, text string) corpus.Document {
		d := document(10_000+n, lang, text)
		d.Trusted = true
		return d
	}
	trusted := []corpus.Document{
		trust(0, "en", "too short"),
		trust(1, "en", prose(901, 90)),
		trust(2, "en", strings.Repeat("fuck ", 60)),
		trust(3, "de", prose(902, 90)),
		trust(4, "en", prose(903, 90)),
		trust(5, "zh", "短"),
	}
	cfg := Config{Keep: 0.3, Langs: []string{"en", "zh"}}
	w := newWorld(append(trusted, others...), 1, 2)
	dup := w.table(roleDedup, 0)
	dup.Columns[0].Strings[4], dup.Columns[2].Floats[4] = "near", 0.9
	w.run(t, Stage(cfg))
	v := w.table(roleVerdict, 0)
	for i, want := range []string{"", "", "toxicity.share toxicity.score", RuleLang, RuleNear, ""} {
		if got := strings.Join(v.Columns[1].Lists[i], " "); got != want {
			t.Errorf("trusted document %d fails %q, want %q", i, got, want)
		}
	}
	bytes := int64(len(trusted[0].Text) + len(trusted[1].Text) + len(trusted[5].Text))
	for name, want := range map[string]int64{
		"trusted.docs_in": 6, "trusted.docs_out": 3, "trusted.bytes_out": bytes, "trusted.spared": 2,
	} {
		if w.counts[name] != want {
			t.Errorf("%s is %d, want %d", name, w.counts[name], want)
		}
	}
	kept := w.table(RoleKept, 0)
	if n := kept.Rows; int64(n) != w.counts["docs_out"] || !kept.Document(0).Trusted || kept.Document(n-1).Trusted {
		t.Errorf("%d documents are kept, %d counted", n, w.counts["docs_out"])
	}

	alone := newWorld(others, 1, 2)
	alone.run(t, Stage(cfg))
	for i, want := range alone.table(roleVerdict, 0).Columns[1].Lists {
		if got := v.Columns[1].Lists[len(trusted)+i]; strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("document %d fails %v, without trusted documents %v", i, got, want)
		}
	}
	for _, name := range []string{"pool_bytes", "budget_bytes", "eligible_bytes", "docs_eligible"} {
		if w.counts[name] != alone.counts[name] {
			t.Errorf("%s is %d, without trusted documents %d", name, w.counts[name], alone.counts[name])
		}
	}
	if w.counts["budget_did_not_bind"] != 0 || w.counts["bytes_out"]-bytes > w.counts["budget_bytes"] {
		t.Errorf("%d bytes are kept beside the trusted %d, the budget is %d", w.counts["bytes_out"]-bytes, bytes, w.counts["budget_bytes"])
	}
}

// TestTrustedAlone: a dataset of trusted documents needs no others, nor a budget.
func TestTrustedAlone(t *testing.T) {
	var docs []corpus.Document
	for i := range gateDocuments + 1 {
		d := document(i, "en", "short")
		d.Trusted = true
		docs = append(docs, d)
	}
	w := newWorld(docs, 2, 1)
	w.run(t, Stage(Config{Keep: 0.01}))
	if n := w.counts["docs_out"]; n != int64(len(docs)) || w.counts["pool_bytes"] != 0 {
		t.Errorf("%d of %d documents are kept, from a pool of %d bytes", n, len(docs), w.counts["pool_bytes"])
	}
}

// TestQualityRules: what a trusted document is asked for is written down here.
func TestQualityRules(t *testing.T) {
	s := newSelector(Config{})
	for i, r := range s.set.rules {
		if s.set.quality[i] == strings.HasPrefix(r.Name, "toxicity.") {
			t.Errorf("%s: quality is %v", r.Name, s.set.quality[i])
		}
	}
	r := row{lang: "en", trusted: true, values: make([]float64, len(s.set.rules)), limits: s.set.limitsOf("en")}
	for i := range r.values {
		r.values[i] = math.Inf(1)
	}
	if fails := s.failures(nil, &r); len(fails) != 2 || fails[0].Rule != "toxicity.share" || fails[1].Rule != "toxicity.score" {
		t.Errorf("fails %v", fails)
	}
}
