package crawl

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/textproto"
	"net/url"
	"path"
	"strconv"
	"strings"
	"testing"
	"time"

	"corpus/internal/fsx"
	"corpus/internal/fsx/fsxtest"

	"github.com/klauspost/compress/gzip"
)

// readRecord is a record read back.
type readRecord struct {
	textproto.MIMEHeader
	block []byte
}

// readWARC reads a file, a gzip member for each record, and checks the digests.
func readWARC(t *testing.T, b []byte) []readRecord {
	t.Helper()
	var all []readRecord
	for in := bufio.NewReader(bytes.NewReader(b)); ; {
		z, err := gzip.NewReader(in)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		z.Multistream(false)
		member, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, parseRecord(t, member))
	}
}

func parseRecord(t *testing.T, b []byte) readRecord {
	t.Helper()
	r := textproto.NewReader(bufio.NewReader(bytes.NewReader(b)))
	if v, err := r.ReadLine(); err != nil || v != "WARC/1.1" {
		t.Fatalf("%q, %v", v, err)
	}
	h, err := r.ReadMIMEHeader()
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := bytes.Cut(b, []byte("\r\n\r\n"))
	n, err := strconv.Atoi(h.Get("Content-Length"))
	if err != nil || len(block) != n+4 || string(block[n:]) != "\r\n\r\n" {
		t.Fatalf("length %d, block %d, %v", n, len(block), err)
	}
	if block = block[:n]; h.Get("WARC-Block-Digest") != digest(block) {
		t.Fatalf("block digest of %v", h)
	}
	if _, body, _ := bytes.Cut(block, []byte("\r\n\r\n")); h.Get("WARC-Type") == "response" && h.Get("WARC-Payload-Digest") != digest(body) {
		t.Fatalf("payload digest of %v", h)
	}
	return readRecord{h, block}
}

// warcs are the records of all files of a series.
func warcs(t *testing.T, fsys fsx.FS, prefix string) []readRecord {
	t.Helper()
	names, err := fsys.ReadDir(path.Dir(prefix))
	if err != nil {
		t.Fatal(err)
	}
	var all []readRecord
	for _, name := range names {
		if strings.HasPrefix(name, path.Base(prefix)+"-") {
			b, err := fsx.ReadFile(fsys, path.Join(path.Dir(prefix), name), 1<<28)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, readWARC(t, b)...)
		}
	}
	return all
}

func sample(n int) *answer {
	return &answer{
		url: &urlOf, at: time.Unix(1e9+int64(n), 0), asked: []byte("GET / HTTP/1.1\r\n\r\n"), status: 200, addr: "192.0.2.1",
		header: http.Header{"Content-Type": {"text/plain"}, "X": {"a\r\nb"}}, body: []byte("body " + strconv.Itoa(n)),
	}
}

var urlOf = url.URL{Scheme: "http", Host: "a.example", Path: "/"}

func TestSeriesRollsAndGoesOn(t *testing.T) {
	m := fsxtest.New()
	s, err := openSeries(m, "./x", "agent", 2000, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		if err := s.write(exchange(sample(i))...); err != nil {
			t.Fatal(err)
		}
	}
	at := s.at
	for i := range 10 { // not committed
		if err := s.write(exchange(sample(10 + i))...); err != nil {
			t.Fatal(err)
		}
	}
	if s.at.File < 4 {
		t.Errorf("the file is not rolled: %v", s.at)
	}
	if s, err = openSeries(m, "./x", "agent", 2000, &at); err != nil {
		t.Fatal(err)
	}
	if err := s.write(exchange(sample(99))...); err != nil {
		t.Fatal(err)
	}
	var bodies []string
	ids := map[string]bool{}
	for _, r := range warcs(t, m, "./x") {
		if _, body, _ := bytes.Cut(r.block, []byte("\r\n\r\n")); r.Get("WARC-Type") == "response" {
			bodies = append(bodies, string(body))
		}
		if id := r.Get("WARC-Record-ID"); ids[id] || len(id) != len("<urn:uuid:00000000-0000-0000-0000-000000000000>") {
			t.Errorf("record id %s", id)
		} else {
			ids[id] = true
		}
	}
	if len(bodies) != 11 || bodies[9] != "body 9" || bodies[10] != "body 99" {
		t.Errorf("%q", bodies)
	}
	if numbers, err := s.numbers(); err != nil || s.at.File != at.File+1 || len(numbers) != at.File+2 {
		t.Errorf("files %v, at %v, was at %v", numbers, s.at, at)
	}
	fresh, err := openSeries(m, "./x", "agent", 2000, nil)
	if err != nil || fresh.next != at.File+2 {
		t.Errorf("a new crawl would write to file %d, %v", fresh.next, err)
	}
}

// The same answers give the same bytes.
func TestRecordsAreDeterministic(t *testing.T) {
	var files [2][]byte
	for i := range files {
		m := fsxtest.New()
		s, err := openSeries(m, "./x", "agent", 1<<20, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.write(exchange(sample(1))...); err != nil {
			t.Fatal(err)
		}
		if files[i], err = fsx.ReadFile(m, "x-00000.warc.gz", 1<<20); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(files[0], files[1]) {
		t.Error("two writes of the same differ")
	}
}

func TestShortenedFileIsDamage(t *testing.T) {
	m := fsxtest.New()
	if err := fsx.WriteFile(m, "x-00003.warc.gz", make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	if _, err := openSeries(m, "./x", "agent", 1<<20, &warcMark{3, 11}); err == nil || !strings.Contains(err.Error(), "has 10 bytes, the crawl wrote 11") {
		t.Errorf("%v", err)
	}
}
