package dedup

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// Pairs of texts of exactly known similarity are found as often as
// 1-(1-s^rows)^bands says: within a hundredth and three standard errors where
// RECALL_FIGURES=1 asks for 20,000 pairs a point, else within four of fewer.
// Texts of less than leastSimilarity are found at most as often; that they share a
// band as often as the formula says is asked of all.
func TestRecallOfNamedSettings(t *testing.T) {
	full := os.Getenv("RECALL_FIGURES") != ""
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := Config{Near: name}.withDefaults()
			points, pairs, errors, off := []int{4, 8, 10, 12, 13, 14, 15, 16, 17, 18, 19}, 20000, 3.0, 0.01
			if !full {
				points, errors, off = []int{8, 12, 16, 18}, 4, 1
				pairs = max(300, 200000/c.values())
			}
			rng := rand.New(rand.NewPCG(uint64(c.Bands), uint64(c.Rows)))
			for _, p := range points {
				banded, found := recall(t, c, rng, p, pairs)
				s := float64(p) / 20
				want := detection(c, s)
				allowed := min(off, errors*math.Sqrt(want*(1-want)/float64(pairs))) + 1/float64(pairs)
				t.Logf("%-13s similarity %.2f: %.4f share a band, %.4f are found, formula %.4f ± %.4f", name, s, banded, found, want, allowed)
				if math.Abs(banded-want) > allowed || found > want+allowed || s >= 0.6 && found < want-allowed {
					t.Errorf("%s: at %.2f another share than the formula's", name, s)
				}
			}
		})
	}
}

// recall is the share of pairs of similarity p/20 that share a band, and of those
// that are linked.
func recall(t *testing.T, c Config, rng *rand.Rand, p, pairs int) (banded, found float64) {
	s := newSigner(c)
	for i := range pairs {
		a, b := pairOf(c, rng, p)
		if i < 20 {
			if got := exactJaccard(c, a, b); got != float64(p)/20 {
				t.Fatalf("a pair has similarity %v, want %d/20", got, p)
			}
		}
		_, x := s.sign(nil, a)
		_, y := s.sign(nil, b)
		if !shareBand(x[:c.Bands], y[:c.Bands]) {
			continue
		}
		banded += 1 / float64(pairs)
		if linked(c, x, y) {
			found += 1 / float64(pairs)
		}
	}
	return banded, found
}

func shareBand(x, y []uint64) bool {
	for band := range x {
		if x[band] == y[band] {
			return true
		}
	}
	return false
}

// pairOf is two texts with 6p of 120 shingles in common, or 2p of 40 where there
// are thousands of values: they begin alike.
func pairOf(c Config, rng *rand.Rand, p int) (a, b string) {
	k := 3
	if c.values() > 1000 {
		k = 1
	}
	n, shared := k*(20+p)+c.Shingle-1, 2*k*p+c.Shingle-1
	if c.Unit == Chars {
		return charPair(rng, n, shared)
	}
	common := prose(rng, shared, 1e9)
	x := append(slices.Clone(common), prose(rng, n-shared, 1e9)...)
	y := append(common, prose(rng, n-shared, 1e9)...)
	return strings.Join(x, " "), strings.Join(y, " ")
}

// charPair is two texts of n characters of which the first are shared, with a
// blank here and there, and then at once another letter.
func charPair(rng *rand.Rand, n, shared int) (a, b string) {
	x := make([]byte, n)
	for i := range x {
		if x[i] = 'a' + byte(rng.IntN(26)); i%7 == 6 && i != shared && i != n-1 {
			x[i] = ' '
		}
	}
	y := slices.Clone(x)
	for i := shared; i < n; i++ {
		if x[i] != ' ' {
			y[i] = 'a' + (x[i]-'a'+1+byte(rng.IntN(25)))%26
		}
	}
	return string(x), string(y)
}

// exactJaccard is the similarity of the sets of shingles of plain texts.
func exactJaccard(c Config, a, b string) float64 {
	set := func(text string) map[string]bool {
		units, all := strings.Split(text, ""), map[string]bool{}
		if c.Unit == Words {
			units = strings.Fields(text)
		}
		for i := range len(units) - c.Shingle + 1 {
			all[strings.Join(units[i:i+c.Shingle], "\x00")] = true
		}
		return all
	}
	x, y := set(a), set(b)
	both := 0
	for g := range x {
		if y[g] {
			both++
		}
	}
	return float64(both) / float64(len(x)+len(y)-both)
}
