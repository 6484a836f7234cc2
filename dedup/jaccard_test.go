package dedup

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// Sets of hashes, some of them repeated, some in one bucket, sort as slices do.
func TestHashSorter(t *testing.T) {
	rng := rand.New(rand.NewPCG(20, 20))
	s := new(hashSorter)
	for _, n := range []int{0, 1, 2, 3, 4, 5, 300, 1023, 1024, 1025, maxBuckets, maxBuckets + 1, 20000} {
		for _, draw := range []func() uint64{
			rng.Uint64,
			func() uint64 { return rng.Uint64() >> 32 },
			func() uint64 { return mix(rng.Uint64N(10)) },
			func() uint64 { return ^uint64(0) - rng.Uint64N(3) },
		} {
			hashes := make([]uint64, n)
			for i := range hashes {
				hashes[i] = draw()
			}
			want := slices.Sorted(slices.Values(hashes))
			if s.sort(hashes); !slices.Equal(hashes, want) {
				t.Fatalf("%d hashes are not in order", n)
			}
		}
	}
}

// Two sets have as much in common as maps say, whole or in pieces.
func TestCommon(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 21))
	draw := func() []uint64 {
		set := make([]uint64, rng.IntN(100))
		for i := range set {
			set[i] = rng.Uint64N(150)
		}
		slices.Sort(set)
		return slices.Compact(set)
	}
	for range 500 {
		a, b, both := draw(), draw(), 0
		for _, x := range a {
			if slices.Contains(b, x) {
				both++
			}
		}
		if n, _ := common(a, b); n != both {
			t.Fatalf("%v and %v: %d in common, want %d", a, b, n, both)
		}
		n, at := 0, 0
		for piece := range slices.Chunk(a, 1+rng.IntN(20)) {
			more, passed := common(piece, b[at:])
			n, at = n+more, at+passed
		}
		if n != both {
			t.Fatalf("%v in pieces and %v: %d in common, want %d", a, b, n, both)
		}
	}
}

// The set of a text is its shingles, each once: words in lower case, numbers
// merged, pairs of Han characters, all of a text that is shorter than one.
func TestShingleSet(t *testing.T) {
	s := newShingleSet(Config{}.withDefaults())
	for text, want := range map[string]int{
		"":                    0,
		"===":                 0,
		"one":                 1,
		"one two three":       1,
		"a b c d e":           1,
		"a b c d e f g":       3,
		"a a a a a a a a a a": 1,
		"天":                   1,
		"天地玄黃":                3,
		"天地，天地。天地":            2, // 天地, 地天
		strings.Repeat("word ", 3*batchWords) + "end": 2,
	} {
		if got := len(s.of(text)); got != want {
			t.Errorf("%.20q: %d shingles, want %d", text, got, want)
		}
	}
	one := slices.Clone(s.of("Page 12 of 345, printed in 2024."))
	if two := s.of("page 7 of 89 printed in 1999"); !slices.Equal(one, two) {
		t.Error("numbers make other shingles")
	}
	if other := s.of("page seven of eighty printed in 1999"); len(other) != len(one) || slices.Equal(one, other) {
		t.Errorf("%d shingles, before %d; want as many and others", len(other), len(one))
	}
}

func TestOverlap(t *testing.T) {
	if s := (overlap{both: 3, all: 4}).similarity(); s != 0.75 {
		t.Errorf("3 of 4: %v", s)
	}
	if s := (overlap{}).similarity(); !math.IsNaN(s) {
		t.Errorf("two empty sets: %v", s)
	}
}

// BenchmarkShingleSet is bytes to set, on texts of 2 kB.
func BenchmarkShingleSet(b *testing.B) {
	rng := rand.New(rand.NewPCG(10, 10))
	english := strings.Join(prose(rng, 312, 1e4), " ")
	for len(english) < 2000 {
		english += " word"
	}
	for name, text := range map[string]string{"words": english[:2000], "han": string(hanText(rng, 667))} {
		b.Run(name, func(b *testing.B) {
			s := newShingleSet(Config{}.withDefaults())
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				s.of(text)
			}
		})
	}
}

// Of no text the set is larger than what the memory is claimed for.
func FuzzShingleSet(f *testing.F) {
	for _, seed := range []string{"", "a b c d e f g", "a1b2", "中a文b字c", "ไท ก1ข", "a'b\"c", "あカa1"} {
		f.Add(seed)
	}
	c := Config{Shingle: 1}.withDefaults()
	s := newShingleSet(c)
	f.Fuzz(func(t *testing.T, text string) {
		set := s.of(text)
		if len(set) > c.mostShingles(len(text)) {
			t.Fatalf("%d shingles of %d bytes", len(set), len(text))
		}
		if len(set) == 0 != (s.signer.count == 0) {
			t.Fatalf("%d shingles of %d words", len(set), s.signer.count)
		}
		if !slices.IsSorted(set) || len(slices.Compact(set)) != len(set) {
			t.Fatal("the hashes do not ascend")
		}
	})
}
