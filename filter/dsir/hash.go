package dsir

import (
	"crypto/sha256"
	"encoding/binary"
)

// remainder is the bucket of a SHA-256: the sum as a big-endian number modulo
// Buckets.
func remainder(sum []byte) int {
	const shift = (1<<64 - 1) % Buckets // 2^64 ≡ shift+1
	rest := uint64(0)
	for i := 0; i < sha256.Size; i += 8 {
		rest = (rest*(shift+1) + binary.BigEndian.Uint64(sum[i:])%Buckets) % Buckets
	}
	return int(rest)
}

// FNV-1a, which says where in a cache an n-gram belongs.
const (
	seed  = 0xcbf29ce484222325
	prime = 0x100000001b3
)

// Sizes of the caches: most n-grams of a text are among a few, which fit the
// processor's caches, and a SHA-256 takes ten times as long as to find one there.
const (
	wordBits, pairBits       = 12, 15
	wordEntries, pairEntries = 1 << wordBits, 1 << pairBits
	entryBytes               = 32
	maxCached                = entryBytes - 3
)

// cache remembers the buckets of short n-grams. It compares their bytes, so what
// it answers is never a matter of chance.
type cache struct {
	entries []entry
	shift   int
}

type entry struct {
	bucket uint16
	n      uint8
	text   [maxCached]byte
}

func newCache(entries int) *cache {
	c := &cache{entries: make([]entry, entries), shift: 64}
	for ; entries > 1; entries /= 2 {
		c.shift--
	}
	return c
}

// bucket is the bucket of an n-gram with that fingerprint.
func (c *cache) bucket(gram []byte, print uint64) int {
	if len(gram) > maxCached {
		sum := sha256.Sum256(gram)
		return remainder(sum[:])
	}
	e := &c.entries[print*0x9e3779b97f4a7c15>>c.shift]
	if string(e.text[:e.n]) != string(gram) {
		sum := sha256.Sum256(gram)
		e.bucket, e.n = uint16(remainder(sum[:])), uint8(copy(e.text[:], gram))
	}
	return int(e.bucket)
}
