package split

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dlclark/regexp2"
)

var gpt2Pattern = regexp2.MustCompile(`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`, regexp2.None)

// oracle splits by a backtracking engine. Its classes are those of Go's
// Unicode, so runes that Go does not know as Unicode 16.0 does are made spaces
// before (see sameClass).
func oracle(t testing.TB, text string) (words []string) {
	t.Helper()
	m, err := gpt2Pattern.FindStringMatch(text)
	for ; m != nil && err == nil; m, err = gpt2Pattern.FindNextMatch(m) {
		words = append(words, m.String())
	}
	if err != nil {
		t.Fatal(err)
	}
	return words
}

func split(text string) (words []string) {
	for i := 0; i < len(text); {
		end := GPT2{}.End(text, i)
		words = append(words, text[i:end])
		i = end
	}
	return words
}

func sameClass(r rune) rune {
	if goClass(r) != unicode16.of(r) {
		return ' '
	}
	return r
}

func TestSplit(t *testing.T) {
	for text, want := range map[string]string{
		"Hello world":         "Hello| world",
		"you're he'll 'S 'xs": "you|'re| he|'ll| '|S| '|xs",
		"a  b":                "a| | b",
		"a   ":                "a|   ",
		"a \n b":              "a| \n| b",
		"a\nb\n\nc":           "a|\n|b|\n|\n|c",
		"x\u00a0y":            "x|\u00a0|y",
		"1½ 2":                "1½| 2",
		"!?… ok":              "!?…| ok",
		" 's":                 " '|s",
		"'":                   "'",
		"'l":                  "'|l",
		"我 是 1":               "我| 是| 1",
		"\u1c89 \ua7cb":       "\u1c89| \ua7cb", // letters since Unicode 16.0
	} {
		if got := strings.Join(split(text), "|"); got != want {
			t.Errorf("split(%q) = %q, want %q", text, got, want)
		}
	}
}

// TestSplitOracle compares with the backtracking engine on random text made to
// hit the corners of the pattern.
func TestSplitOracle(t *testing.T) {
	parts := strings.Split("' '' 's 't 're 've 'm 'll 'd 'S l r v e s a Zz é 日本 ñ̃ 1 23 ½ ٣ . !? … 👍🏽 _ - \u00ad \u200b \u180e \u001c", " ")
	parts = append(parts, " ", "  ", "   ", "\n", "\r\n", "\t", "\v", "\u0085", "\u00a0", "\u2028", "\u3000")
	rng := rand.New(rand.NewPCG(1, 2))
	for range 30000 {
		var b strings.Builder
		for range 1 + rng.IntN(12) {
			if rng.IntN(8) == 0 {
				b.WriteRune(sameClass(randomRune(rng)))
			} else {
				b.WriteString(parts[rng.IntN(len(parts))])
			}
		}
		if got, want := split(b.String()), oracle(t, b.String()); !slices.Equal(got, want) {
			t.Fatalf("split(%q) = %q, want %q", b.String(), got, want)
		}
	}
}

func randomRune(rng *rand.Rand) rune {
	for {
		if r := rune(rng.IntN(0x20000)); utf8.ValidRune(r) {
			return r
		}
	}
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{"", " a", "it's  ok\n", "\xff\xfe'll", "１２ 三"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.Map(sameClass, strings.ToValidUTF8(text, "\ufffd"))
		if got, want := split(text), oracle(t, text); !slices.Equal(got, want) {
			t.Fatalf("split(%q) = %q, want %q", text, got, want)
		}
	})
}
