package recipe

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"corpus"
)

// measured is a text with what a recipe measures, cuts and decides.
type measured struct {
	Lang, Text string
	Recipes    map[string]struct {
		Values map[string]float64
		Text   *string // nil = nothing is cut
		Keep   bool
	}
	Fails []string // rules, of the text as it is
}

// TestAgainstDatatrove compares with what datatrove 0.10.1 measures and decides,
// see testdata/scripts/filter_fixtures.py.
func TestAgainstDatatrove(t *testing.T) {
	f, err := os.Open("testdata/datatrove.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	meters, over, fired := map[string]*Meter{}, map[string]bool{}, map[string]bool{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var want measured
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		for name, r := range want.Recipes {
			if meters[name] == nil {
				meters[name] = named(name).New()
			}
			values := meters[name].Measure(nil, want.Text, want.Lang)
			got := map[string]float64{}
			for i, a := range named(name).Attributes() {
				got[a] = values[i]
			}
			for a, v := range r.Values {
				over[a] = over[a] || v > 0
				if g, ok := got[a]; !ok || math.Abs(g-v) > 1e-9*max(1, v) {
					t.Errorf("%s, %s: %s is %v, want %v in %q", name, want.Lang, a, g, v, want.Text)
				}
			}
			left := want.Text
			if r.Text != nil {
				left = *r.Text
			}
			if cut := apply(want.Text, meters[name].AppendEdits(nil)); cut != left {
				t.Errorf("%s leaves %q, want %q of %q", name, cut, left, want.Text)
			}
			fails := named(name).Decide(values, want.Lang)
			if (len(fails) == 0) != r.Keep {
				t.Errorf("%s, %s: keeps %v, fails %v: %q", name, want.Lang, r.Keep, fails, want.Text)
			}
			if name != "fineweb2" {
				checkFails(t, named(name), fails, &want, fired)
			}
		}
	}
	for _, r := range named("fineweb").Rules() {
		if !over[r.Attribute] {
			t.Errorf("%s is zero in all texts", r.Attribute)
		}
	}
	if len(fired) < 13 {
		t.Errorf("only %d rules fire", len(fired))
	}
}

// checkFails compares the rules that a text fails, but those that see another
// text after C4.
func checkFails(t *testing.T, r Recipe, fails []corpus.Failure, want *measured, fired map[string]bool) {
	t.Helper()
	failed := map[string]bool{}
	for _, f := range fails {
		failed[f.Rule], fired[f.Rule] = true, true
	}
	for _, rule := range r.Rules() {
		family, _, _ := strings.Cut(rule.Name, ".")
		if family == "c4" || family == "fineweb" {
			continue
		}
		if w := slices.Contains(want.Fails, rule.Name); w != failed[rule.Name] {
			t.Errorf("%s: %s fails: %v, want %v: %q", r.Name, rule.Name, failed[rule.Name], w, want.Text)
		}
	}
}

// apply makes edits in text.
func apply(text string, edits []corpus.Edit) string {
	var b strings.Builder
	at := 0
	for _, e := range edits {
		b.WriteString(text[at:e.Start])
		b.WriteString(e.With)
		at = e.End
	}
	return b.String() + text[at:]
}
