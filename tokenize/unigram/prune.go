package unigram

import (
	"cmp"
	"slices"
	"strings"
)

// prune leaves size pieces, or fewer: the characters, and of the others those
// without which the text would be least likely.
func (t *trainer) prune(size int) error {
	counts := t.count()
	losses := t.losses(counts)
	var kept []int
	for i := len(t.text.chars); i < len(t.pieces); i++ {
		if counts[i] > 0 {
			kept = append(kept, i)
		}
	}
	slices.SortFunc(kept, func(a, b int) int {
		return cmp.Or(cmp.Compare(losses[b], losses[a]), strings.Compare(t.pieces[a], t.pieces[b]))
	})
	chars := len(t.text.chars)
	pieces, scores := slices.Clone(t.pieces[:chars]), slices.Clone(t.scores[:chars])
	for _, i := range kept[:min(len(kept), size-chars)] {
		pieces, scores = append(pieces, t.pieces[i]), append(scores, t.scores[i])
	}
	t.pieces, t.scores = pieces, scores
	return t.index()
}

// count gives how often each piece comes on the best ways through the text.
func (t *trainer) count() []int64 {
	s := sums{pieces: len(t.pieces)}
	t.each(func() func(*lattice, int, int64) {
		part := s.part()
		return func(l *lattice, bytes int, count int64) {
			l.path(bytes, func(piece uint32) { part[piece] += count })
		}
	})
	return s.total()
}

// losses says how much less likely the text would be without each piece: about,
// since it supposes that wherever the piece came the second best way to put it
// together comes instead.
func (t *trainer) losses(counts []int64) []float64 {
	sum := 0.0
	for _, n := range counts {
		sum += float64(n)
	}
	losses := make([]float64, len(t.pieces))
	chunks := (len(t.pieces) + chunkWords - 1) / chunkWords
	parallel(t.workers, chunks, func() func(int) {
		l := new(lattice)
		return func(chunk int) {
			for i := max(chunk*chunkWords, len(t.text.chars)); i < min(len(losses), (chunk+1)*chunkWords); i++ {
				if counts[i] > 0 {
					losses[i] = t.loss(l, i, counts, sum)
				}
			}
		}
	})
	return losses
}

func (t *trainer) loss(l *lattice, piece int, counts []int64, sum float64) float64 {
	n := float64(counts[piece])
	likely, parts := 0.0, 0
	l.search(t.trie, t.scores, t.pieces[piece])
	l.second(len(t.pieces[piece]), func(part uint32) {
		likely += log(float64(counts[part]) + n)
		parts++
	})
	likely -= float64(float64(parts) * log(sum+float64(n*float64(parts-1))))
	return float64(n * (log(n) - log(sum) - likely))
}
