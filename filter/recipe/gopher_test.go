package recipe

import (
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// attributes is what the recipe gopher measures, by name.
func attributes(text, lang string) map[string]float64 {
	all, r := map[string]float64{}, named("gopher")
	for i, v := range r.New().Measure(nil, text, lang) {
		all[r.Attributes()[i]] = v
	}
	return all
}

func TestLineMarks(t *testing.T) {
	for text, want := range map[string][3]int{
		"":                              {0, 0, 0},
		"a":                             {1, 0, 0},
		"- a...\r\n • b…  \n\nc\x0bd\n": {5, 2, 2},
		"a\u2028-b\u0085":               {2, 1, 0},
	} {
		if l, b, e := lineMarks(text); [3]int{l, b, e} != want {
			t.Errorf("%q: %d lines, %d bullets, %d ellipses, want %v", text, l, b, e, want)
		}
	}
}

func TestNullAttributes(t *testing.T) {
	zh, en, xx := attributes("我们今天去了一座古老的桥。", "zh"), attributes("The bridge and that river.", "en"), attributes("Some text.", "xx")
	if !math.IsNaN(zh["gopher.mean_word_length"]) || zh["gopher.words"] != 12 || math.IsNaN(zh["gopher.stop_words"]) {
		t.Errorf("zh: %v", zh)
	}
	if math.IsNaN(en["gopher.mean_word_length"]) || en["gopher.stop_words"] != 2 {
		t.Errorf("en: %v", en)
	}
	if !math.IsNaN(xx["gopher.stop_words"]) {
		t.Errorf("xx: %v", xx)
	}
}

// TestLanguages: the limits of languages are those of rules, and the tokens that
// their texts are cut into can be stop words.
func TestLanguages(t *testing.T) {
	for code, row := range fineweb2() {
		if n := len(row.stopWords); n > 64 || n < 5 || len(row.limits) != len(fineweb2Rules) {
			t.Errorf("%s has %d stop words and %d limits", code, n, len(row.limits))
		}
	}
	for code, list := range ownStopWords {
		if got := languageOf(code).stopWords(tokensOf(list, code)); got < 8 {
			t.Errorf("%s finds %v of its own stop words", code, got)
		}
	}
	names := []string{}
	for _, r := range append(named("gopher").Rules(), named("fineweb2").Rules()...) {
		names = append(names, r.Name)
	}
	for code, l := range languages() {
		for rule := range l.limits {
			if !slices.Contains(names, rule) {
				t.Errorf("%s limits unknown rule %s", code, rule)
			}
		}
	}
}

func named(name string) Recipe {
	r, err := Named(name)
	if err != nil {
		panic(err)
	}
	return r
}

// TestRecipes: every rule looks at an attribute that its recipe measures, and
// names stand for one thing.
func TestRecipes(t *testing.T) {
	for _, name := range Names() {
		r, seen := named(name), map[string]bool{}
		for _, rule := range r.Rules() {
			if !slices.Contains(r.Attributes(), rule.Attribute) {
				t.Errorf("%s: rule %s looks at %s, which nobody measures", name, rule.Name, rule.Attribute)
			}
			if seen[rule.Name] {
				t.Errorf("%s: two rules %s", name, rule.Name)
			}
			seen[rule.Name] = true
		}
		if n := len(r.New().Measure(nil, "Some text.", "en")); n != len(r.Attributes()) {
			t.Errorf("%s measures %d values of %d", name, n, len(r.Attributes()))
		}
	}
	if _, err := Named("no-such"); err == nil {
		t.Error("an unknown recipe has no error")
	}
}

func tokensOf(text, lang string) *tokens {
	t := new(tokens)
	t.reset(text, newSplitter(lang))
	return t
}

func TestClip(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		want string
	}{{"漢字", 4, "漢"}, {"漢字", 6, "漢字"}, {"ab", 0, ""}} {
		if got := clip(c.text, c.n); got != c.want {
			t.Errorf("clip(%q, %d) = %q", c.text, c.n, got)
		}
	}
	for _, c := range []struct {
		text string
		n    int
		want string
	}{{"a\nb\nc", 2, "a\nb"}, {"a\nb\n", 2, "a\nb"}, {"a\nb", 2, "a\nb"}, {"\n\n", 1, ""}} {
		if got := clipLines(c.text, c.n); got != c.want {
			t.Errorf("clipLines(%q, %d) = %q", c.text, c.n, got)
		}
	}
}

// A worker holds what limits.go says, whatever the text is made of.
func TestHeldByMeter(t *testing.T) {
	lines := make([]string, 2*maxTokens) // most of white space, all different
	for i := range lines {
		lines[i] = strings.NewReplacer("0", " ", "1", "\t").Replace(strconv.FormatInt(int64(i), 2))
	}
	for name, text := range map[string]string{
		"symbols": strings.Repeat("!?", maxMeasured/2),
		"words":   strings.Repeat("a b ", maxMeasured/4),
		"lines":   strings.Join(lines, "\n"),
		"breaks":  strings.Repeat("\n", maxMeasured),
		"long":    strings.Repeat("漢", maxMeasured/3),
	} {
		m := named("fineweb").New()
		m.Measure(nil, text+text, "en")
		k, r := &m.doc.tokens, &m.doc.repetition
		held := 12*cap(k.spans) + 8*cap(k.exact) + 4*(cap(k.length)+cap(k.ends)) + cap(k.tight) + cap(k.bytes)
		held += 8*cap(r.grams) + 4*cap(r.live) + cap(r.again) + 16*len(r.seen.all)
		c := &m.doc.c4
		held += cap(c.out) + cap(c.lower) + 12*cap(c.again) + 48*(cap(c.edits)+cap(m.doc.edits)) + len(m.doc.text)
		if held > Memory {
			t.Errorf("%s: %d bytes, want at most %d", name, held, Memory)
		}
		if n := len(k.spans); n > maxTokens || strings.Count(k.text, "\n") > maxTokens {
			t.Errorf("%s: %d tokens", name, n)
		}
	}
}

// TestMostWords: the words that Gopher allows fit in what is measured.
func TestMostWords(t *testing.T) {
	for lang, text := range map[string]string{
		"en": strings.Repeat("in, word ", 60_000), "ml": strings.Repeat("ആശയവിനിമയം ", 100_001), "zh": strings.Repeat("河水很深，", 40_001),
	} {
		words, limit := attributes(text, lang)["gopher.words"], 100_000.0
		if lang == "zh" {
			limit *= charsPerWord
		}
		if words <= limit {
			t.Errorf("%s: %v words of a text with more than %v", lang, words, limit)
		}
	}
}

func FuzzMeasure(f *testing.F) {
	for _, s := range []string{"", "\n\n\n", "a b a b a b a b a b", "……", "你好你好你好\r\n", "\xff\xfe # #", "- a\n- a\n- a"} {
		f.Add(s, "en")
		f.Add(s, "zh")
	}
	f.Add("A line. \r\n[1] [2][edit]\u2028Two. words\n{ lorem ipsum javascript }\n\x1c", "de")
	meters, twins := map[string]*Meter{}, map[string]*Meter{}
	for _, name := range Names() {
		meters[name], twins[name] = named(name).New(), named(name).New()
	}
	f.Fuzz(func(t *testing.T, text, lang string) {
		for name, m := range meters {
			first := m.Measure(nil, text, lang)
			for i, v := range first {
				if v < 0 || math.IsInf(v, 0) {
					t.Fatalf("attribute %d is %v", i, v)
				}
			}
			edits := m.AppendEdits(nil)
			if checkEdits(t, text, edits); len(edits) > 0 && apply(text, edits) != m.doc.text {
				t.Fatalf("%s: edits leave %q, want %q", name, apply(text, edits), m.doc.text)
			}
			twins[name].Measure(nil, lang+text, "en") // what it holds of another text must not matter
			for i, v := range twins[name].Measure(nil, text, lang) {
				if v != first[i] && !math.IsNaN(v) {
					t.Fatalf("attribute %d is %v, then %v", i, first[i], v)
				}
			}
		}
	})
}

func BenchmarkMeasure(b *testing.B) {
	prose, err := os.ReadFile("../../LICENSE")
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct{ name, recipe, text, lang string }{
		{"prose", "fineweb", string(prose), "en"},
		{"repeated", "fineweb", strings.Repeat("The committee will meet again on Thursday to discuss what should be done about the old bridge, and who pays. ", 50), "en"},
		{"chinese", "gopher", strings.Repeat("这个软件包的文档是读者最先看到的内容，因此应当清楚。委员会将讨论旧桥。", 50), "zh"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			b.ReportAllocs()
			m := named(c.recipe).New()
			var values []float64
			for b.Loop() {
				values = m.Measure(values[:0], c.text, c.lang)
			}
		})
	}
}
