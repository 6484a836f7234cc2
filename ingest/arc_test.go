package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const arcHead = "filedesc://x.arc 0.0.0.0 20140216050221 text/plain 72\n" +
	"1 0 Test\nURL IP-address Archive-date Content-type Archive-length\n\x20\x20\x20\x20\x20\x20\x20"

// arcRecord is a capture of version 1.
func arcRecord(url, mime, payload string) string {
	return fmt.Sprintf("\n%s 192.0.2.1 20140216050221 %s %d\n%s\n", url, mime, len(payload), payload)
}

func arcPage(url, text string) string {
	return arcRecord(url, "text/html", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><title>T</title><p>"+text+"</p>")
}

// losses are offset and reason of what was lost.
func (m *memory) losses() []string {
	var all []string
	for _, l := range m.lost() {
		all = append(all, fmt.Sprint(l.offset, " ", l.reason))
	}
	return all
}

func TestARC(t *testing.T) {
	a, b := arcPage("http://a.example/", "page a"), arcPage("http://b.example/", "page b")
	version2 := strings.Replace(b, " text/html ", " text/html 200 checksum - 1234 x.arc ", 1)
	size := regexp.MustCompile(` \d+\n`).FindString(a)
	at := func(s string) string { return fmt.Sprint(len(s)) }
	tests := []struct {
		name, content string
		texts, lost   []string
	}{
		{"version 1", arcHead + a + b, []string{"page a", "page b"}, nil},
		{"version 2", arcHead + version2 + a, []string{"page b", "page a"}, nil},
		{"spaces in the address", arcHead + arcPage("http://a.example/a b c", "page a") + b, []string{"page a", "page b"}, nil},
		{"CRLF", arcHead + strings.Replace(a, "\n", "\r\n", 1) + b, []string{"page a", "page b"}, nil},
		{"no line end behind", arcHead + strings.TrimRight(a, "\n") + b, []string{"page a", "page b"}, nil},
		{"length too large", arcHead + strings.Replace(a, "text/html ", "text/html 1", 1) + b, []string{"page b"}, []string{at(arcHead+"\n") + " " + BadLength}},
		{"length too small", arcHead + strings.Replace(a, size, " 20\n", 1) + b, []string{"page b"}, []string{at(arcHead+"\n") + " " + BadLength}},
		{"length beyond all", arcHead + strings.Replace(a, "html ", "html 99999999", 1), nil, []string{at(arcHead+"\n") + " " + Truncated}},
		{"length negative", arcHead + strings.Replace(a, "html ", "html -", 1) + b, []string{"page b"}, []string{at(arcHead+"\n") + " " + BadHeader}},
		{"garbage between", arcHead + a + "garbage\nmore of it\n" + b, []string{"page b"}, []string{at(arcHead+"\n") + " " + BadLength}},
		{"garbage first", arcHead + "\ngarbage\n" + a, []string{"page a"}, []string{"0 " + BadLength}},
		{"cut in the line", arcHead + a + b[:20], []string{"page a"}, []string{at(arcHead+a+"\n") + " " + Truncated}},
		{"cut in the payload", arcHead + a + b[:len(b)-20], []string{"page a"}, []string{at(arcHead+a+"\n") + " " + Truncated}},
		{"no HTTP", arcHead + arcRecord("http://a.example/", "text/plain", "bare") + b, []string{"bare", "page b"}, nil},
		{"name look-up", arcHead + arcRecord("dns:a.example", "text/dns", "20140216 a.example. IN A 192.0.2.1") + b, []string{"page b"}, nil},
		{"status", arcHead + strings.Replace(a, "200 OK", "404 No", 1), nil, []string{at(arcHead+"\n") + " " + Status}},
		{"no record for the file", a[1:] + b, []string{"page a", "page b"}, nil},
	}
	for _, tt := range tests {
		for _, form := range []struct{ name, content string }{{"plain", tt.content}, {"gzip", members(tt.content)}, {"units", tt.content}} {
			t.Run(tt.name+"/"+form.name, func(t *testing.T) {
				cfg := Config{}
				if form.name == "units" {
					cfg.UnitBytes = 1
				}
				m := newMemory(2)
				m.run(t, cfg, put(t, "x", form.content))
				if got := m.texts(); !slices.Equal(got, tt.texts) {
					t.Errorf("texts %q, want %q", got, tt.texts)
				}
				if got := m.losses(); !slices.Equal(got, tt.lost) {
					t.Errorf("lost %v, want %v", m.lost(), tt.lost)
				}
			})
		}
	}
}

func TestARCFields(t *testing.T) {
	m := newMemory(1)
	m.run(t, Config{}, put(t, "x", members(arcHead, arcPage("http://a.example/x y", "page a"))))
	if d := m.docs()[0]; d.URL != "http://a.example/x y" || d.Fetched != 1392526941 || d.Title != "T" {
		t.Errorf("%+v", d)
	}
}

// TestARCDamagedFirst: the format of a file whose first member is damaged is
// told by the next.
func TestARCDamagedFirst(t *testing.T) {
	first := []byte(members(arcHead))
	first[20] ^= 0xff
	m := newMemory(1)
	m.run(t, Config{}, put(t, "x", string(first)+members(arcPage("http://a.example/", "page a"))))
	if got := m.texts(); !slices.Equal(got, []string{"page a"}) {
		t.Errorf("%q, lost %v", got, m.lost())
	}
}

func FuzzARC(f *testing.F) {
	f.Add([]byte(arcHead+arcPage("http://a.example/", "a")+arcPage("http://b.example/", "b")), 100)
	f.Add([]byte("http://a 1.2.3.4 20140101 a/b 3\nabcd\nhttp://b - 20140101 a/b 99999\n"), 3)
	f.Add([]byte("\nx\nhttp://a 1.2.3.4 20140101 a/b -1\n\nhttp://a 1.2.3.4 20140101 a/b 0\n"), 7)
	f.Fuzz(func(t *testing.T, b []byte, step int) {
		read := func(step int) (all []string) {
			a := &arc{c: newCursor(&slow{b: b, step: step}, 0), max: 1 << 10}
			for last := int64(0); ; {
				rec, err := a.next()
				if errors.Is(err, io.EOF) {
					return all
				}
				if err != nil || rec.off < last || rec.end <= rec.off || rec.end > int64(len(b)) {
					t.Fatalf("record %d..%d after %d: %v", rec.off, rec.end, last, err)
				}
				if rec.lost == "" && !bytes.Equal(rec.raw, b[rec.off:][:len(rec.raw)]) {
					t.Fatal("record is not the bytes at its offset")
				}
				last = rec.end
				all = append(all, fmt.Sprint(rec.off, rec.end, rec.lost))
			}
		}
		if few, many := read(step), read(1<<20); !slices.Equal(few, many) {
			t.Fatalf("%v in small reads, %v at once", few, many)
		}
	})
}
