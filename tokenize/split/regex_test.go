package split

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/dlclark/regexp2"
)

// regex2 gives the places of all matches by a backtracking engine of others.
func regex2(t testing.TB, re *regexp2.Regexp, text string) (found []part) {
	t.Helper()
	places := []int{}
	for i := range text {
		places = append(places, i)
	}
	places = append(places, len(text))
	m, err := re.FindStringMatch(text)
	for ; m != nil && err == nil; m, err = re.FindNextMatch(m) {
		found = append(found, part{span{places[m.Index], places[m.Index+m.Length]}, true})
	}
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func ourMatches(re *regex, text string) (found []part) {
	for _, p := range re.parts(nil, text) {
		if p.found {
			found = append(found, p)
		}
	}
	return found
}

// TestRegexOracle makes expressions at random that mean the same in both
// engines: they differ in what is empty, and in {n,m} within {n,m}.
func TestRegexOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	compared := 0
	for range 500 {
		expr := randomExpr(rng, 3)
		re, err := compile(expr)
		if err != nil {
			continue
		}
		theirs := regexp2.MustCompile(expr, regexp2.None)
		for range 20 {
			text := randomText(rng)
			got, want := ourMatches(re, text), regex2(t, theirs, text)
			if slices.ContainsFunc(want, func(p part) bool { return p.start == p.end }) {
				continue
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%s finds %v in %q, want %v", expr, got, text, want)
			}
			compared++
		}
	}
	if compared < 1000 {
		t.Errorf("only %d texts were compared", compared)
	}
}

func randomExpr(rng *rand.Rand, depth int) string {
	atoms := []string{"a", "b", "é", "ab", `\d`, `\p{L}`, `[^\s\p{L}]`, `[ab\p{Nd}]`, ` ?`, `\s`, `[a-c]`, `.`, `(?i:s)`}
	if depth == 0 {
		return atoms[rng.IntN(len(atoms))]
	}
	sub := func() string { return randomExpr(rng, depth-1) }
	switch rng.IntN(10) {
	case 0, 1, 2:
		return sub() + sub()
	case 3, 4:
		return "(?:" + sub() + "|" + sub() + ")"
	case 5, 6:
		return "(?:" + sub() + ")" + []string{"*", "+", "?", "+?", "??", "{2}", "??b", "{0,3}?a"}[rng.IntN(8)]
	case 7:
		return "(?=" + sub() + ")" + sub()
	case 8:
		return sub() + "(?!" + sub() + ")"
	}
	return []string{"(?>", "(?<=", "(?<!", "("}[rng.IntN(4)] + sub() + ")" + sub()
}

func randomText(rng *rand.Rand) string {
	parts := []string{"a", "b", "c", "é", "s", "S", "1", "23", " ", "  ", "\n", "!", "日"}
	var b strings.Builder
	for range 1 + rng.IntN(12) {
		b.WriteString(parts[rng.IntN(len(parts))])
	}
	return b.String()
}

// FuzzRegex: no expression makes the parser panic or a find take for ever, and
// what both engines read alike they find alike.
func FuzzRegex(f *testing.F) {
	for _, expr := range []string{`(?:a+)+b`, `[a-c&&[^b]]+|\p{Lu}{1,3}+`, `(?<=a|b)\s+(?!\S)`, `(?i:'s|'t)|\x{1F600}`} {
		f.Add(expr, "aab 's 12\n")
	}
	f.Fuzz(func(t *testing.T, expr, text string) {
		if len(expr) > 100 || len(text) > 200 {
			return
		}
		re, err := compile(expr)
		if err != nil {
			return
		}
		text = strings.ToValidUTF8(text, "")
		at := 0
		for _, p := range re.parts(nil, text) {
			if p.start != at || p.end < p.start {
				t.Fatalf("%q on %q: %v does not go on at %d", expr, text, p, at)
			}
			at = p.end
		}
		if at != len(text) {
			t.Fatalf("%q on %q: ends at %d", expr, text, at)
		}
	})
}
