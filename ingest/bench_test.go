package ingest

import "testing"

// BenchmarkExtract takes the text out of the pages of the benchmark, one each time.
func BenchmarkExtract(b *testing.B) {
	pages := newsPages(b)
	b.ReportAllocs()
	for i := range b.N {
		Config{}.extract(pages[i%len(pages)], "")
	}
}
