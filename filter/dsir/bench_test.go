package dsir

import (
	"os"
	"testing"
)

func BenchmarkCount(b *testing.B) {
	text, err := os.ReadFile(os.Getenv("DSIR_BENCH"))
	if err != nil {
		b.Skip("name a text in DSIR_BENCH")
	}
	g, c, s := NewGrams(), new(Counts), string(text)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		g.Count(c, s)
	}
}
