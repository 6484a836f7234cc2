package learn

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// text is words of the symbols of begin.
type text struct {
	begin  []string
	words  [][]uint32
	counts []int64
	join   func(left, right string) string
}

func (x *text) learn(vocab int, change func(*learner)) *learner {
	words := NewWords(0, 0)
	for i, w := range x.words {
		words.Add(w, x.counts[i])
	}
	l := newLearner(words, Options{Tokens: x.begin, Vocab: vocab, Join: x.join})
	if change != nil {
		change(l)
	}
	l.run()
	return l
}

// slow learns by counting every pair again at each step.
func (x *text) slow(vocab int) (tokens []string, merges []Merge) {
	tokens = slices.Clone(x.begin)
	words := make([][]uint32, len(x.words))
	for i, w := range x.words {
		words[i] = slices.Clone(w)
	}
	refused := map[Merge]bool{}
	for len(tokens) < vocab {
		pairs := map[Merge]int64{}
		for i, w := range words {
			for j := range len(w) - 1 {
				pairs[Merge{Left: w[j], Right: w[j+1]}] += x.counts[i]
			}
		}
		var best Merge
		n := int64(0)
		for m, c := range pairs {
			if !refused[m] && (c > n || c == n && pairKey(m.Left, m.Right) < pairKey(best.Left, best.Right)) {
				best, n = m, c
			}
		}
		if n < minCount {
			break
		}
		token := x.join(tokens[best.Left], tokens[best.Right])
		if slices.Contains(tokens, token) {
			refused[best] = true
			continue
		}
		best.ID = uint32(len(tokens))
		tokens, merges = append(tokens, token), append(merges, best)
		for i, w := range words {
			var out []uint32
			for j := 0; j < len(w); j++ {
				if j+1 < len(w) && w[j] == best.Left && w[j+1] == best.Right {
					out = append(out, best.ID)
					j++
				} else {
					out = append(out, w[j])
				}
			}
			words[i] = out
		}
	}
	return tokens, merges
}

// random is a text of few letters, where runs and overlaps abound; of odd seeds
// as in WordPiece. Its first token is one that merges would make.
func random(seed uint64) *text {
	rng := rand.New(rand.NewPCG(seed, 7))
	x := &text{begin: []string{"aab"}, join: func(left, right string) string { return left + right }}
	letters := "abc"[:1+seed/2%3]
	x.begin = append(x.begin, strings.Split(letters, "")...)
	inner := uint32(0)
	if seed%2 == 1 {
		x.join = func(left, right string) string { return left + strings.TrimPrefix(right, "##") }
		for _, c := range letters {
			x.begin = append(x.begin, "##"+string(c))
		}
		inner = uint32(len(letters))
	}
	for range 60 {
		w := make([]uint32, 1+rng.IntN(24))
		for i := range w {
			w[i] = 1 + uint32(rng.IntN(len(letters)))
			if i > 0 {
				w[i] += inner
			}
		}
		x.words, x.counts = append(x.words, w), append(x.counts, 1+rng.Int64N(3))
	}
	return x
}

// TestMerges compares with the slow way.
func TestMerges(t *testing.T) {
	for seed := range uint64(120) {
		x := random(seed)
		tokens, merges := x.slow(len(x.begin) + 60)
		got := x.learn(len(x.begin)+60, nil)
		if !slices.Equal(got.tokens, tokens) || !slices.Equal(got.merges, merges) {
			t.Fatalf("seed %d: learnt %v, want %v", seed, got.tokens, tokens)
		}
	}
}

// TestFewPairs: forgetting rare pairs bounds what is held and changes nothing,
// even where they are wanted after all.
func TestFewPairs(t *testing.T) {
	forgot, again := false, false
	for seed := range uint64(60) {
		x := random(seed)
		want := x.learn(len(x.begin)+60, nil)
		got := x.learn(len(x.begin)+60, func(l *learner) { l.most = 6 })
		if !slices.Equal(got.merges, want.merges) {
			t.Fatalf("seed %d: with few pairs %v, want %v", seed, got.tokens, want.tokens)
		}
		if got.least > minCount {
			forgot = true
		} else if len(got.pairs.key) < len(want.pairs.key) {
			again = true
		}
	}
	if !forgot || !again {
		t.Errorf("pairs were forgotten: %v, and counted again: %v", forgot, again)
	}
}
