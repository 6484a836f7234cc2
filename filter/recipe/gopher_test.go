package recipe

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"corpus/internal/words"
)

// TestAgainstDatatrove compares with what datatrove v0.10 measures, see
// testdata/scripts/filter_fixtures.py.
func TestAgainstDatatrove(t *testing.T) {
	f, err := os.Open("testdata/gopher.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	seen := map[string]bool{} // attributes with a value over zero
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var want struct {
			Text   string
			Tokens int
			Values map[string]float64
		}
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		if n := len(words.Append(nil, want.Text)); n != want.Tokens {
			t.Errorf("%d tokens, want %d in %q", n, want.Tokens, want.Text)
			continue
		}
		got := attributes(want.Text, "en")
		got["gopher.symbols"] = max(got["gopher.hash_ratio"], got["gopher.ellipsis_ratio"])
		for name, v := range want.Values {
			seen[name] = seen[name] || v > 0
			if g, ok := got[name]; !ok || math.Abs(g-v) > 2e-9*max(1, v) {
				t.Errorf("%s is %v, want %v in %q", name, g, v, want.Text)
			}
		}
	}
	if len(seen) != len(gopherColumns)+len(repetitionColumns)-1 {
		t.Errorf("only %d attributes compared", len(seen))
	}
	for name, ok := range seen {
		if !ok {
			t.Errorf("%s is zero in all texts", name)
		}
	}
}

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

// TestLanguages holds each stop word list against the words of package words.
func TestLanguages(t *testing.T) {
	for code, list := range stopWords {
		entries := strings.Fields(list)
		if len(entries) > 64 || len(entries) < 8 {
			t.Errorf("%s has %d stop words", code, len(entries))
		}
		if got := languageOf(code).stopWords(tokensOf(list)); got < 8 {
			t.Errorf("%s finds %v of its own %d stop words", code, got, len(entries))
		}
	}
	names := []string{}
	for _, r := range named("gopher").Rules() {
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

func tokensOf(text string) *tokens {
	t := new(tokens)
	t.reset(text)
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
		m := named("gopher").New()
		m.Measure(nil, text+text, "en")
		k, r := &m.doc.tokens, &m.doc.repetition
		held := 12*cap(k.spans) + 8*(cap(k.exact)+cap(k.shift)) + 4*cap(k.length) + cap(k.tight)
		if held += 8*cap(r.grams) + 16*len(r.seen.slots); held > Memory {
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
	m := named("gopher").New()
	f.Fuzz(func(t *testing.T, text, lang string) {
		for i, v := range m.Measure(nil, text, lang) {
			if v < 0 || math.IsInf(v, 0) {
				t.Fatalf("attribute %d is %v", i, v)
			}
		}
		first := m.Measure(nil, text, lang)
		for i, v := range named("gopher").New().Measure(nil, text, lang) {
			if v != first[i] && !math.IsNaN(v) {
				t.Fatalf("attribute %d is %v, then %v", i, first[i], v)
			}
		}
	})
}

func BenchmarkMeasure(b *testing.B) {
	for name, c := range map[string]struct{ text, lang string }{
		"english": {strings.Repeat("The committee will meet again on Thursday to discuss what should be done about the old bridge, and who pays. ", 50), "en"},
		"chinese": {strings.Repeat("这个软件包的文档是读者最先看到的内容，因此应当清楚。委员会将讨论旧桥。", 50), "zh"},
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			m := named("gopher").New()
			var values []float64
			for b.Loop() {
				values = m.Measure(values[:0], c.text, c.lang)
			}
		})
	}
}
