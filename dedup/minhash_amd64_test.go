package dedup

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"golang.org/x/sys/cpu"
)

// The vector instructions give what the portable code gives, at the ends of the
// range too.
func TestVectorsAreEqualToPortable(t *testing.T) {
	if !cpu.X86.HasAVX2 {
		t.Skip("this processor has no AVX2")
	}
	rng := rand.New(rand.NewPCG(21, 21))
	for _, n := range []int{lanes, 7 * lanes, 563 * lanes} {
		for _, count := range []int{1, 2, 3, 300} {
			a, b, shingles := numbers(rng, n), numbers(rng, n), numbers(rng, count)
			v := slices.Repeat([]uint64{math.MaxUint64, 1 << 63, 1<<63 - 1, 0}, n/4)
			check := func(name string, least, portable func(v, a, b, shingles []uint64)) {
				got, want := slices.Clone(v), slices.Clone(v)
				portable(want, a, b, shingles)
				if least(got, a, b, shingles); !slices.Equal(got, want) {
					t.Errorf("%s: %d values of %d shingles differ", name, n, count)
				}
			}
			check("AVX2", leastAVX2, leastPortable)
			if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ {
				check("AVX-512", leastAVX512, leastPortable)
				check("AVX-512 mod 2^61-1", leastPrimesAVX512, leastPrimesPortable)
			}
		}
	}
}

// numbers is n of them, one in eight at an end of the range.
func numbers(rng *rand.Rand, n int) []uint64 {
	ends := []uint64{0, 1, math.MaxUint32, 1 << 32, 1<<63 - 1, 1 << 63, math.MaxUint64}
	all := make([]uint64, n)
	for i := range all {
		if all[i] = rng.Uint64(); rng.IntN(8) == 0 {
			all[i] = ends[rng.IntN(len(ends))]
		}
	}
	return all
}

func BenchmarkLeastValues(b *testing.B) {
	rng := rand.New(rand.NewPCG(22, 22))
	v, p, q, shingles := numbers(rng, 112), numbers(rng, 112), numbers(rng, 112), numbers(rng, 300)
	for name, least := range map[string]func(v, a, b, shingles []uint64){"portable": leastPortable, "avx2": leastAVX2, "avx512": leastAVX512} {
		if name == "avx512" && !cpu.X86.HasAVX512DQ || !cpu.X86.HasAVX2 {
			continue
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				least(v, p, q, shingles)
			}
		})
	}
}
