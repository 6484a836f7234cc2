package unigram

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// ways calls yield for every way to put a fragment together.
func ways(fragment string, pieces []string, sofar []int, yield func([]int)) {
	if fragment == "" {
		yield(sofar)
		return
	}
	for i, p := range pieces {
		if rest, ok := strings.CutPrefix(fragment, p); ok {
			ways(rest, pieces, append(sofar, i), yield)
		}
	}
}

// TestLattice compares with the list of all ways: the best, the second best of a
// piece, and how often pieces are expected.
func TestLattice(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	tr := trainer{pieces: []string{"a", "b", "ab", "ba", "aab", "bba", "abab"}}
	for range 200 {
		tr.scores = make([]float64, len(tr.pieces))
		for i := range tr.scores {
			tr.scores[i] = -rng.Float64() * 6
		}
		if err := tr.index(); err != nil {
			t.Fatal(err)
		}
		fragment := strings.Repeat("ab", rng.IntN(3)) + []string{"a", "aab", "bba", "abba"}[rng.IntN(4)]
		var best []int
		top, sum := math.Inf(-1), 0.0
		want := make([]float64, len(tr.pieces))
		ways(fragment, tr.pieces, nil, func(way []int) {
			score := 0.0
			for _, p := range way {
				score += tr.scores[p]
			}
			if score > top {
				top, best = score, slices.Clone(way)
			}
			sum += math.Exp(score)
			for _, p := range way {
				want[p] += math.Exp(score)
			}
		})
		l := new(lattice)
		l.search(tr.trie, tr.scores, fragment)
		var got []int
		l.path(len(fragment), func(p uint32) { got = append(got, int(p)) })
		slices.Reverse(got)
		if !slices.Equal(got, best) {
			t.Fatalf("%s: best way %v, want %v", fragment, got, best)
		}
		const count, unit = 3, 1 << 40
		expected := make([]int64, len(tr.pieces))
		l.expect(len(fragment), count*unit, expected)
		for i := range want {
			if got, want := float64(expected[i])/unit, want[i]/sum*count; math.Abs(got-want) > 1e-9 {
				t.Fatalf("%s: %s is expected %v times, want %v", fragment, tr.pieces[i], got, want)
			}
		}
	}
}

// TestSecond: the best way to put a piece together without itself.
func TestSecond(t *testing.T) {
	tr := trainer{pieces: []string{"a", "b", "c", "ab", "bc", "abc"}, scores: []float64{-1, -2, -3, -2.5, -6, -0.5}}
	if err := tr.index(); err != nil {
		t.Fatal(err)
	}
	l := new(lattice)
	l.search(tr.trie, tr.scores, "abc")
	var got []string
	l.second(3, func(p uint32) { got = append(got, tr.pieces[p]) })
	if !slices.Equal(got, []string{"c", "ab"}) {
		t.Errorf("%v", got)
	}
}

// TestLongFragment: neither the likeliest nor the unlikeliest of a thousand
// characters leaves the range of floats.
func TestLongFragment(t *testing.T) {
	for _, score := range []float64{-1e-9, -1, -40} {
		tr := trainer{pieces: []string{"a"}, scores: []float64{score}}
		for n := 2; n <= 16; n++ {
			tr.pieces, tr.scores = append(tr.pieces, strings.Repeat("a", n)), append(tr.scores, score*float64(n))
		}
		if err := tr.index(); err != nil {
			t.Fatal(err)
		}
		fragment := strings.Repeat("a", 1024)
		l := new(lattice)
		l.search(tr.trie, tr.scores, fragment)
		expected := make([]int64, len(tr.pieces))
		const unit = 1 << 30
		l.expect(len(fragment), unit, expected)
		chars := 0.0
		for i, n := range expected {
			chars += float64(n) / unit * float64(len(tr.pieces[i]))
		}
		if math.Abs(chars-1024) > 0.01 {
			t.Errorf("score %v: pieces of %v characters are expected in 1024", score, chars)
		}
	}
}
