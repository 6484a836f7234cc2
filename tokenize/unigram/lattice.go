package unigram

import (
	"math"

	"corpus/tokenize/trie"
)

// lattice is all ways to put one fragment together from pieces. Sums over ways
// are of e^(score of the way − score of the best way to where it has come), so
// that none is above 1 and the best is 1: there are fewer than 2^1024 ways
// through a fragment of 1,024 bytes, so neither a sum nor a product of them
// leaves the range of a float.
type lattice struct {
	best  []float64 // score of the best way to a place
	last  []int32   // edge by which that arrives
	ahead []float64 // sum of the ways to a place
	back  []float64 // and from it to the end
	edges []edge    // by where they begin
}

// edge is a piece at a place.
type edge struct {
	from, to int32
	piece    uint32
	weight   float64 // its score, then its share of the ways
}

// dead is the score of a piece that is no longer one.
var dead = math.Inf(-1)

// search finds all edges of a fragment and the best ways. Each character is a
// piece, so there is a way.
func (l *lattice) search(t *trie.Trie, scores []float64, fragment string) {
	l.reset(len(fragment) + 1)
	for at := 0; at < len(fragment); at += charBytes(fragment[at]) {
		node := t.Root()
		for i := at; i < len(fragment); i++ {
			if node = t.Child(node, fragment[i]); node == 0 {
				break
			}
			if !node.Ends() || scores[node.Value()] == dead {
				continue
			}
			score := scores[node.Value()]
			if way := l.best[at] + score; l.last[i+1] < 0 || way > l.best[i+1] {
				l.best[i+1], l.last[i+1] = way, int32(len(l.edges))
			}
			l.edges = append(l.edges, edge{int32(at), int32(i + 1), node.Value(), score})
		}
	}
}

func (l *lattice) reset(places int) {
	if places > len(l.best) {
		l.best, l.ahead, l.back = make([]float64, places), make([]float64, places), make([]float64, places)
		l.last = make([]int32, places)
	}
	for i := range places {
		l.last[i], l.ahead[i], l.back[i] = -1, 0, 0
	}
	l.best[0], l.ahead[0] = 0, 1
	l.edges = l.edges[:0]
}

// expect adds to expected how often each piece comes in a fragment of n bytes
// over all ways, times unit and rounded to whole numbers, so that it does not
// matter in which order fragments are added.
func (l *lattice) expect(n int, unit float64, expected []int64) {
	for i := range l.edges {
		e := &l.edges[i]
		e.weight = exp(l.best[e.from] + e.weight - l.best[e.to])
		l.ahead[e.to] += float64(l.ahead[e.from] * e.weight)
	}
	l.back[n] = 1
	each := unit / l.ahead[n]
	for i := len(l.edges) - 1; i >= 0; i-- {
		e := &l.edges[i]
		rest := float64(e.weight * l.back[e.to])
		l.back[e.from] += rest
		expected[e.piece] += int64(float64(float64(l.ahead[e.from]*rest)*each) + 0.5)
	}
}

// path calls yield for the pieces of the best way to place n, from the end.
func (l *lattice) path(n int, yield func(piece uint32)) {
	for at := int32(n); at > 0; {
		e := &l.edges[l.last[at]]
		yield(e.piece)
		at = e.from
	}
}

// second calls yield for the pieces of the best way through a fragment of n
// bytes but for the one that is all of it.
func (l *lattice) second(n int, yield func(piece uint32)) {
	best, last := dead, -1
	for i, e := range l.edges {
		if way := l.best[e.from] + e.weight; int(e.to) == n && e.from > 0 && way > best {
			best, last = way, i
		}
	}
	yield(l.edges[last].piece)
	l.path(int(l.edges[last].from), yield)
}
