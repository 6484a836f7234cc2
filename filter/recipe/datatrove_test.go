package recipe

import (
	"bufio"
	"encoding/json"
	"errors"
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

// BenchmarkOracle measures the documents of bench/filter_oracle.py, which compares
// the values with datatrove's.
func BenchmarkOracle(b *testing.B) {
	docs, values := os.Getenv("ORACLE_DOCUMENTS"), os.Getenv("ORACLE_VALUES")
	if docs == "" {
		b.Skip("ORACLE_DOCUMENTS and ORACLE_VALUES name no files")
	}
	in, err := os.Open(docs)
	if err != nil {
		b.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(values)
	if err != nil {
		b.Fatal(err)
	}
	w, dec := bufio.NewWriter(out), json.NewDecoder(in)
	enc, meters := json.NewEncoder(w), map[string]*Meter{}
	for dec.More() {
		var d measured
		if err := dec.Decode(&d); err != nil {
			b.Fatal(err)
		}
		var tokens []string
		for _, s := range tokensOf(d.Text, d.Lang).spans {
			tokens = append(tokens, d.Text[s.Start:s.End])
		}
		recipes := map[string]any{}
		for _, name := range []string{"gopher", "c4", "fineweb", "fineweb2"} {
			if meters[name] == nil {
				meters[name] = named(name).New()
			}
			recipes[name] = decided(named(name), meters[name], d.Text, d.Lang)
		}
		if err := enc.Encode(map[string]any{"tokens": strings.Join(tokens, "\n"), "recipes": recipes}); err != nil {
			b.Fatal(err)
		}
	}
	if err := errors.Join(w.Flush(), out.Close()); err != nil {
		b.Fatal(err)
	}
}

// decided is what a recipe measures, cuts and decides, for JSON.
func decided(r Recipe, m *Meter, text, lang string) map[string]any {
	values, numbers, rules, fails := m.Measure(nil, text, lang), map[string]any{}, []string{}, []string{}
	for i, a := range r.Attributes() {
		if !math.IsNaN(values[i]) {
			numbers[a] = values[i]
		}
	}
	for _, rule := range r.Rules() {
		rules = append(rules, rule.Name)
	}
	for _, f := range r.Decide(values, lang) {
		fails = append(fails, f.Rule)
	}
	return map[string]any{"values": numbers, "rules": rules, "fails": fails, "text": apply(text, m.AppendEdits(nil))}
}
