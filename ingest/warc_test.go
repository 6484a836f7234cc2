package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"
)

// warcRecord is a record of the type with the payload.
func warcRecord(kind, uri, contentType, payload string) string {
	return fmt.Sprintf("WARC/1.0\r\nWARC-Type: %s\r\nWARC-Target-URI: %s\r\nWARC-Date: 2024-04-25T16:24:44Z\r\n"+
		"Content-Type: %s\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n", kind, uri, contentType, len(payload), payload)
}

// warcPage is a response record with a page of one paragraph.
func warcPage(uri, text string) string {
	return warcRecord("response", uri, "application/http; msgtype=response",
		"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><title>T</title><p>"+text+"</p>")
}

func TestWARC(t *testing.T) {
	info := warcRecord("warcinfo", "", "application/warc-fields", "software: test\r\n")
	a, b, c := warcPage("http://a.example/", "page a"), warcPage("<http://b.example/>", "page b"), warcPage("http://c.example/", "page c")
	response := func(head, body string) string {
		return warcRecord("response", "http://x.example/", "application/http", "HTTP/1.1 200 OK\r\n"+head+"\r\n"+body)
	}
	tests := []struct {
		name, content string
		texts, lost   []string // lost: offset reason
	}{
		{"plain", info + a + b + c, []string{"page a", "page b", "page c"}, nil},
		{"byte order mark", "\xef\xbb\xbf" + a + b, []string{"page a", "page b"}, nil},
		{"no line ends behind", info + a[:len(a)-4] + b, []string{"page a", "page b"}, nil},
		{"many line ends behind", info + a + "\n\n\r\n" + b + "\n\n\n", []string{"page a", "page b"}, nil},
		{"line ends without CR", strings.ReplaceAll(info, "\r\n", "\n") + a, []string{"page a"}, nil},
		{"length too large", info + strings.Replace(a, "Content-Length: ", "Content-Length: 1", 1) + b, []string{"page b"}, []string{fmt.Sprint(len(info), " ", BadLength)}},
		{"length too small", info + strings.Replace(a, "Content-Length: ", "Content-Length: 12\r\nX: ", 1) + b, []string{"page b"}, []string{fmt.Sprint(len(info), " ", BadLength)}},
		{"length beyond all", info + strings.Replace(a, "Content-Length: ", "Content-Length: 9999999999999", 1) + b, []string{"page b"}, []string{fmt.Sprint(len(info), " ", TooLarge)}},
		{"length negative", info + strings.Replace(a, "Content-Length: ", "Content-Length: -", 1) + b, []string{"page b"}, []string{fmt.Sprint(len(info), " ", BadHeader)}},
		{"length no number", info + strings.Replace(a, "Content-Length: ", "Content-Length: x", 1) + b, []string{"page b"}, []string{fmt.Sprint(len(info), " ", BadHeader)}},
		{"no length", info + strings.Replace(a, "Content-Length", "Content-Size", 1) + b, []string{"page b"}, []string{fmt.Sprint(len(info), " ", BadHeader)}},
		{"garbage between", info + a + "garbage\nWARC is not WARC/ this\n" + b, []string{"page a", "page b"}, []string{fmt.Sprint(len(info+a), " ", BadHeader)}},
		{"cut in the header", info + a + b[:30], []string{"page a"}, []string{fmt.Sprint(len(info+a), " ", Truncated)}},
		{"cut in the payload", info + a + b[:len(b)-20], []string{"page a"}, []string{fmt.Sprint(len(info+a), " ", Truncated)}},
		{"cut in the version", info + a + "WAR", []string{"page a"}, []string{fmt.Sprint(len(info+a), " ", Truncated)}},
		{"WET", warcRecord("conversion", "http://w.example/", "text/plain", "wet text"), []string{"wet text"}, nil},
		{"status", strings.Replace(a, "200 OK", "404 No", 1), nil, []string{"0 " + Status}},
		{"image", strings.Replace(a, "text/html", "image/png", 1), nil, []string{"0 " + MIME}},
		{"not HTTP", strings.Replace(a, "HTTP/1.1", "XTTP/1.1", 1), nil, []string{"0 " + BadHTTP}},
		{"chunked", response("Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n", "4\r\nchun\r\n3;x=y\r\nked\r\n0\r\n\r\n"), []string{"chunked"}, nil},
		{"chunked, stored whole", response("Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n", "stored whole"), []string{"stored whole"}, nil},
		{"chunked, cut", response("Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n", "4\r\nchun\r\n8\r\nked"), []string{"chunked"}, nil},
		{"chunked, wrong", response("Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n", "4\r\nchun\r\nx\r\nked"), nil, []string{"0 " + BadBody}},
		{"gzip body", response("Content-Type: text/plain\r\nContent-Encoding: gzip\r\n", members("zipped")), []string{"zipped"}, nil},
		{"gzip body, stored decoded", response("Content-Type: text/plain\r\nContent-Encoding: gzip\r\n", "stored"), []string{"stored"}, nil},
		{"gzip body, cut", response("Content-Type: text/plain\r\nContent-Encoding: gzip\r\n", members("zipped")[:20]), nil, []string{"0 " + BadBody}},
		{"br body", response("Content-Type: text/plain\r\nContent-Encoding: br\r\n", brotlied("zipped")), []string{"zipped"}, nil},
		{"deflate body", response("Content-Type: text/plain\r\nContent-Encoding: deflate\r\n", "\x78\x9c\x2b\x49\xad\x28\x01\x00\x04\x67\x01\xc6"), []string{"text"}, nil},
		{"bare deflate body", response("Content-Type: text/plain\r\nContent-Encoding: deflate\r\n", "\x2b\x49\xad\x28\x01\x00"), []string{"text"}, nil},
		{"zstd body", response("Content-Type: text/plain\r\nContent-Encoding: zstd\r\n", frames("zipped")), []string{"zipped"}, nil},
		{"unknown coding", response("Content-Type: text/plain\r\nContent-Encoding: sdch\r\n", "x"), nil, []string{"0 " + Encoding}},
		{"no type", response("", "<!doctype html><p>sniffed</p>"), []string{"sniffed"}, nil},
		{"request", warcRecord("request", "http://a.example/", "application/http", "GET / HTTP/1.1\r\n\r\n"), nil, nil},
		{"resource", warcRecord("resource", "http://r.example/", "text/plain", "kept"), []string{"kept"}, nil},
		{"wget's log", warcRecord("resource", "metadata://wget.log", "text/plain", "log"), nil, nil},
		{"empty page", warcPage("http://e.example/", ""), []string{}, []string{"0 " + NoText}},
	}
	for _, tt := range tests {
		for _, form := range []struct{ name, content string }{{"plain", tt.content}, {"gzip", members(tt.content)}} {
			t.Run(tt.name+"/"+form.name, func(t *testing.T) {
				m := newMemory(2)
				m.run(t, Config{}, put(t, "x", form.content))
				if got := m.texts(); !slices.Equal(got, tt.texts) {
					t.Errorf("texts %q, want %q", got, tt.texts)
				}
				var lost []string
				for _, l := range m.lost() {
					lost = append(lost, fmt.Sprint(l.offset, " ", l.reason))
				}
				if !slices.Equal(lost, tt.lost) {
					t.Errorf("lost %v, want %v", m.lost(), tt.lost)
				}
			})
		}
	}
}

func brotlied(s string) string {
	var b bytes.Buffer
	w := brotli.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.String()
}

func TestWARCFields(t *testing.T) {
	m := newMemory(1)
	m.run(t, Config{}, put(t, "x", warcPage("<http://b.example/>", "page b")))
	d := m.docs()[0]
	if d.URL != "http://b.example/" || d.Fetched != 1714062284 || d.Source != "x" || d.Title != "T" {
		t.Errorf("%+v", d)
	}
}

// TestTruncatedEverywhere cuts a WARC.gz of one member a record at every byte:
// every record before the cut is kept, the one that is cut is kept whole or
// listed as lost, and the source counts as bad.
func TestTruncatedEverywhere(t *testing.T) {
	var whole bytes.Buffer
	var ends, offsets []int
	decoded := 0
	for i := range 4 {
		rec := warcRecord("conversion", fmt.Sprintf("http://%d.example/", i), "text/plain", fmt.Sprintf("page number %d", i))
		offsets = append(offsets, decoded)
		decoded += len(rec)
		whole.WriteString(members(rec))
		ends = append(ends, whole.Len())
	}
	content := whole.String()
	for cut := 3; cut <= len(content); cut++ {
		m := newMemory(1)
		m.run(t, Config{}, put(t, "x.warc.gz", content[:cut]))
		docs, lost := m.docs(), m.lost()
		entire := 0
		for entire < len(ends) && ends[entire] <= cut {
			entire++
		}
		clean := cut == 0 || slices.Contains(ends, cut)
		if len(docs) < entire || len(docs) > entire+1 {
			t.Fatalf("cut at %d: %d documents, %d records are whole", cut, len(docs), entire)
		}
		for i, d := range docs {
			if d.Text != fmt.Sprintf("page number %d", i) {
				t.Fatalf("cut at %d: document %d is %q", cut, i, d.Text)
			}
		}
		if want := int64(1); clean {
			if len(lost) != 0 || m.count("bad_sources") != 0 {
				t.Fatalf("cut at %d between records: lost %v", cut, lost)
			}
		} else if len(lost) != 1 || lost[0].reason != Truncated || m.count("bad_sources") != want {
			t.Fatalf("cut at %d: lost %v, %d bad sources", cut, lost, m.count("bad_sources"))
		} else if len(docs) == entire && entire > 0 && lost[0].offset != int64(offsets[entire]) {
			t.Fatalf("cut at %d: lost at %d, want %d", cut, lost[0].offset, offsets[entire])
		}
	}
}

// TestFlippedEverywhere changes every byte of a compressed source in turn:
// records of undamaged members are kept, no changed text is, and the damage is
// listed.
func TestFlippedEverywhere(t *testing.T) {
	for name, pack := range map[string]func(...string) string{"gzip": members, "zstd": frames} {
		t.Run(name, func(t *testing.T) {
			var content string
			var ends []int
			for i := range 3 {
				content += pack(warcRecord("conversion", "http://a.example/", "text/plain", fmt.Sprintf("page %d", i)))
				ends = append(ends, len(content))
			}
			for at := range len(content) {
				b := []byte(content)
				b[at] ^= 0x10
				m := newMemory(1)
				m.run(t, Config{}, put(t, "x", string(b)))
				hit := slices.IndexFunc(ends, func(e int) bool { return at < e })
				var want, got []string
				for i := range ends {
					if i != hit {
						want = append(want, fmt.Sprintf("page %d", i))
					}
				}
				for _, text := range m.texts() {
					if text != fmt.Sprintf("page %d", hit) { // the change was in a field that does not matter
						got = append(got, text)
					}
				}
				kept := len(m.texts()) == len(ends)
				if at < 4 && len(m.texts()) == 0 && len(m.lost()) == 1 {
					continue // not recognised as compressed: binary, and listed
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("byte %d changed: %s lost %v", at, diff, m.lost())
				}
				if !kept && len(m.lost()) == 0 || (len(m.lost()) == 0) != (m.count("bad_sources") == 0) {
					t.Fatalf("byte %d changed: kept all %v, lost %v, bad sources %d", at, kept, m.lost(), m.count("bad_sources"))
				}
			}
		})
	}
}

func FuzzWARC(f *testing.F) {
	f.Add([]byte(warcPage("http://a.example/", "a")+warcPage("http://b.example/", "b")), 100)
	f.Add([]byte("WARC/1.0\r\nContent-Length: 10\r\n\r\n"), 3)
	f.Add([]byte("\r\nWARC/1.0\nContent-Length: 99999\n\nWARC/1.1\nContent-Length: 0\n\n"), 7)
	f.Fuzz(func(t *testing.T, b []byte, step int) {
		var last int64
		w := &warc{c: newCursor(&slow{b: b, step: step}, 0), max: 1 << 10}
		for {
			rec, err := w.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil || rec.off < last || rec.end <= rec.off || rec.end > int64(len(b)) {
				t.Fatalf("record %d..%d after %d: %v", rec.off, rec.end, last, err)
			}
			if rec.lost == "" && !bytes.Equal(rec.raw, b[rec.off:][:len(rec.raw)]) {
				t.Fatal("record is not the bytes at its offset")
			}
			last = rec.end
		}
	})
}

// slow gives few bytes at a time.
type slow struct {
	b    []byte
	step int
}

func (s *slow) Read(p []byte) (int, error) {
	if len(s.b) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), max(1, s.step))], s.b)
	s.b = s.b[n:]
	return n, nil
}

// TestRealWARCs reads the files of allenai/dolma and webrecorder/warcio.
func TestRealWARCs(t *testing.T) {
	dir := shared(t, "warc")
	m := newMemory(2)
	m.run(t, Config{}, dir)
	docs, lost := map[string]int{}, map[string]string{}
	for _, d := range m.docs() {
		docs[d.Source]++
	}
	for _, l := range m.lost() {
		lost[l.source] += l.reason + " "
	}
	wantDocs := map[string]int{
		"dolma-sample-0000.warc.gz": 22, "warcio-example-bad-non-chunked.warc.gz": 1, "warcio-example-bad.warc.gz.bad": 1,
		"warcio-example-iana.org-chunked.warc": 1, "warcio-example-resource.warc.gz": 1, "warcio-example-wget-bad-target-uri.warc.gz": 1,
		"warcio-example.warc": 1, "warcio-example.warc.gz": 1,
		"warcio-example.arc": 1, "warcio-example.arc.gz": 1,
	}
	wantLost := map[string]string{
		"warcio-bad.arc": "bad_header bad_header empty bad_header ", "warcio-example-space-in-url.arc": "truncated ",
		"warcio-example-bad.warc.gz.bad": "http_status ", "warcio-example-space-in-target-uri.warc.gz": "mime ",
		"warcio-example-trunc.warc":           "bad_length ",
		"warcio-example-wrong-chunks.warc.gz": "bad_digest ", "warcio-post-test.warc.gz": "mime mime mime ",
	}
	if diff := cmp.Diff(wantDocs, docs); diff != "" {
		t.Errorf("documents: %s", diff)
	}
	if diff := cmp.Diff(wantLost, lost); diff != "" {
		t.Errorf("lost: %s", diff)
	}
	for _, d := range m.docs() {
		if strings.ContainsAny(d.URL, "<>") || d.Fetched < 1.3e9 || d.Text == "" {
			t.Errorf("%s: %q %d %q", d.Source, d.URL, d.Fetched, d.Text)
		}
	}
}
