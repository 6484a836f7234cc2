package dedup

import (
	"io"
	"math"
	"math/bits"
	"slices"

	"corpus"
)

// shingleSet takes the sets of shingles of texts: the very ones whose MinHash
// values signing takes, as 64-bit hashes in ascending order. It is for one
// goroutine.
type shingleSet struct {
	signer *signer
	hashes []uint64
	sorter hashSorter
}

func newShingleSet(c Config) *shingleSet {
	s := &shingleSet{signer: newSigner(c)}
	s.signer.words = io.Discard
	s.signer.sink = func(shingles []uint64) { s.hashes = append(s.hashes, shingles...) }
	return s
}

// mostShingles bounds the shingles of a text of so many bytes; of characters, and of
// tokens, there may be one at each.
func (c Config) mostShingles(bytes int) int {
	if c.Unit == Chars || c.Code == Datatrove {
		return bytes + 1
	}
	return bytes/bytesPerShingle + 1
}

// setMemory is the most that the set of a document takes.
func (c Config) setMemory() int64 { return 8 * int64(c.mostShingles(corpus.MaxDocument)) }

// of is the set of a text, empty for one without words; valid until the next.
func (s *shingleSet) of(text string) []uint64 {
	s.hashes = slices.Grow(s.hashes[:0], s.signer.config.mostShingles(len(text)))
	s.signer.eachShingle(text)
	s.sorter.sort(s.hashes)
	return slices.Compact(s.hashes)
}

// release gives the set of the last text away: it stays valid.
func (s *shingleSet) release() { s.hashes = nil }

// hashSorter sorts hashes, which are even over 64 bits: in as many buckets as
// there are hashes, by their highest bits, they are almost in order. That takes a
// third of the time that comparing them does.
type hashSorter struct {
	ends  [maxBuckets + 1]uint16
	moved [maxBuckets]uint64
}

// maxBuckets is the most hashes that are sorted by buckets: with their copy and
// the buckets' ends they fit the second-level cache.
const maxBuckets = 8192

func (s *hashSorter) sort(hashes []uint64) {
	n := len(hashes)
	if n > maxBuckets || n < 2 {
		slices.Sort(hashes)
		return
	}
	shift := 64 - bits.Len(uint(n-1))
	ends := s.ends[:(1<<(64-shift))+1]
	clear(ends)
	for _, h := range hashes {
		ends[h>>shift+1]++
	}
	for i := range ends[1:] {
		ends[i+1] += ends[i]
	}
	moved := s.moved[:n]
	for _, h := range hashes {
		moved[ends[h>>shift]] = h
		ends[h>>shift]++
	}
	for i, h := range moved {
		for ; i > 0 && hashes[i-1] > h; i-- {
			hashes[i] = hashes[i-1]
		}
		hashes[i] = h
	}
}

// common counts the hashes that two ascending sets share, and of the second those
// that are not above the first's last.
func common(a, b []uint64) (both, passed int) {
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		x, y := a[i], b[j]
		if x == y {
			both++
		}
		if x <= y {
			i++
		}
		if y <= x {
			j++
		}
	}
	return both, j
}

// overlap is how many shingles two sets have in common and in all.
type overlap struct{ both, all int }

// similarity is the Jaccard similarity; two texts without words have none.
func (o overlap) similarity() float64 {
	if o.all == 0 {
		return math.NaN()
	}
	return float64(o.both) / float64(o.all)
}
