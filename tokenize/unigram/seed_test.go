package unigram

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"corpus/tokenize/count"
)

// countsOf counts words given in any order.
func countsOf(words ...string) count.Counts {
	counts := map[string]int64{}
	for _, w := range words {
		counts[w]++
	}
	return countsIn(counts)
}

func countsIn(counts map[string]int64) count.Counts {
	var sorted []string
	for w := range counts {
		sorted = append(sorted, w)
	}
	slices.Sort(sorted)
	return func(yield func(count.Count, error) bool) {
		for _, w := range sorted {
			if !yield(count.Count{Word: []byte(w), N: counts[w]}, nil) {
				return
			}
		}
	}
}

func textOf(t testing.TB, counts count.Counts) *text {
	t.Helper()
	words, err := count.Load(counts, wordBytes)
	if err != nil {
		t.Fatal(err)
	}
	txt, _ := newText(words, 1, nil)
	return txt
}

// slowSeeds counts every string of every word, with what stands around it. The
// place of a word's end, and of the cut after 16 characters, is like no other.
func slowSeeds(txt *text) (all []string) {
	type stats struct {
		n           int64
		left, right map[string]bool
	}
	seen := map[string]*stats{}
	for i := range txt.ends {
		word, n := txt.fragment(i)
		chars := []rune(word)
		for from := range chars {
			for to := from + 2; to <= min(len(chars), from+maxPieceChars); to++ {
				s := seen[string(chars[from:to])]
				if s == nil {
					s = &stats{left: map[string]bool{}, right: map[string]bool{}}
					seen[string(chars[from:to])] = s
				}
				s.n += n
				left, right := "none", "end"
				if from > 0 {
					left = string(chars[from-1])
				}
				if to < len(chars) && to < from+maxPieceChars {
					right = string(chars[to])
				}
				s.left[left], s.right[right] = true, true
			}
		}
	}
	type scored struct {
		s string
		n int64
	}
	var list []scored
	for s, st := range seen {
		repeats := func(around map[string]bool, edge string) bool { return len(around) > 1 || around[edge] }
		if st.n > 1 && repeats(st.left, "none") && repeats(st.right, "end") {
			list = append(list, scored{s, st.n * int64(utf8.RuneCountInString(s))})
		}
	}
	slices.SortFunc(list, func(a, b scored) int { return cmp.Or(cmp.Compare(b.n, a.n), strings.Compare(a.s, b.s)) })
	for _, l := range list {
		all = append(all, fmt.Sprint(l.s, " ", l.n))
	}
	return all
}

func TestSeeds(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 5))
		letters := []rune([]string{"a", "ab", "aéb", "字符語é", "a\x00b😀"}[seed%5])
		counts := map[string]int64{}
		for range 1 + rng.IntN(30) {
			w := make([]rune, 1+rng.IntN(24))
			for i := range w {
				w[i] = letters[rng.IntN(len(letters))]
			}
			counts[string(w)] += 1 + rng.Int64N(3)
		}
		txt := textOf(t, countsIn(counts))
		var got []string
		for _, s := range txt.seeds(1<<30, 1+int(seed)%3) {
			got = append(got, fmt.Sprint(txt.of(s), " ", s.score))
		}
		if want := slowSeeds(txt); !slices.Equal(got, want) {
			t.Fatalf("seed %d:\n got %q\nwant %q", seed, got, want)
		}
	}
}
