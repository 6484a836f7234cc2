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
	"unicode/utf8"
)

// judged is a text with what a recipe's own code measures, leaves and decides.
type judged struct {
	Lang, Text, Left string
	Values           map[string]float64
	Fails            []string
	Keep             bool
}

// TestAgainstRivals compares with what Dolma and DCLM measure, edit and decide, see
// dolma_fixtures.py and dclm_fixtures.py in testdata/scripts.
func TestAgainstRivals(t *testing.T) {
	for _, name := range []string{"dolma", "dclm"} {
		r, fired, over := named(name), map[string]bool{}, map[string]bool{}
		f, err := os.Open("testdata/" + name + ".jsonl")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		m := r.New()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			var want judged
			if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
				t.Fatal(err)
			}
			got := judge(r, m, want.Text, want.Lang)
			for a, v := range want.Values {
				over[a] = over[a] || v > 0
				if g, ok := got.Values[a]; !ok || math.Abs(g-v) > 1e-9*max(1, v) {
					t.Errorf("%s is %v, want %v in %q", a, g, v, want.Text)
				}
			}
			if len(got.Values) != len(want.Values) {
				t.Errorf("%s measures %d values, want %d in %q", name, len(got.Values), len(want.Values), want.Text)
			}
			if got.Left != want.Left {
				t.Errorf("%s leaves %q, want %q of %q", name, got.Left, want.Left, want.Text)
			}
			slices.Sort(got.Fails)
			if !slices.Equal(got.Fails, want.Fails) || got.Keep != want.Keep {
				t.Errorf("%s: %v fail, want %v: %q", name, got.Fails, want.Fails, want.Text)
			}
			for _, rule := range want.Fails {
				fired[rule] = true
			}
		}
		for _, rule := range r.Rules() {
			if !over[rule.Attribute] {
				t.Errorf("%s is zero in all texts", rule.Attribute)
			}
			if !fired[rule.Name] && !strings.HasSuffix(rule.Name, ".max_words") {
				t.Errorf("%s does not fire", rule.Name)
			}
		}
	}
}

// TestWithoutWords: what has no words is kept by no recipe, as in their code.
func TestWithoutWords(t *testing.T) {
	for _, name := range []string{"dolma", "dclm"} {
		for _, text := range []string{"", " \n", "\n\n\n", "#"} {
			if got := judge(named(name), named(name).New(), text, "en"); got.Keep {
				t.Errorf("%s keeps %q", name, text)
			}
		}
	}
}

// hostile are texts of which every rule has much to do.
var hostile = []string{
	"a", "aaaa ", "\n", "\n\n\n\n", " ", "\u2003", ".", "a.co ", "a.co,", "a.测试", "1.", "1.1.1.1 ", "1.1.1.1,", "@", "a@b.c ", "a@", ".@", "(", "123 ", "123-", " 123 456 7890", "READ\n",
	"3 likes\n", "3 items in cart\n", "items in cart", "Read more...\n", "Sign-in\n", "x\n\n\n\n", "'", "a'", "\u0301", "1,", "🇩🇪", "漢", "#", "…\n", ". ", "\xff", "https://",
}

// TestHostile: the edits of texts that repeat one thing are in order, and what is
// measured is finite; a quadratic rule would not come to an end.
func TestHostile(t *testing.T) {
	for _, name := range []string{"dolma", "dclm"} {
		m := named(name).New()
		for _, s := range hostile {
			checkMeasured(t, m, "In "+strings.Repeat(s, 60_000/len(s)))
		}
	}
}

func checkMeasured(t *testing.T, m *Meter, text string) {
	t.Helper()
	for i, v := range m.Measure(nil, text, "en") {
		if v < 0 || math.IsInf(v, 0) {
			t.Errorf("attribute %d is %v of %.60q", i, v, text)
		}
	}
	end := 0
	valid := utf8.ValidString(text)
	for _, e := range m.AppendEdits(nil) {
		if e.Start < end || e.End <= e.Start || e.End > len(text) {
			t.Fatalf("edit %+v behind %d of %.60q", e, end, text)
		}
		if valid && (!utf8.RuneStart(text[e.Start]) || e.End < len(text) && !utf8.RuneStart(text[e.End])) {
			t.Fatalf("edit %+v cuts a character of %.60q", e, text)
		}
		end = e.End
	}
}

// TestHeldByRivals: no text makes a meter hold more than limits.go says.
func TestHeldByRivals(t *testing.T) {
	for _, s := range []string{"b a.co,", "READ\nx items in cartitems in cart y\n", "a b \n\n\n\n", "a@b.c ", "x y z\n"} {
		for _, name := range []string{"dolma", "dclm"} {
			m := named(name).New()
			m.Measure(nil, "In "+strings.Repeat(s, maxMeasured/len(s)), "en")
			g, w := &m.doc.grams, &m.doc.dclm.working
			held := 8*(cap(g.words)+cap(g.sum)+cap(g.keys)) + 4*(cap(g.length)+cap(g.places)+cap(g.counts)+cap(g.first)) + 16*len(g.seen.all)
			held += 48*(cap(w.edits)+cap(w.cuts)+cap(m.doc.edits)+cap(m.doc.pii.found)) + 16*(cap(w.pieces)+cap(w.spare)) + cap(w.buffer) + 2*len(w.text)
			if held > Memory {
				t.Errorf("%s, %q: %d bytes, want at most %d", name, s, held, Memory)
			}
		}
	}
}

func FuzzRivals(f *testing.F) {
	for _, s := range hostile {
		f.Add("In " + strings.Repeat(s, 5))
	}
	recipes := []Recipe{named("dolma"), named("dclm")}
	meters := []*Meter{recipes[0].New(), recipes[1].New()}
	f.Fuzz(func(t *testing.T, text string) {
		for i, m := range meters {
			checkMeasured(t, m, text)
			first := m.Measure(nil, text, "en")
			again := recipes[i].New().Measure(nil, text, "en")
			if !slices.EqualFunc(first, again, func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }) {
				t.Fatalf("%v, then %v", first, again)
			}
		}
	})
}

// judge is what a recipe measures, leaves and decides.
func judge(r Recipe, m *Meter, text, lang string) judged {
	j := judged{Values: map[string]float64{}, Fails: []string{}}
	values := m.Measure(nil, text, lang)
	for i, a := range r.Attributes() {
		if !math.IsNaN(values[i]) {
			j.Values[a] = values[i]
		}
	}
	for _, f := range r.Decide(values, lang) {
		j.Fails = append(j.Fails, f.Rule)
	}
	j.Left, j.Keep = apply(text, m.AppendEdits(nil)), len(j.Fails) == 0
	return j
}

// BenchmarkRivals judges the documents of bench/filter_oracle_english.py, which
// compares with Dolma and DCLM.
func BenchmarkRivals(b *testing.B) {
	name, docs, out := os.Getenv("RIVALS_RECIPE"), os.Getenv("RIVALS_DOCUMENTS"), os.Getenv("RIVALS_OUT")
	if name == "" {
		b.Skip("RIVALS_RECIPE, RIVALS_DOCUMENTS and RIVALS_OUT name no recipe and files")
	}
	in, err := os.Open(docs)
	if err != nil {
		b.Fatal(err)
	}
	defer in.Close()
	file, err := os.Create(out)
	if err != nil {
		b.Fatal(err)
	}
	w, dec, r := bufio.NewWriter(file), json.NewDecoder(in), named(name)
	enc, m := json.NewEncoder(w), r.New()
	for dec.More() {
		var d judged
		if err := dec.Decode(&d); err != nil {
			b.Fatal(err)
		}
		if err := enc.Encode(judge(r, m, d.Text, "en")); err != nil {
			b.Fatal(err)
		}
	}
	if err := errors.Join(w.Flush(), file.Close()); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkRecipes(b *testing.B) {
	prose, err := os.ReadFile("../../LICENSE")
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range []string{"dolma", "dclm"} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(prose)))
			b.ReportAllocs()
			m, values := named(name).New(), []float64(nil)
			for b.Loop() {
				values = m.Measure(values[:0], string(prose), "en")
			}
		})
	}
}
