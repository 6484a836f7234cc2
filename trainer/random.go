package trainer

import (
	"hash/fnv"
	"math/rand/v2"

	"corpus/shards/order"
)

// Domains keep the random streams of one seed apart.
const (
	domainInit uint64 = iota + 1
	domainOrder
	domainNoise
	domainDropout
	domainSample
	domainValid
	domainPhase
)

// stream is a PCG source of its own for the given words: equal words give equal
// numbers, different words independent ones.
func stream(words ...uint64) *rand.Rand {
	return rand.New(rand.NewPCG(fold(0x9e3779b97f4a7c15, words), fold(0xd1b54a32d192ed03, words)))
}

func fold(h uint64, words []uint64) uint64 {
	for _, w := range words {
		h = order.Scramble(h ^ order.Scramble(w))
	}
	return h
}

// word hashes a name (FNV-1a, 64 bits) for use in stream.
func word(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return h.Sum64()
}
