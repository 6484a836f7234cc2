package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
)

// captured is the date of all pages.
const captured = "2026-01-15T12:00:00Z"

// warcFile is a crawl of pages as a WARC 1.1 file, one gzip member a record
// (ISO 28500, annex D), with the damage that real crawls have:
// each kind is listed in damage.
func warcFile(pages []page) []byte {
	var b bytes.Buffer
	b.Write(member(record("warcinfo", "", "application/warc-fields", []byte("software: corpus demo\r\n"), 0)))
	half := len(pages) / 2
	for _, p := range pages[:half] {
		b.Write(member(p.record(200, 0)))
	}
	b.Write(member(pages[0].record(404, 0)))
	image := page{"https://en.example.org/logo.png", "image/png", "\x89PNG\r\n\x1a\n\x00\x00"}
	b.Write(member(image.record(200, 0)))
	b.Write(member(pages[1].record(200, 5000))) // Content-Length reaches beyond the record
	b.Write(member(record("response", "https://en.example.org/no-http", "application/http; msgtype=response", []byte("no status line here"), 0)))
	for i, p := range pages[half:] {
		if i == 5 {
			b.WriteString("-- bytes of a crashed crawler, between two records --")
		}
		b.Write(member(p.record(200, 0)))
	}
	last := member(pages[2].record(200, 0))
	b.Write(last[:len(last)/2])
	return b.Bytes()
}

// damage is what ingest must list as lost of warcFile, by reason.
var damage = map[string]int{
	"http_status": 1, "mime": 1, "bad_length": 1, "bad_http": 1, "garbage": 1, "truncated": 1,
}

// record is a response record of the page; extra is added to its true length.
func (p page) record(status, extra int) []byte {
	http := fmt.Sprintf("HTTP/1.1 %d Status\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", status, p.contentType, len(p.body), p.body)
	return record("response", p.url, "application/http; msgtype=response", []byte(http), extra)
}

func record(kind, url, contentType string, block []byte, extra int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "WARC/1.1\r\nWARC-Type: %s\r\nWARC-Date: %s\r\n", kind, captured)
	if url != "" {
		fmt.Fprintf(&b, "WARC-Target-URI: %s\r\n", url)
	}
	fmt.Fprintf(&b, "Content-Type: %s\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n", contentType, len(block)+extra, block)
	return b.Bytes()
}

// member compresses a record.
func member(record []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(record) // a bytes.Buffer takes everything
	_ = w.Close()
	return b.Bytes()
}
