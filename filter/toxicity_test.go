package filter

import (
	"math"
	"strings"
	"testing"
)

func TestToxicity(t *testing.T) {
	for _, c := range []struct {
		lang, text string
		toxic      bool
	}{
		{"en", prose(1, 49) + " Fuck.", false}, // one word in 50
		{"en", prose(1, 49) + " Fuck you ASSHOLE!", true},
		{"en", prose(1, 40) + " The penis, the vagina and the anus were examined.", false},
		{"en", prose(1, 60) + " The man was accused of rape; the rapist fled.", false},
		{"en", strings.Repeat("Scunthorpe and Essex cocktails assess classic analysis. ", 10), false},
		{"en", strings.Repeat("He said piece of shit to them. ", 10), true},
		{"de", strings.Repeat("Der dicke Arschloch-Verein der Hurensohn. ", 5), true},
		{"sv", strings.Repeat("Det var slut på fagra dagar. ", 9), false}, // innocent here, not in English
		{"zh", strings.Repeat("今天天气很好，我们去公园散步。", 6) + "他妈的！", false},
		{"zh", strings.Repeat("操你妈的傻逼，今天天气很好。", 6), true},
	} {
		share := toxicity(tokensOf(c.text), c.lang)
		if math.IsNaN(share) || share > toxicityLimit != c.toxic {
			t.Errorf("%s %.60q…: %v, limit %v", c.lang, c.text, share, toxicityLimit)
		}
	}
}

func TestLexicons(t *testing.T) {
	for code, m := range lexicons() {
		if len(m.phrases) < 5 {
			t.Errorf("%s has only %d entries", code, len(m.phrases))
		}
	}
	if len(lexicons()) < 20 {
		t.Errorf("%d lexicons", len(lexicons()))
	}
}

func TestMatcherTakesTheLongest(t *testing.T) {
	m := parseLexicon("1\ta b c\n0.5\ta b\n0.25\tb\nbad line\n2\tc\n")
	sum := 0.0
	m.each(tokensOf("A b c a b d B c").folded, func(p phrase) { sum += p.weight })
	if sum != 1.75 {
		t.Errorf("weights sum to %v, want 1.75", sum)
	}
}

func FuzzParseLexicon(f *testing.F) {
	f.Add("1\tword\n0.5\ttwo words\n")
	f.Add("NaN\tx\n-1\ty\n1e999\tz\n\t\n")
	f.Fuzz(func(t *testing.T, text string) {
		parseLexicon(text).each(tokensOf(text).folded, func(p phrase) {
			if !(p.weight > 0 && p.weight <= 1) || len(p.hashes) > maxPhrase {
				t.Fatalf("phrase %v of weight %v", p.hashes, p.weight)
			}
		})
	})
}

func tokensOf(text string) *tokens {
	t := new(tokens)
	t.reset(text)
	return t
}
