package order

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func source(seed, epoch uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, epoch)) }

// TestPermutation: every order is a bijection, and another epoch is another one.
func TestPermutation(t *testing.T) {
	for _, n := range []uint64{1, 2, 3, 4, 5, 7, 16, 17, 64, 65, 100, 1000, 4097} {
		var last []uint64
		for epoch := range uint64(3) {
			p := NewPermutation(n, source(7, epoch))
			seen, order := make([]bool, n), make([]uint64, n)
			for i := range n {
				order[i] = p.At(i)
				if order[i] >= n || seen[order[i]] {
					t.Fatalf("n %d, epoch %d: %d is there twice or too large", n, epoch, order[i])
				}
				seen[order[i]] = true
			}
			if n > 50 && slices.Equal(order, last) {
				t.Errorf("n %d: epoch %d has the order of the one before", n, epoch)
			}
			last = order
		}
	}
}

// TestPermutationMixes: over many seeds each example comes to each place about
// equally often (chi-squared, 24 degrees of freedom), and neighbours do not stay
// neighbours.
func TestPermutationMixes(t *testing.T) {
	const n, seeds = 25, 4000
	var count [n][n]float64
	neighbours := 0
	for seed := range uint64(seeds) {
		p := NewPermutation(n, source(seed, 0))
		for i := range uint64(n) {
			count[i][p.At(i)]++
			if i > 0 && p.At(i) == p.At(i-1)+1 {
				neighbours++
			}
		}
	}
	for i := range count {
		chi := 0.0
		for _, c := range count[i] {
			chi += (c - seeds/n) * (c - seeds/n) / (seeds / n)
		}
		if chi > 65 { // p = 1e-5
			t.Errorf("place %d: chi-squared %v over 24 degrees of freedom", i, chi)
		}
	}
	// In a random order the next place holds the next example once in n.
	if got := float64(neighbours) / (seeds * (n - 1)); math.Abs(got-1.0/n) > 0.004 {
		t.Errorf("neighbours stay together at rate %v, want %v", got, 1.0/n)
	}
}

func FuzzPermutation(f *testing.F) {
	f.Add(uint64(10), uint64(1), uint64(0), uint64(3))
	f.Add(uint64(1)<<40, uint64(1), uint64(5), uint64(1)<<39)
	f.Fuzz(func(t *testing.T, n, seed, epoch, i uint64) {
		if n == 0 || n > 1<<62 {
			return
		}
		if p := NewPermutation(n, source(seed, epoch)); p.At(i%n) >= n {
			t.Fatalf("%d of %d becomes %d", i%n, n, p.At(i%n))
		}
	})
}
