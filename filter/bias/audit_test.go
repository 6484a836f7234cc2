package bias

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestAuditFindsBias: a score that dislikes a group shows in that group's numbers
// and in no other's.
func TestAuditFindsBias(t *testing.T) {
	insults := []string{"liar", "stupid", "hell", "filthy", "idiot", "garbage", "loser", "punch", "moron", "creep", "kill", "scum", "hate", "trash", "miserable"}
	fair := func(text string) float64 {
		for _, w := range insults {
			if strings.Contains(text, w) {
				return 0.9
			}
		}
		return 0.1
	}
	unfair := func(text string) float64 {
		if strings.Contains(text, "muslim") {
			return 0.8
		}
		return fair(text)
	}
	r := Audit(Sentences(), fair, 0.5)
	if r.Gap != 0 || r.All.Recall != 1 || r.All.FalsePositiveRate != 0 || r.All.Subgroup != 1 || len(r.Groups) != len(Groups()) {
		t.Errorf("a fair score: %+v", r)
	}
	r = Audit(Sentences(), unfair, 0.5)
	if r.Gap != 1 {
		t.Errorf("a gap of %v, want 1", r.Gap)
	}
	for _, g := range r.Groups {
		bad := g.Group == "religion.muslim"
		if (g.FalsePositiveRate == 1) != bad || (g.Subgroup < 1) != bad {
			t.Errorf("%+v", g)
		}
	}
}

func TestMentions(t *testing.T) {
	for text, want := range map[string]string{
		"The Muslims and two black women met; black cats did not.": "identity.religion.muslim 1, identity.race.black 1, identity.gender.women 1",
		"A blackboard, a Germanic language, shell":                 "",
		"HE said": "identity.gender.men 1",
	} {
		got := []string{}
		var m Mentions
		for i, n := range m.Measure(nil, text, "en") {
			if n > 0 {
				got = append(got, Attributes()[i]+" "+strconv.Itoa(int(n)))
			}
		}
		if len(got) != len(strings.FieldsFunc(want, func(r rune) bool { return r == ',' })) {
			t.Errorf("%q names %v, want %s", text, got, want)
		}
		for _, g := range got {
			if !strings.Contains(want, g) {
				t.Errorf("%q names %v, want %s", text, got, want)
			}
		}
	}
	var m Mentions
	for _, v := range m.Measure(nil, "Die Frau", "de") {
		if !math.IsNaN(v) {
			t.Errorf("German has the value %v", v)
		}
	}
	if n := testing.AllocsPerRun(10, func() { m.Measure(make([]float64, 0, 64), strings.Repeat("a woman ", 100), "en") }); n > 1 {
		t.Errorf("%v allocations a text", n)
	}
}

func TestSwapGender(t *testing.T) {
	for text, want := range map[string]string{
		"He gave his sister her book, and she thanked him.": "She gave her brother his book, and he thanked her.",
		"I saw her. MEN and Women; Mrs Hale":                "I saw him. WOMEN and Men; Mr Hale",
		"The chairman told her to sit.":                     "The chairwoman told him to sit.",
		"Nothing here.":                                     "Nothing here.",
	} {
		if got, n := SwapGender(text); got != want || (n > 0) != (got != text) {
			t.Errorf("%q becomes %q (%d), want %q", text, got, n, want)
		}
	}
}

// TestSwapGenderLong: what follows "her" counts also where the words are read in
// pieces, and a text of nothing else is linear work.
func TestSwapGenderLong(t *testing.T) {
	text := strings.Repeat("x ", maxWords-1) + "her " + strings.Repeat("she ", maxWords)
	want := strings.Repeat("x ", maxWords-1) + "his " + strings.Repeat("he ", maxWords)
	if got, n := SwapGender(text); got != want || n != maxWords+1 {
		t.Errorf("%d words swapped, around the end of a piece %q", n, got[2*maxWords-6:2*maxWords+6])
	}
}

func TestReadSentences(t *testing.T) {
	for _, c := range []struct {
		read func(string) ([]Sentence, error)
		text string
		n    int
		bad  string
	}{
		{lines, `{"text":"a muslim man","toxic":1}` + "\n" + `{"text":"x","toxic":false,"group":"g"}`, 3, ""},
		{lines, `{"text":"x","toxic":"perhaps"}`, 0, "line 1: the label is"},
		{lines, "{", 0, "line 1"},
		{table, "Text,Label,Template\nmurder american,BAD,v\nhug mexican,NOT_BAD,v\n", 2, ""},
		{table, "a,b\n1,2\n", 0, "want text and toxic"},
		{table, "text,toxic\n1\n", 0, "line 2 has 1 columns"},
	} {
		all, err := c.read(c.text)
		if len(all) != c.n && c.bad == "" || (err == nil) != (c.bad == "") || err != nil && !strings.Contains(err.Error(), c.bad) {
			t.Errorf("%q: %v, %v", c.text, all, err)
		}
	}
}

func lines(s string) ([]Sentence, error) { return readJSONL(strings.NewReader(s)) }
func table(s string) ([]Sentence, error) { return readCSV(strings.NewReader(s)) }

func FuzzReadSentences(f *testing.F) {
	f.Add(`{"text":"a","toxic":1}`)
	f.Add("text,toxic\na,1\n")
	f.Fuzz(func(t *testing.T, s string) {
		_, _ = lines(s)
		_, _ = table(s)
	})
}

func FuzzSwapGender(f *testing.F) {
	f.Add("He and HER.")
	f.Fuzz(func(t *testing.T, s string) {
		other, n := SwapGender(s)
		if n == 0 && other != s || n > len(s)/2+1 || utf8.ValidString(s) && !utf8.ValidString(other) {
			t.Fatalf("%q becomes %q, %d words", s, other, n)
		}
	})
}

func BenchmarkMentions(b *testing.B) {
	text := strings.Repeat("The committee will meet again on Thursday to discuss what should be done about the old bridge. ", 20)
	var m Mentions
	var values []float64
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		values = m.Measure(values[:0], text, "en")
	}
}
