package wordpiece

import (
	"strings"
	"testing"

	"corpus/tokenize/modeltest"
)

func BenchmarkAppend(b *testing.B) {
	enc := modeltest.Read(b, "testdata/bert.json", Read).NewEncoder()
	var pieces []string
	size := 0
	for _, g := range modeltest.Pieces(b, "testdata/bert-golden.json") {
		if !strings.Contains(g.Piece, " ") {
			pieces = append(pieces, g.Piece)
			size += len(g.Piece)
		}
	}
	b.SetBytes(int64(size))
	var ids []uint32
	for b.Loop() {
		ids = ids[:0]
		for _, p := range pieces {
			ids = enc.Append(ids, p)
		}
	}
}
