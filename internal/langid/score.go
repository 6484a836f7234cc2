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
		if r == ' ' || r >= 0x80 && unicode.IsMark(r) || scriptOf(r) != in { // lingua's words are letters only
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
	sums := make([]int64, len(m.langs))
	// Where a language lacks the trigram its first two letters count, then its
	// first, then nothing. Keys that begin alike are neighbours.
	seen, begun := make([]uint16, len(m.langs)), make([]uint16, len(m.langs))
	last := uint64(1<<64 - 1)
	for i, found := range m.find(keys) {
		key := keys[i]
		if key>>21 != last {
			last = key >> 21
			clear(begun)
			m.charge(begun, m.grams.get(key>>42))
			m.charge(begun, m.grams.get(key>>21))
		}
		copy(seen, begun)
		m.charge(seen, found)
		for _, l := range candidates {
			sums[l] += int64(seen[l])
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

// find looks up n-grams. It does nothing between, so that the processor waits for
// many at once: the table is larger than its caches.
func (m *models) find(keys []uint64) []span {
	found := make([]span, len(keys))
	for i, key := range keys {
		found[i] = m.grams.get(key)
	}
	return found
}

// charge writes the costs of an n-gram over those that are there.
func (m *models) charge(costs []uint16, s span) {
	for _, c := range m.costs[s.at : s.at+uint32(s.n)] {
		costs[c.lang] = c.nats
	}
}
