package toxic

import (
	"slices"
	"strings"
	"testing"

	"corpus/filter/linear"
)

// listed is the entries of the English list that are found in text.
func listed(t testing.TB, text string) (found []string) {
	t.Helper()
	var tokens linear.Tokens
	l := lexicons()["en"]
	l.spellings.cut(&tokens, text)
	l.each(&tokens, func(at int, p phrase) {
		last := at + len(p.hashes) - 1
		found = append(found, text[tokens.Spans[at].Start:tokens.Spans[last].End])
	})
	return found
}

// TestSpellings: disguised words are found as they stand in the text.
func TestSpellings(t *testing.T) {
	for _, text := range []string{
		"fuck", "FUCK", "sh1t", "Sh!t", "$hit", "5hit", "f*ck", "fu*k", "f**k", "F**K", "f#ck", "a$$", "@ss", "@$$hole", "b!tch", "b1tch", "c0cks",
		"pu$$y", "c*nt", "w@nker", "n1gger", "fuuuuck", "shiiiit", "asssshole", "f u c k", "F U C K", "f.u.c.k", "f-u-c-k", "s h i t", "a$$hole",
		"piece of shit", "c u n t", "8itch",
	} {
		for _, frame := range []string{"%", "you % you", "What a %!", "(%)", "\"%\", he said", "%...", "'%'", "#%", "He is a %.", "%!!!", "I % a"} {
			if got := listed(t, strings.Replace(frame, "%", text, 1)); !slices.Equal(got, []string{text}) {
				t.Errorf("%q in %q: found %q", text, frame, got)
			}
		}
	}
}

// TestOrdinaryWords: nothing is found inside other words, in numbers, in code.
func TestOrdinaryWords(t *testing.T) {
	for _, text := range []string{
		"Scunthorpe, Penistone, Essex and Sussex assess the class of cockpits and cocktails; a grass bass passes.",
		"Matsushita analyses the analogue Dickensian therapist's title and basement documentation.",
		"0x455 a55 b00b5 455 0xdeadbeef 5ee 5417 1d1c7 3.14159 5h 1.t 1e5 8x8 #455 $5.55 50% 2x4",
		"for (i = 0; i < n; i++) { *p++ = a[i] * b[i]; if (!s) return *t; } x = f*c*k; y = a*s*s; s* h*i; p->t!=0;",
		"$(ls) $0 $1 $$ $@ $* a && b || c | d; echo a$ s$ @param @s @override user@example.com f@g.org c$t",
		"P E A C O C K  C O C K P I T  a b c d e f g h i j k l m n o p q r s t u v w x y z",
		"U.S.A. e.g. i.e. A.S.S.E.T. x-y-z t-i-t-l-e",
		"aaaa ssss ....... ***** ##### !!!! hmmmm yesss coool asss1 www zzz",
		"C++11 s3cret p4ssword a1 b2 h4x0r l33t pr0xy m8 gr8 k8s i18n l10n a11y",
		"der Klasse Massachusetts shitake mushrooms, Hancock and Babcock at Middlesex",
		"template<class T> T* f(T** k, T* s); a[$i] = $x{'t'}; s/t/*/; f**2; x**k",
		"**bold** *emphasis* ## heading *** #include #define ASSERT(x)",
	} {
		if got := listed(t, text); len(got) > 0 {
			t.Errorf("%q: found %q", text, got)
		}
	}
}

// TestCutIsLinear: what could be tried again and again is not.
func TestCutIsLinear(t *testing.T) {
	var tokens linear.Tokens
	for _, unit := range []string{"a ", "a.", "([", "$", "a$", "*a", "1a", "a\n", "aaaa", "!?"} {
		tokens.Reset()
		lexicons()["en"].spellings.cut(&tokens, strings.Repeat(unit, 1<<20/len(unit)))
		if tokens.Len() > maxTokens || tokens.Len() != len(tokens.Spans) {
			t.Errorf("%q: %d tokens, %d spans", unit, tokens.Len(), len(tokens.Spans))
		}
	}
}

// TestTokensStand: tokens lie in the text in order, whatever it is.
func FuzzCut(f *testing.F) {
	f.Add("you f u c k, a$$h0le! fuuuck f**k\xff")
	f.Fuzz(func(t *testing.T, text string) {
		var tokens linear.Tokens
		lexicons()["en"].spellings.cut(&tokens, text)
		end := int32(0)
		for _, s := range tokens.Spans {
			if s.Start < end || s.End <= s.Start || int(s.End) > len(text) {
				t.Fatalf("span %v after %d in %q", s, end, text)
			}
			end = s.End
		}
		if len(tokens.Spans) != tokens.Len() {
			t.Fatalf("%d spans for %d tokens", len(tokens.Spans), tokens.Len())
		}
	})
}
