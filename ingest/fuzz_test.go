package ingest

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"corpus"
)

func FuzzJSONL(f *testing.F) {
	f.Add([]byte(jsonLine("one")+"\n"+jsonLine("two")+"{"), 3)
	f.Add([]byte(`{"text":"\ud800","meta":{"url":"http://a"},"id":"http://b/"}`), 100)
	f.Add([]byte(strings.Repeat("x", 300)+"\n{}"), 1)
	f.Fuzz(func(t *testing.T, b []byte, step int) {
		l := &lines{c: newCursor(&slow{b: b, step: step}, 0), max: 256}
		for last := int64(0); ; {
			rec, err := l.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil || rec.off < last || rec.end <= rec.off || rec.end > int64(len(b)) {
				t.Fatalf("record %d..%d after %d: %v", rec.off, rec.end, last, err)
			}
			last = rec.end
			if rec.lost != "" {
				continue
			}
			if all := b[rec.off:rec.end]; !bytes.HasPrefix(all, rec.raw) || len(bytes.Trim(all[len(rec.raw):], "\r\n")) > 0 {
				t.Fatal("record is not the bytes at its offset")
			}
			var d corpus.Document
			if fillObject(&d, rec, "") == nil {
				locate(&d)
				settle(&d)
				if !utf8.ValidString(d.Text) || !utf8.ValidString(d.URL) || !utf8.ValidString(d.Title) {
					t.Fatal("not valid UTF-8")
				}
			}
		}
	})
}

func FuzzResponse(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>x"))
	f.Add([]byte("HTTP/1.1 200\nTransfer-Encoding: chunked\nContent-Encoding: gzip, br\n\n4\r\nabcd\r\n0\r\n\r\n"))
	f.Add([]byte("HTTP/1.0 200 OK\r\nContent-Encoding: deflate\r\n\r\n\x78\x9c\x03\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, l := parseResponse(b)
		if l == nil && (r.status < 100 || r.status > 999 || len(r.body) > corpus.MaxDocument) {
			t.Fatalf("status %d, %d bytes", r.status, len(r.body))
		}
	})
}

func FuzzHTML(f *testing.F) {
	f.Add([]byte("<html><title>T</title><p>text<br>more<pre> a\n b</pre><table><tr><td>1<td>2"), "")
	f.Add([]byte("<script>x</script><svg><p>y</svg><!-- -->&amp;&#0;"), "text/html; charset=gbk")
	f.Add([]byte(strings.Repeat("<div>", 600)+"deep"), "")
	f.Fuzz(func(t *testing.T, b []byte, contentType string) {
		var d corpus.Document
		if l := fillPage(Config{}, &d, b, contentType); l != nil {
			return
		}
		settle(&d)
		if !utf8.ValidString(d.Text) || !utf8.ValidString(d.Title) {
			t.Fatal("not valid UTF-8")
		}
	})
}

func FuzzSniff(f *testing.F) {
	f.Add([]byte("<!-- c --><!DOCTYPE html>"), true)
	f.Add([]byte("{\"text\":\"a\"}\n{"), false)
	f.Add([]byte("WARC/1.0\r\n"), true)
	f.Add([]byte("\xff\xfe{\x00"), true)
	f.Fuzz(func(t *testing.T, b []byte, whole bool) {
		format, reason, _ := sniff(b, whole, "")
		if (format == "") == (reason == "") {
			t.Fatalf("format %q and reason %q", format, reason)
		}
	})
}

// FuzzStream: compressed input of any kind ends, within the input's own
// offsets, in an end or damage, and the same whatever the size of the reads.
func FuzzStream(f *testing.F) {
	f.Add([]byte(members("one", "two")), true)
	f.Add([]byte(members("one", "two")[:30]), true)
	f.Add([]byte(members("one")+"garbage"+members("two")), true)
	f.Add([]byte(frames("one", "two")), false)
	f.Add([]byte(frames("one")[:8]), false)
	f.Fuzz(func(t *testing.T, b []byte, gz bool) {
		comp := zstdized
		if gz {
			comp = gzipped
		}
		read := func(step int) (string, string) {
			var out bytes.Buffer
			for from, ok := int64(0), true; ok; {
				s := openStream(bytes.NewReader(b), int64(len(b)), comp, from, int64(out.Len()))
				_, err := io.CopyBuffer(struct{ io.Writer }{&out}, io.LimitReader(struct{ io.Reader }{s}, 1<<20), make([]byte, step))
				s.Close()
				var d *damage
				if err == nil {
					return out.String(), ""
				}
				if !errors.As(err, &d) {
					t.Fatalf("error is no damage: %v", err)
				}
				if d.raw < from || d.raw > int64(len(b)) {
					t.Fatalf("damage at %d, reading from %d", d.raw, from)
				}
				from, ok, _ = resume(bytes.NewReader(b), int64(len(b)), comp, d.raw+1, int64(len(b)))
			}
			return out.String(), "damaged"
		}
		small, a := read(7)
		large, c := read(4096)
		if small != large || a != c {
			t.Fatalf("read in sevens %q %s, at once %q %s", small, a, large, c)
		}
	})
}
