//go:build !amd64

package dedup

// leastValues lowers each v[k] to the least a[k]·x+b[k] of the shingles x.
func leastValues(v, a, b, shingles []uint64) { leastPortable(v, a, b, shingles) }
