package toxic

import (
	"math"
	"strings"
	"testing"

	"corpus"
	"corpus/internal/langid"
)

// calm is the first 10·n words of harmless prose, over and over.
func calm(n int) string {
	prose := strings.Fields(benchText())
	words := make([]string, 10*n)
	for i := range words {
		words[i] = prose[i%len(prose)]
	}
	return strings.Join(words, " ") + " "
}

func TestMeasure(t *testing.T) {
	m := NewMeter(nil)
	for _, c := range []struct {
		lang, text   string
		share, score bool // above the limits
	}{
		{"en", calm(5) + "Fuck.", false, false}, // one word in 51
		{"en", calm(3) + "Fuck you ASSHOLE!", true, false},
		{"en", "You are a disgusting idiot.", false, true},
		{"en", "You st*pid a$$hole, f u c k off!", true, true},
		{"en", calm(4) + " The penis, the vagina and the anus were examined.", false, false},
		{"en", calm(6) + " The man was accused of rape; the rapist fled.", false, false},
		{"en", strings.Repeat("Scunthorpe and Essex cocktails assess classic analysis. ", 10), false, false},
		{"en", "My neighbour is a gay Muslim and she sings well.", false, false},
		{"de", strings.Repeat("Der dicke Arschloch-Verein der Hurensohn. ", 5), true, false},
		{"fr", strings.Repeat("Tabarnak, dit le curé de la paroisse. ", 5), true, false},
		{"kab", strings.Repeat("abbuc d azul fell-ak a gma. ", 5), true, false},
		{"sv", strings.Repeat("Det var slut på fagra dagar. ", 9), false, false}, // innocent here, not in English
		{"zh", strings.Repeat("今天天气很好，我们去公园散步。", 6) + "他妈的！", false, false},
		{"zh", strings.Repeat("操你妈的傻逼，今天天气很好。", 6), true, false},
		{"en", "", false, false},
		{"en", "\n\n\n", false, false},
	} {
		v := m.Measure(nil, c.text, c.lang)
		if len(v) != len(Attributes()) || math.IsNaN(v[0]) || v[0] > ShareLimit != c.share || v[1] > Limit != c.score {
			t.Errorf("%s %.60q…: %v", c.lang, c.text, v)
		}
		if (c.lang == "en") == math.IsNaN(v[1]) || math.IsNaN(v[1]) != math.IsNaN(v[2]) {
			t.Errorf("%s %.60q: scores %v and %v", c.lang, c.text, v[1], v[2])
		}
	}
	for _, v := range m.Measure(nil, "ni hao", "xx") {
		if !math.IsNaN(v) {
			t.Errorf("a language without a list: %v", v)
		}
	}
}

// TestWorst: a paragraph among others is scored as it is alone.
func TestWorst(t *testing.T) {
	m := NewMeter(nil)
	bad := "You are a disgusting idiot and a worthless piece of shit."
	alone := m.Measure(nil, bad, "en")
	if alone[1] != alone[2] {
		t.Errorf("of one paragraph the score is %v, the worst %v", alone[1], alone[2])
	}
	v := m.Measure(nil, calm(20)+"\n\n"+bad+"\n\n\n"+calm(20), "en")
	if v[2] != alone[2] || v[1] > Limit {
		t.Errorf("score %v and worst %v, alone %v", v[1], v[2], alone[2])
	}
}

// apply is text after edits.
func apply(t *testing.T, text string, edits []corpus.Edit) string {
	t.Helper()
	var b strings.Builder
	at := 0
	for _, e := range edits {
		if e.Start < at || e.End < e.Start || e.End > len(text) || e.Rule == "" {
			t.Fatalf("edit %+v after %d of %d", e, at, len(text))
		}
		b.WriteString(text[at:e.Start] + e.With)
		at = e.End
	}
	return b.String() + text[at:]
}

func TestParagraphs(t *testing.T) {
	m := NewMeter(nil)
	one, bad, two := calm(2), "You are a fucking idiot, you worthless piece of shit!", calm(3)
	for _, c := range []struct {
		text, lang    string
		dropped, mask string
	}{
		{one + "\n\n" + bad + "\n\n" + two, "en", one + "\n\n" + two, one + "\n\n[removed]\n\n" + two},
		{one + "\n" + bad + "\n" + two, "en", one + "\n" + two, one + "\n[removed]\n" + two},
		{one + "\nand\n\n" + bad + "\nhe said", "en", one + "\nand\n\n", one + "\nand\n\n[removed]"},
		{bad, "en", "", "[removed]"},
		{one + "\n\n" + two, "en", one + "\n\n" + two, one + "\n\n" + two},
		{"Guten Tag!\nDu Arschloch!\n", "de", "Guten Tag!\n", "Guten Tag!\n[removed]\n"},
		{bad, "xx", bad, bad},
		{"\n\n\n", "en", "\n\n\n", "\n\n\n"},
		{"", "en", "", ""},
	} {
		if got := apply(t, c.text, m.Paragraphs(nil, c.text, c.lang, Limit, false)); got != c.dropped {
			t.Errorf("%q dropped: %q, want %q", c.text, got, c.dropped)
		}
		if got := apply(t, c.text, m.Paragraphs(nil, c.text, c.lang, Limit, true)); got != c.mask {
			t.Errorf("%q masked: %q, want %q", c.text, got, c.mask)
		}
	}
}

func TestWords(t *testing.T) {
	m := NewMeter(nil)
	for _, c := range []struct{ lang, text, want string }{
		{"en", "What the f*ck, you piece of  shit? Nice a$$.", "What the ***, you ***? Nice a$$."},
		{"en", "Scunthorpe assesses the class.", "Scunthorpe assesses the class."},
		{"zh", "他妈的，你好", "***，你好"},
	} {
		if got := apply(t, c.text, m.Words(nil, c.text, c.lang, 0.5, true)); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
	if got := apply(t, "you fucking fool", m.Words(nil, "you fucking fool", "en", 1, false)); got != "you  fool" {
		t.Errorf("dropped: %q", got)
	}
}

func TestOddTexts(t *testing.T) {
	m := NewMeter(nil)
	for _, text := range []string{
		strings.Repeat("a", 50<<20), strings.Repeat("\n", 1<<20), strings.Repeat("f*", 1<<20), "\xff\xfe", strings.Repeat("́", 1<<20),
		"مرحبا بالعالم", strings.Repeat("x\n\n", 1<<20),
	} {
		for _, v := range m.Measure(nil, text, "en") {
			if !(v >= 0 && v <= 1) {
				t.Errorf("%.10q: %v", text, v)
			}
		}
	}
}

func TestMeasureAllocatesNothing(t *testing.T) {
	m, text := NewMeter(nil), calm(30)+"\n\nYou f u c k i n g idi0t, st*pid @sshole\n\n"+calm(9)
	var values []float64
	var edits []corpus.Edit
	n := testing.AllocsPerRun(20, func() {
		values = m.Measure(values[:0], text, "en")
		edits = m.Words(m.Paragraphs(edits[:0], text, "en", Limit, true), text, "en", 1, true)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestLexicons(t *testing.T) {
	if n := len(lexicons()); n != 26 {
		t.Errorf("%d languages", n)
	}
	for code, l := range lexicons() {
		if len(l.phrases) < 5 {
			t.Errorf("%s has hardly an entry", code)
		}
	}
}

func TestMatcherTakesTheLongest(t *testing.T) {
	m := NewMeter(nil)
	l := parseLexicon("1\ta b c\n0.5\ta b\n0.25\tb\nbad line\n2\tc\n")
	l.spellings.cut(&m.tokens, "A b c a b d B c")
	sum := 0.0
	l.each(&m.tokens, func(_ int, p phrase) { sum += p.weight })
	if sum != 1.75 {
		t.Errorf("weights sum to %v, want 1.75", sum)
	}
}

func FuzzParseLexicon(f *testing.F) {
	f.Add("1\tword\n0.5\ttwo words\n", "two w*rds")
	f.Add("NaN\tx\n-1\ty\n1e999\tz\n\t\n", "x")
	f.Fuzz(func(t *testing.T, list, text string) {
		m, l := NewMeter(nil), parseLexicon(list)
		l.spellings.cut(&m.tokens, text)
		l.each(&m.tokens, func(at int, p phrase) {
			if !(p.weight > 0 && p.weight <= 1) || len(p.hashes) > maxPhrase || at+len(p.hashes) > m.tokens.Len() {
				t.Fatalf("phrase %v of weight %v at %d", p.hashes, p.weight, at)
			}
		})
	})
}

func BenchmarkMeasure(b *testing.B) {
	m := NewMeter(nil)
	text := benchText()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		m.Measure(nil, text, "en")
	}
}

// benchText is 1 kB of prose.
func benchText() string {
	return ("Here, in a region abundant with natural beauty, golfers will surely be rewarded with an exceptional golf experience. " +
		"Exhibitors are also responsible to comply with all rules and regulations contained in the Exhibitor Manual. He has been a mainstay " +
		"to the skateboard community for years and has recently established his own web site on the matter.\n\nHe and Lucy both sing in the " +
		"Kerrisdale Keynotes and they play bridge as a team. After the Director of Recreation clarified that such items are covered within the " +
		"budget, the mover agreed to withdraw the amendment. In the evening the two of them walked along the river, past the old mill and the " +
		"orchard, and talked about the harvest, the price of apples and whether the road would be mended before winter. Nobody could say. The " +
		"council had promised it twice, the mayor three times, and every spring the same holes were there again, a little wider than the year " +
		"before, so that carts had to go round by the church and the children waded to school through the meadow when it had rained for long.")[:1024]
}

// BenchmarkLanguageID is what BenchmarkMeasure is held against: it may take twice
// as long.
func BenchmarkLanguageID(b *testing.B) {
	d := langid.New()
	text := benchText()
	d.Detect(text)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		d.Detect(text)
	}
}

// TestManyParagraphs: beyond maxParagraphs there are no more edits, and nothing
// toxic is left; of a text of lines only what is measured is looked at.
func TestManyParagraphs(t *testing.T) {
	m, line := NewMeter(nil), "you stupid fucking bitch\n"
	edits := m.Paragraphs(nil, strings.Repeat(line, maxParagraphs+9), "en", 0.5, false)
	if len(edits) != maxParagraphs || edits[len(edits)-1].End != len(line)*(maxParagraphs+9) {
		t.Errorf("%d edits, the last %+v", len(edits), edits[len(edits)-1])
	}
}
