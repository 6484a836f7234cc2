package filter

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"corpus"
	"corpus/filter/bias"
	"corpus/filter/recipe"
	"corpus/internal/edit"
)

// hostile are texts of n bytes or some more that wait for whoever looks back or
// ahead too far.
func hostile(n int) []string {
	texts := []string{"", " \t\r\n\u00a0\u3000", "xq zzkj 12 -- 7", "https://example.com/" + strings.Repeat("a/b?c=d&", n/8)}
	for _, s := range []string{
		// Words, white space, lines.
		"a", "abcdefghij", " ", "\n", " \n", "\r\n", "\t", "\u00a0", "\u200b", "\ufeff", "a b ", "aB", "a\n\n", "the same paragraph\n\n", "• a\n", "a...\n",
		// Scripts and marks.
		"😀", "👩‍👩‍👧‍👦", "\u0301", "e\u0301", "\u202eשָׁלוֹם עֲלֵיכֶם ", "السَّلَامُ عَلَيْكُمْ ", "hello привет 你好 مرحبا שלום สวัสดี こんにちは 안녕 ", "的一是不了人我在有他",
		"สวัสดีครับ", "こんにちは", "안녕하세요", "İI", "ſK", "𐌰𐌱𐌲", "𝒜𝐁", "\ufffd", "\x00", "\x01\x02\x1b\x7f\u0085\u2028",
		// Marks in a row, numbers, code.
		"4", "0123456789", "@", ":", ".", "a.", "a@b.", "{", "(", "[", "\"", "'", "-", "a-", "/", "1,", "#", "_", "+", "…", "1/2-", "[1]", "e.g.", "a.\"') ",
		`function a(b){if(b==1){return c[d]};var e="f";for(;;){}}`,
		// What rules, lists and finders begin at.
		"http://", "www.", "http://u:p@", "1.2.3.4.", "fe80:", "4111 1111 1111 1111 ", "DE89370400440532013000 ", "+1 415 555 2671 ", "+1-415-", "password: ",
		"password=", "-----BEGIN RSA PRIVATE KEY-----\n", "eyJhbGciOiJIUzI1NiJ9.", "AKIAIOSFODNN7EXAMPLE", "shit ", "she said her ", "terms of use\n", "javascript. ",
		"lorem ipsum ", "read more... ", "3 likes\n", "a@b.co ", "This is a sentence. ", "the same ten words again and again until the end ",
	} {
		texts = append(texts, strings.Repeat(s, n/len(s)+1))
	}
	for _, form := range []string{"line %d is here\n", "w%d ", "user%d@mail.com, ", "http://h%d.example.com/a ", "%d. ", "9.10.%d.7 "} {
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, form, i)
		}
		texts = append(texts, b.String())
	}
	return texts
}

// TestHostile: with every recipe and everything on, a text of any kind is measured
// in full, and its edits leave text. One kind of work that looks at all that is
// before it would take hours.
func TestHostile(t *testing.T) {
	long := strings.Repeat("é😀 \n", 4<<20/8+9) // what is measured ends within it
	for k, name := range recipe.Names() {
		c := Config{Recipe: name, PII: PIIMask, Mixed: MixedDrop, Toxicity: toxicModes[k%len(toxicModes)]}
		m, kinds := newMeter(c.kinds(), c.edits()), c.kinds()
		for i, text := range append(hostile(8<<10), long) {
			lang := []string{"en", "", "zh", "th", "xx"}[i%5]
			values, edits := m.measure(text, lang)
			if n := columns(kinds) + len(leftColumns); len(values) != n {
				t.Errorf("%s, %.20q: %d values of %d attributes", name, text, len(values), n)
			}
			for _, v := range values {
				if math.IsInf(v, 0) {
					t.Errorf("%s, %.20q: %v", name, text, values)
				}
			}
			checkEdits(t, name, text, edits)
		}
	}
}

func columns(kinds []kind) (n int) {
	for _, k := range kinds {
		n += len(k.attributes)
	}
	return n
}

// checkEdits holds edits against what package corpus says of them.
func checkEdits(t *testing.T, name, text string, edits []corpus.Edit) {
	t.Helper()
	at := 0
	for _, e := range edits {
		if e.Start < at || e.End <= e.Start || e.End > len(text) || e.Rule == "" {
			t.Fatalf("%s, %.20q: edit %+v behind %d of %d bytes", name, text, e, at, len(text))
		}
		if !utf8.ValidString(text[at:e.Start]) || !utf8.ValidString(text[e.Start:e.End]) || !utf8.ValidString(e.With) {
			t.Fatalf("%s, %.20q: edit %+v is not at whole characters", name, text, e)
		}
		at = e.End
	}
	if out := edit.Apply(text, edits); !utf8.ValidString(out) {
		t.Fatalf("%s, %.20q: %.20q is left", name, text, out)
	}
}

// TestCeiling: with everything on, a worker's passes fit 512 MiB. What processes
// really take on such texts is measured by bench/filter_memory.py.
func TestCeiling(t *testing.T) {
	for _, name := range recipe.Names() {
		c := Config{Recipe: name, PII: PIIMask, Mixed: MixedDrop, Toxicity: ToxicMask, Augment: augmentGender, Balance: "domain=cap:1%"}
		for _, p := range Stage(c).Passes {
			if p.Memory <= 0 || p.Memory > 512<<20 {
				t.Errorf("%s, %s: %d MiB", name, p.Name, p.Memory>>20)
			}
		}
	}
}

// TestHostileScores: every method scores texts of any kind, and each kind can be
// copied with its gendered words swapped.
func TestHostileScores(t *testing.T) {
	good, bad := writeFile(t, "good.txt", strings.Repeat("a good word or two\n\n", 400)), writeFile(t, "bad.txt", strings.Repeat("buy it now\n\n", 900))
	q, _, err := TrainQuality([]string{good}, []string{bad}, 1)
	if err != nil {
		t.Fatal(err)
	}
	p, err := LoadPerplexity([]string{good}, func(string) (string, float64) { return "en", 1 })
	if err != nil {
		t.Fatal(err)
	}
	quality, perplexity, bags, value := q.scorer(), p.scorer(), newBagger(), make([]float64, 1)
	for _, text := range hostile(8 << 10) {
		for _, score := range []scorer{quality, perplexity} {
			if score(value, text, "en"); math.IsInf(value[0], 0) || math.IsNaN(value[0]) {
				t.Errorf("%.20q scores %v", text, value[0])
			}
		}
		bags.add(text, "en")
		bags.add(text, "zh")
		if other, _ := bias.SwapGender(text); !utf8.ValidString(other) {
			t.Errorf("%.20q becomes %.20q", text, other)
		}
	}
}
