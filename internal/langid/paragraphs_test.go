package langid

import (
	"math"
	"slices"
	"strings"
	"testing"
)

const (
	german  = "Der Ausschuss trifft sich am Donnerstag wieder, um über die alte Brücke zu beraten.\n"
	english = "The committee will meet again on Thursday to discuss what should be done about it.\n"
	russian = "Комитет снова соберётся в четверг, чтобы обсудить, что делать со старым мостом.\n"
	chinese = "委员会将于星期四再次开会，讨论如何处理那座旧桥，随后还将讨论新的道路规划问题，并听取居民的意见和建议，以便作出最后决定。\n"
)

func TestParagraphs(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string // languages of the paragraphs
	}{
		{"nothing", "", nil},
		{"no letters", "123\n\n--\n", []string{""}},
		{"one line without an end", strings.TrimSpace(german), []string{"de"}},
		{"a short line takes its neighbours' language", german + "Tel. 12\n" + german, []string{"de", "de", "de"}},
		{"of two neighbours it takes that which fits", english + "Die Brücke\n" + german, []string{"en", "de", "de"}},
		{"a short heading of another script is in none", german + "委员会\n" + german, []string{"de", "", "de"}},
		{"scripts", russian + chinese + english, []string{"ru", "zh", "en"}},
		{"blank lines", "\n\n" + german + "\n \n" + english, []string{"de", "en"}},
		{"only short lines", "Der Hund\nDie Katze\nUnd das Haus\n", []string{"de", "de", "de"}},
	} {
		ps := detector().Paragraphs(nil, c.text)
		var got []string
		for _, p := range ps {
			got = append(got, p.Lang)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if n := len(ps); n > 0 && (ps[0].Start != 0 || ps[n-1].End != len(c.text)) {
			t.Errorf("%s: from %d to %d of %d", c.name, ps[0].Start, ps[n-1].End, len(c.text))
		}
	}
}

func TestShares(t *testing.T) {
	got := Shares(nil, detector().Paragraphs(nil, strings.Repeat(german, 3)+"\n"+english+"1234\n委员会\n"))
	if len(got) != 3 || got[0].Lang != "de" || got[1].Lang != "en" || got[2].Lang != "" {
		t.Fatalf("%v", got)
	}
	if d, e := got[0], got[1]; d.Letters != 3*68 || e.Letters != 67 || math.Abs(d.Share-204./274) > 1e-9 {
		t.Errorf("%v", got)
	}
	if n := len(Shares(nil, nil)); n != 0 {
		t.Errorf("%d languages of nothing", n)
	}
}

// TestParagraphsAreBounded: many lines make at most maxParagraphs, and what is
// there does not grow.
func TestParagraphsAreBounded(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("\n", 1<<20), strings.Repeat("a\n", 1<<19), strings.Repeat("a", 1<<20),
		strings.Repeat("a ", 1<<19), strings.Repeat("Ж\xff\n", 1<<18),
	} {
		if ps := detector().Paragraphs(nil, text); len(ps) == 0 || len(ps) > maxParagraphs || ps[len(ps)-1].End != len(text) {
			t.Errorf("%.10q: %d paragraphs", text, len(ps))
		}
	}
}

func TestNothingIsAllocated(t *testing.T) {
	text := strings.Repeat(german+english+"Tel. 12\n"+russian, 20)
	dst := detector().Paragraphs(nil, text)
	var shares []Share
	if n := testing.AllocsPerRun(20, func() {
		detector().Detect(text)
		dst = detector().Paragraphs(dst[:0], text)
		shares = Shares(shares[:0], dst)
	}); n > 0 {
		t.Errorf("%v allocations a document", n)
	}
}

// TestMixedTexts mixes every language, in blocks of lines, with English and with
// two others, and demands that letters are given to the right one.
func TestMixedTexts(t *testing.T) {
	files := sentenceFiles(t)
	english := lines(t, "../../../shared/data/langid/en.txt.gz")
	right, all, off, texts := 0, 0, 0., 0
	for i, file := range files {
		a, lang := lines(t, file), code(file)
		for j, with := range []int{-1, i + 7, i + 30} {
			b, other := english, "en"
			if with >= 0 {
				with %= len(files)
				b, other = lines(t, files[with]), code(files[with])
			}
			if other == lang {
				continue
			}
			r, n, share := mixed(a[60*j:], b[60*j:], lang)
			right, all, off, texts = right+r, all+n, off+share, texts+1
			if 100*r < 90*n {
				t.Logf("%s with %s: %d of %d letters", lang, other, r, n)
			}
		}
	}
	t.Logf("%d texts: %.4f of letters in the right language, main share off by %.4f", texts, float64(right)/float64(all), off/float64(texts))
	if float64(right) < 0.9*float64(all) || off > 0.05*float64(texts) {
		t.Errorf("%d of %d letters, main share off by %v", right, all, off/float64(texts))
	}
}

// mixed makes a text of 30 lines of one language with 15 of another after every
// third, and returns how many letters got the language that they have, how many
// there are, and what the share of the first is off by.
func mixed(a, b []string, lang string) (right, all int, off float64) {
	var text strings.Builder
	var first []bool
	for i := range 15 {
		for _, l := range []string{a[2*i], a[2*i+1], b[i]} {
			text.WriteString(l + "\n")
		}
		first = append(first, true, true, false)
	}
	ps := detector().Paragraphs(nil, text.String())
	mine, said := 0, 0
	for i, p := range ps {
		all += p.Letters
		if first[min(i, len(first)-1)] {
			mine += p.Letters
		}
		if p.Lang == lang {
			said += p.Letters
		}
		if (p.Lang == lang) == first[min(i, len(first)-1)] {
			right += p.Letters
		}
	}
	return right, all, math.Abs(float64(mine-said)) / float64(all)
}
