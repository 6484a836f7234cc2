//go:build !amd64

package dedup

// leastValues lowers each v[k] to the least a[k]·x+b[k] of the shingles x.
func leastValues(v, a, b, shingles []uint64) { leastPortable(v, a, b, shingles) }

// leastPrimes lowers each v[k] to the least (a[k]·x+b[k] mod 2^64) mod 2^61-1 of the
// shingles x.
func leastPrimes(v, a, b, shingles []uint64) { leastPrimesPortable(v, a, b, shingles) }
