package ingest

import "testing"

func BenchmarkExtract(b *testing.B) {
	pages := newsPages(b)
	b.ReportAllocs()
	for i := range b.N {
		Config{}.extract(pages[i%len(pages)], "")
	}
}
