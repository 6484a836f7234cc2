package trainer

import "testing"

// BenchmarkBatch makes batches of 32 rows of 1,024 tokens from memory; bench/feed.py
// measures shards on disk.
func BenchmarkBatch(b *testing.B) {
	text := chain(4_000_000, 1)
	for _, s := range []Spec{
		{Objective: "clm", SeqLen: 1024},
		{Objective: "clm", SeqLen: 1024, DocMask: true, Pack: "best-fit"},
		{Objective: "mlm", SeqLen: 1024},
	} {
		set := newTestSet(b, All(text), s, 1)
		b.Run(s.Objective+s.Pack, func(b *testing.B) {
			b.SetBytes(32 * 1024)
			for i := range b.N {
				if _, err := set.Batch(int64(i)*32, 32); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
