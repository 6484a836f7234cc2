package split

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

var batchCutters = map[string]BatchCutter{
	"gpt2": GPT2{}, "cl100k": CL100K(), "o200k": O200K(), "one digit": &GPT4{digits: 1, letters: letter, dark: dark},
	"two digits": &GPT4o{digits: 2}, "any digits": &GPT4{longS: true, letters: letter | mark, dark: symbol | other},
}

func allEnds(c BatchCutter, text string, room int) (ends []int32) {
	for i := 0; i < len(text); {
		batch := c.Ends(make([]int32, 0, room), text, i)
		ends = append(ends, batch...)
		i = int(batch[len(batch)-1])
	}
	return ends
}

func singleEnds(c Cutter, text string) (ends []int32) {
	for i := 0; i < len(text); {
		i = c.End(text, i)
		ends = append(ends, int32(i))
	}
	return ends
}

// TestEnds: many ends at once are those one by one.
func TestEnds(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	texts := readGolden(t).Texts
	parts := strings.Split("a b foo Bar FOO fooBar 1 22 333 4444 55555 ! !! ( _ / ' 's 'll 'X é 日 \u0301 \u00a0", " ")
	parts = append(parts, " ", " ", " ", "  ", "    ", "\t", "\n", "\r\n", "\v", "\n\n", "/\n")
	for range 5000 {
		var b strings.Builder
		pool := parts[:len(parts)-rng.IntN(12)]
		if rng.IntN(2) == 0 {
			pool = parts[rng.IntN(len(parts)-3):]
		}
		for range rng.IntN(80) {
			b.WriteString(pool[rng.IntN(len(pool))])
		}
		texts = append(texts, b.String())
	}
	for name, c := range batchCutters {
		for _, text := range texts {
			want := singleEnds(c, text)
			for _, room := range []int{1, 3, 1000} {
				if got := allEnds(c, text, room); !slices.Equal(got, want) {
					t.Fatalf("%s on %q, room for %d: %v, want %v", name, text, room, got, want)
				}
			}
		}
	}
}
