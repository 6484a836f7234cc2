package spacy

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"corpus/internal/words"
)

const golden = "testdata/golden.jsonl.gz"

// TestGolden compares hard and random texts with what datatrove makes of them.
func TestGolden(t *testing.T) {
	n, tokenizers := 0, map[string]*Tokenizer{}
	eachRecord(t, golden, func(r record) {
		n++
		tok := tokenizers[r.Lang]
		if tok == nil {
			tok = New(r.Lang)
			tokenizers[r.Lang] = tok
		}
		if got := texts(r.Text, tok.Append(nil, r.Text)); !slices.Equal(got, r.Tokens) {
			t.Errorf("%s %q:\nwant %q\ngot  %q", r.Lang, r.Text, r.Tokens, got)
		}
		if got := texts(r.Text, tok.Sentences(nil, r.Text)); !slices.Equal(got, r.Sentences) {
			t.Errorf("%s %q:\nwant sentences %q\ngot            %q", r.Lang, r.Text, r.Sentences, got)
		}
	})
	if n < 1500 || len(tokenizers) != len(theTable().langs) {
		t.Errorf("%d texts in %d languages", n, len(tokenizers))
	}
}

func TestHas(t *testing.T) {
	for _, lang := range strings.Fields("en de fr es it pt nl pl ru uk cs sv da nb no nn fi hu ro tr el bg hr sk sl ca id ar fa he xx bs") {
		if !Has(lang) || New(lang) == nil {
			t.Errorf("no rules for %s", lang)
		}
	}
	for _, lang := range []string{"", "zh", "ja", "ko", "th", "vi", "hi", "nonsense"} {
		if Has(lang) || New(lang) != nil {
			t.Errorf("rules for %q, to which datatrove gives none of them", lang)
		}
	}
}

func TestSymbol(t *testing.T) {
	text := "Well , “ no ” ... 3 $ € ° — \x01 。 a."
	want := map[string]bool{",": true, "“": true, "”": true, "...": true, "$": true, "\x01": true, "。": true}
	for _, s := range New("en").Append(nil, text) {
		if got := text[s.Start:s.End]; s.Symbol != want[got] && got != "—" {
			t.Errorf("Symbol of %q is %v", got, s.Symbol)
		}
	}
	for r, want := range map[rune]bool{'!': true, '—': true, '”': true, 0x1b: true, '。': true, '𑩂': true, '$': true, 'a': false, '€': false, '5': false} {
		if set := theTable(); set.has(set.named["symbol"], r) != want { // datatrove's PUNCTUATION_SET
			t.Errorf("%q is punctuation: want %v", r, want)
		}
	}
}

// TestPieces joins texts: what stands between empty lines is cut alike, wherever
// the tokens are handed on.
func TestPieces(t *testing.T) {
	var all, want []string
	tok := New("en")
	eachRecord(t, golden, func(r record) {
		if r.Lang == "en" && r.Text != "" && r.Text == strings.TrimSpace(r.Text) {
			all, want = append(all, r.Text), append(want, r.Tokens...)
		}
	})
	for range 6 {
		all, want = append(all, all...), append(want, want...)
	}
	text := strings.Join(all, "\n\n")
	if got := texts(text, tok.Append(nil, text)); !slices.Equal(got, want) {
		t.Errorf("%d tokens in one text of %d, not the %d of its pieces", len(got), len(text), len(want))
	}
	if len(want) < 10*batchTokens {
		t.Errorf("only %d tokens", len(want))
	}
}

func TestReuse(t *testing.T) {
	tok, text := New("en"), "Don't worry (e.g. at U.S. $5.50); visit www.example.com/x?y or e-mail me :-)\n\nBye! "
	dst := tok.Append(nil, text)
	if n := testing.AllocsPerRun(100, func() {
		dst = tok.Append(dst[:0], text)
		dst = tok.Sentences(dst[:0], text)
	}); n > 0 {
		t.Errorf("%v allocations a text", n)
	}
}

// TestLinear is over in a second, or, were anything quadratic, not at all.
func TestLinear(t *testing.T) {
	const size = 1 << 16
	var hard []string
	for _, a := range strings.Fields("a ( 1. α- ⓪ l' a@ :) <a 12' ab-ab a/ \xff") {
		hard = append(hard, strings.Repeat(a, size/len(a)), strings.Repeat(a, size/2/len(a))+strings.Repeat(")", size/2),
			strings.Repeat("(", size/2)+strings.Repeat(a, size/2/len(a)))
	}
	hard = append(hard, strings.Repeat("\n", size), strings.Repeat("a\n ", size/3), strings.Repeat(": ) ", size/4))
	for _, lang := range []string{"en", "fr", "el", "pt", "id"} {
		tok, dst := New(lang), []words.Span(nil)
		for _, text := range hard {
			dst = tok.Append(dst[:0], text)
			covers(t, text, dst)
		}
	}
}

// covers checks that spans are in order and hold all that is not white space.
func covers(t *testing.T, text string, spans []words.Span) {
	t.Helper()
	at, valid := 0, utf8.ValidString(text)
	for _, s := range spans {
		if int(s.Start) < at || s.End <= s.Start || int(s.End) > len(text) {
			t.Fatalf("span %v after %d of %d bytes", s, at, len(text))
		}
		if strings.TrimFunc(text[at:s.Start], isSpace) != "" {
			t.Fatalf("%q is in no token", text[at:s.Start])
		}
		at = int(s.End)
		if valid && !utf8.ValidString(text[s.Start:s.End]) {
			t.Fatalf("span %v cuts a character", s)
		}
	}
	if strings.TrimFunc(text[at:], isSpace) != "" {
		t.Fatalf("%q is in no token", text[at:])
	}
}

// has says whether set n holds r.
func (t *table) has(n int, r rune) bool {
	_, found := slices.BinarySearchFunc(t.sets[n], r, func(s span, r rune) int {
		switch {
		case s.hi < r:
			return -1
		case s.lo > r:
			return 1
		}
		return 0
	})
	return found
}

func isSpace(r rune) bool { return theTable().has(theTable().named["space"], r) }

func FuzzTokenizer(f *testing.F) {
	langs := slices.Sorted(maps.Keys(theTable().langs))
	for i, s := range []string{"I'm here (e.g. www.x.org/a?b).", "l'été... -t-il «a»", "12-én 5%", ":) : ) ((", "\xff\xfe a\u00a0b", "α-β 12' '12"} {
		f.Add(s, uint8(i*7))
	}
	tokenizers := map[string]*Tokenizer{}
	f.Fuzz(func(t *testing.T, text string, lang uint8) {
		name := langs[int(lang)%len(langs)]
		tok := tokenizers[name]
		if tok == nil {
			tok = New(name)
			tokenizers[name] = tok
		}
		spans := tok.Append(nil, text)
		covers(t, text, spans)
		covers(t, text, tok.Sentences(nil, text))
		if again := New(name).Append(nil, text); !slices.Equal(spans, again) {
			t.Fatalf("%q: %v, anew %v", text, spans, again)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	text := strings.Repeat("It was the best of times, it was the worst of times; we had everything before us, "+
		"and Mr. Lorry's well-known answer (in 1775) wasn't heard. ", 30)
	for _, lang := range []string{"en", "fr", "xx"} {
		b.Run(lang, func(b *testing.B) {
			tok, dst := New(lang), []words.Span(nil)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				dst = tok.Append(dst[:0], text)
			}
		})
	}
}
