package filter

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

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

// attributes is what measure gives, by name.
func attributes(text, lang string) map[string]float64 {
	values := newMeter().measure(text, lang)
	all := map[string]float64{}
	for _, f := range measured {
		for i, c := range f.columns {
			all[c] = values[i]
		}
		values = values[len(f.columns):]
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
	if !math.IsNaN(xx["gopher.stop_words"]) || !math.IsNaN(xx["toxicity.share"]) {
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
	for _, r := range Rules() {
		names = append(names, r.Name)
		if p := place(r.Attribute); p[0] < 0 && r.Attribute != "lang.score" {
			t.Errorf("rule %s looks at %s, which nobody measures", r.Name, r.Attribute)
		}
	}
	for code, l := range languages() {
		for rule := range l.limits {
			if !slices.Contains(names, rule) {
				t.Errorf("%s limits unknown rule %s", code, rule)
			}
		}
	}
}

func tokensOf(text string) *tokens {
	t := new(tokens)
	t.reset(text)
	return t
}

func TestClip(t *testing.T) {
	long := strings.Repeat("漢", maxMeasured/3+10)
	if tok := tokensOf(long); len(tok.text) > maxMeasured || len(tok.text) < maxMeasured-3 || !utf8.ValidString(tok.text) {
		t.Errorf("clipped to %d bytes", len(tok.text))
	}
}

func FuzzMeasure(f *testing.F) {
	for _, s := range []string{"", "\n\n\n", "a b a b a b a b a b", "……", "你好你好你好\r\n", "\xff\xfe # #", "- a\n- a\n- a"} {
		f.Add(s, "en")
		f.Add(s, "zh")
	}
	m := newMeter()
	f.Fuzz(func(t *testing.T, text, lang string) {
		for i, v := range m.measure(text, lang) {
			if v < 0 || math.IsInf(v, 0) {
				t.Fatalf("attribute %d is %v", i, v)
			}
		}
		first := slices.Clone(m.measure(text, lang))
		for i, v := range newMeter().measure(text, lang) {
			if v != first[i] && !math.IsNaN(v) {
				t.Fatalf("attribute %d is %v, then %v", i, first[i], v)
			}
		}
	})
}

func BenchmarkMeasure(b *testing.B) {
	for name, c := range map[string]struct{ text, lang string }{
		"english": {prose(1, 900), "en"},
		"chinese": {strings.Repeat("这个软件包的文档是读者最先看到的内容，因此应当清楚。委员会将讨论旧桥。", 50), "zh"},
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			m := newMeter()
			for b.Loop() {
				m.measure(c.text, c.lang)
			}
		})
	}
}
