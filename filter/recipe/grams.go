package recipe

import "slices"

// grams counts the n-grams of a text's words, order by order. Only those of an
// n-gram's places are looked at further where it repeats: what holds an n-gram
// that occurs once occurs once. It is reused from document to document.
type grams struct {
	words  []uint64 // hash of each word
	length []int32  // its characters
	sum    []int    // characters of the words before each, and of all

	order  int
	places []int32  // where a repeated n-gram begins, in order
	keys   []uint64 // hash of each
	counts []uint32 // how often each occurs
	first  []int32  // of each key the first place, while they are counted
	seen   counter
}

func (g *grams) reset() {
	g.words, g.length, g.sum = g.words[:0], g.length[:0], append(g.sum[:0], 0)
	g.order = 1
}

// add takes in a word, given its hash and characters.
func (g *grams) add(hash uint64, length int) {
	g.words, g.length = append(g.words, hash), append(g.length, int32(length))
	g.sum = append(g.sum, g.sum[len(g.sum)-1]+length)
}

// chars is the characters of all words.
func (g *grams) chars() int { return g.sum[len(g.sum)-1] }

// width is the characters of the n-gram that begins at word i.
func (g *grams) width(i int32) int { return g.sum[int(i)+g.order] - g.sum[i] }

// number is how many n-grams there are.
func (g *grams) number() int { return max(0, len(g.words)-g.order+1) }

// next goes on to the next order; the first is two.
func (g *grams) next() {
	if g.order++; g.order == 2 {
		g.places, g.keys = g.places[:0], append(g.keys[:0], g.words...)
		for i := range g.number() {
			g.places = append(g.places, int32(i))
		}
	} else {
		g.follow()
	}
	g.repeated()
}

// follow keeps the places that are followed by another one: both n-grams there
// repeat.
func (g *grams) follow() {
	n := 0
	for k := 0; k+1 < len(g.places); k++ {
		if g.places[k]+1 == g.places[k+1] {
			g.places[n], g.keys[n] = g.places[k], g.keys[k]
			n++
		}
	}
	g.places = g.places[:n]
}

// repeated makes keys of the order's n-grams and keeps the places of those that
// occur more than once.
func (g *grams) repeated() {
	g.keys = g.keys[:len(g.places)]
	g.counts, g.first = slices.Grow(g.counts[:0], len(g.places)), slices.Grow(g.first[:0], len(g.places))
	g.counts, g.first = g.counts[:len(g.places)], g.first[:len(g.places)]
	g.seen.reset(len(g.places))
	for k, i := range g.places {
		g.keys[k] = mix(g.keys[k]*31 + g.words[int(i)+g.order-1])
		s := g.seen.add(g.keys[k], int32(k))
		g.first[k], g.counts[s.first] = s.first, s.count
	}
	n := 0
	for k, i := range g.places {
		if c := g.counts[g.first[k]]; c > 1 { // a first place is never before n
			g.places[n], g.keys[n], g.first[n] = i, g.keys[k], int32(c)
			n++
		}
	}
	for k := range n {
		g.counts[k] = uint32(g.first[k])
	}
	g.places, g.keys, g.counts = g.places[:n], g.keys[:n], g.counts[:n]
}

// most is how often the most frequent n-gram occurs; 1 when none repeats.
func (g *grams) most() uint32 {
	if len(g.counts) == 0 {
		return 1
	}
	return slices.Max(g.counts)
}

// covered is the characters of the words that stand in repeated n-grams.
func (g *grams) covered() int {
	chars, end := 0, int32(0)
	for _, i := range g.places {
		from := max(i, end)
		end = i + int32(g.order)
		chars += g.sum[end] - g.sum[from]
	}
	return chars
}
