package ngram

import (
	"os"
	"testing"
)

// BenchmarkScore scores NGRAM_BENCH by a model of itself, which finds most.
func BenchmarkScore(b *testing.B) {
	text, err := os.ReadFile(os.Getenv("NGRAM_BENCH"))
	if err != nil {
		b.Skip("name a text in NGRAM_BENCH")
	}
	m, s := modelOf(string(text)), new(Scorer)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		s.Score(m, string(text))
	}
}
