package langid

import (
	"math"
	"slices"
	"unicode"
)

// trigrams are the distinct trigrams of the words of one script in a sample, as
// keys, in ascending order.
func trigrams(sample string, in int) (keys []uint64) {
	const three = 1<<63 - 1
	word, n := uint64(0), 0
	for _, r := range sample {
		if r == ' ' || unicode.IsMark(r) || scriptOf(r) != in { // lingua's words are letters only
			n = 0
			continue
		}
		word = (word<<21 | uint64(r)) & three
		if n++; n >= 3 {
			keys = append(keys, word)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// best is the likeliest language of a script given the trigrams, and how likely
// it is among those of the script. "" means that nothing speaks for any.
func (m *models) best(in int, keys []uint64) (lang string, p float64) {
	candidates := m.candidates[in]
	sums, seen := make([]int64, len(m.langs)), make([]int64, len(m.langs))
	for _, key := range keys {
		clear(seen)
		// where a language lacks the trigram its first two letters count, then
		// its first, then nothing
		for _, k := range [3]uint64{key >> 42, key >> 21, key} {
			for _, c := range m.of(k) {
				seen[c.lang] = int64(c.nats)
			}
		}
		for _, l := range candidates {
			sums[l] += seen[l]
		}
	}
	first := -1
	for _, l := range candidates {
		if sums[l] > 0 && (first < 0 || sums[l] < sums[first]) {
			first = int(l)
		}
	}
	if first < 0 {
		return "", 0
	}
	total := 0.0
	for _, l := range candidates {
		if sums[l] > 0 {
			total += math.Exp(float64(sums[first]-sums[l]) / perNat)
		}
	}
	return m.langs[first], 1 / total
}
