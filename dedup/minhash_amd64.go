package dedup

import "golang.org/x/sys/cpu"

// leastValues lowers each v[k] to the least a[k]·x+b[k] of the shingles x.
func leastValues(v, a, b, shingles []uint64) {
	switch {
	case len(shingles) == 0 || len(v) == 0:
	case cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ:
		leastAVX512(v, a, b, shingles)
	case cpu.X86.HasAVX2:
		leastAVX2(v, a, b, shingles)
	default:
		leastPortable(v, a, b, shingles)
	}
}

// leastAVX512 is leastPortable with AVX-512 F and DQ. All of v, a and b are as
// long, a multiple of lanes and not 0; there is at least one shingle.
//
//go:noescape
func leastAVX512(v, a, b, shingles []uint64)

// leastAVX2 is the same with AVX2, which has no 64-bit product: it is made of
// three 32-bit ones.
//
//go:noescape
func leastAVX2(v, a, b, shingles []uint64)

// leastPrimes lowers each v[k] to the least (a[k]·x+b[k] mod 2^64) mod 2^61-1 of the
// shingles x.
func leastPrimes(v, a, b, shingles []uint64) {
	switch {
	case len(shingles) == 0 || len(v) == 0:
	case cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ:
		leastPrimesAVX512(v, a, b, shingles)
	default:
		leastPrimesPortable(v, a, b, shingles)
	}
}

// leastPrimesAVX512 is leastPrimesPortable, of what leastAVX512 takes.
//
//go:noescape
func leastPrimesAVX512(v, a, b, shingles []uint64)
