package ingest

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"
)

// BenchmarkRecords reads every record of the file in $BENCH_WARC with its HTTP
// fields: one side of bench/warc_parse.py.
func BenchmarkRecords(b *testing.B) {
	path := os.Getenv("BENCH_WARC")
	if path == "" {
		b.Skip("BENCH_WARC names no file")
	}
	for b.Loop() {
		records, payload := readRecords(b, path)
		b.ReportMetric(float64(records), "records")
		b.ReportMetric(float64(payload), "payload")
	}
}

func readRecords(b *testing.B, path string) (records, payload int64) {
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		b.Fatal(err)
	}
	st := openStream(f, info.Size(), gzipped, 0, 0)
	defer st.Close()
	r := newReader(&scanned{format: formatWARC}, newCursor(st, 0))
	for {
		rec, err := r.next()
		if errors.Is(err, io.EOF) {
			return records, payload
		}
		if err != nil || rec.lost != "" {
			b.Fatal(err, rec.lost, rec.detail)
		}
		body := rec.body
		if kind := rec.head.get("warc-type"); kind == "response" || kind == "request" {
			if n := headerEnd(body, 0); bytes.HasPrefix(body, []byte("HTTP/")) || kind == "request" {
				parseHeader(body[:n])
				body = body[n:]
			}
		}
		records, payload = records+1, payload+int64(len(body))
	}
}
