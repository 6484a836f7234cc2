package ingest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"corpus"
	"corpus/ingest/place"
	"corpus/internal/fsx"
)

// site serves a directory, by ranges and with ETags, and counts the bytes sent.
type site struct {
	*httptest.Server
	dir  string
	sent atomic.Int64
	tag  string
}

type counter struct {
	http.ResponseWriter
	n *atomic.Int64
}

func (c counter) Write(p []byte) (int, error) {
	c.n.Add(int64(len(p)))
	return c.ResponseWriter.Write(p)
}

func serve(t *testing.T, pairs ...string) *site {
	s := &site{dir: put(t, pairs...), tag: "1"}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.tag != "" {
			w.Header().Set("ETag", `"`+s.tag+`"`)
		}
		http.FileServer(http.Dir(s.dir)).ServeHTTP(counter{w, &s.sent}, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// opener reads from servers with a spool of its own.
func opener(t *testing.T) *place.Opener {
	t.Helper()
	spool, err := place.NewSpool(fsx.OS{}, t.TempDir(), 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	o := place.New(place.Config{Spool: spool, Retries: -1})
	t.Cleanup(func() { o.Close() })
	return o
}

// TestElsewhere: what is read from a server is what is read from the disk, each
// byte is sent once, and what is known is only asked for its version.
func TestElsewhere(t *testing.T) {
	var many strings.Builder
	for i := range 20_000 {
		many.WriteString(jsonLine(fmt.Sprintf("line %d", i)))
	}
	pairs := append(shelf(), "crawl.jsonl.gz", members(cut(many.String(), 40)...), "all.tar.gz", members(tarOf(shelf()...)), "all.zip", zipOf(8, shelf()...))
	s := serve(t, pairs...)
	var urls []string
	size := int64(0)
	for i := 0; i < len(pairs); i += 2 {
		urls = append(urls, s.URL+"/"+pairs[i])
		size += int64(len(pairs[i+1]))
	}
	slices.Sort(urls)
	local, remote := newMemory(2), newMemory(2)
	local.run(t, Config{UnitBytes: 9000}, s.dir)
	cfg := Config{UnitBytes: 9000, Places: opener(t), Seen: filepath.Join(t.TempDir(), "seen")}
	remote.first = remote.run(t, cfg, urls...)
	if got, want := remote.texts(), local.texts(); !slices.Equal(got, want) {
		t.Errorf("%d texts from the server, %d from the disk", len(got), len(want))
	}
	there := local.docs()
	for i, d := range remote.docs() {
		if want := s.URL + "/" + there[i].Source; d.Source != want {
			t.Fatalf("source %q, want %q", d.Source, want)
		}
	}
	if sent := s.sent.Load(); sent > size+size/10 {
		t.Errorf("%d bytes sent of %d", sent, size)
	}
	s.sent.Store(0)
	if parts := remote.run(t, cfg, urls...); parts != 0 || s.sent.Load() != 0 {
		t.Errorf("%d parts and %d bytes sent, want none: all is known", parts, s.sent.Load())
	}
	s.tag = "2" // another version, the same bytes
	if parts := remote.run(t, cfg, urls...); parts != 0 || s.sent.Load() == 0 {
		t.Errorf("%d parts and %d bytes sent, want no part, but a look at the bytes", parts, s.sent.Load())
	}
}

// TestListOfSources: @FILE is the names in it, with a prefix.
func TestListOfSources(t *testing.T) {
	s := serve(t, "a.txt", "Text of a.", "d/b.txt", "Text of b.", "paths.gz", members("# paths\nd/b.txt\n\na.txt\nmissing.txt\n"))
	m := newMemory(1)
	m.run(t, Config{Places: opener(t), Prefix: s.URL}, "@"+s.URL+"/paths.gz")
	if got := m.texts(); !slices.Equal(got, []string{"Text of b.", "Text of a."}) {
		t.Errorf("texts %q", got)
	}
	if m.count("bad_sources") != 1 || m.lost()[0].reason != Unreadable || !strings.Contains(m.lost()[0].detail, "no such file") {
		t.Errorf("lost %v", m.lost())
	}
	_, err := Stage(t.Context(), Config{Places: opener(t)}, []string{"@" + filepath.Join(t.TempDir(), "none")})
	if corpus.ClassOf(err) != corpus.NoInput {
		t.Errorf("a list that is missing: %v", err)
	}
}

// TestTrustElsewhere: addresses can be trusted, by name, pattern or in a list.
func TestTrustElsewhere(t *testing.T) {
	s := serve(t, "a.txt", "Text of a.", "d/b.txt", "Text of b.", "d/c.md", "Text of c.", "e.txt", "Text of e.", "list", "e.txt\n")
	urls := []string{s.URL + "/a.txt", s.URL + "/d/b.txt", s.URL + "/d/c.md", s.URL + "/e.txt"}
	for trusted, want := range map[string]string{
		urls[0]: "a", s.URL + "/d/": "bc", s.URL + "/d/*.md": "c", "@" + s.URL + "/list": "e", s.URL + "/other/": "",
	} {
		m := newMemory(1)
		m.run(t, Config{Places: opener(t), Prefix: s.URL, Trusted: []string{trusted}}, urls...)
		got := ""
		for _, d := range m.docs() {
			if d.Trusted {
				got += d.Text[len(d.Text)-2 : len(d.Text)-1]
			}
		}
		if got != want {
			t.Errorf("%s: %q is trusted, want %q", trusted, got, want)
		}
	}
}

// TestUnreachable: a server that is not there is the error when nothing else
// can be read, else a bad source.
func TestUnreachable(t *testing.T) {
	s := serve(t, "a.txt", "Text.")
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	_, err := Stage(t.Context(), Config{Places: opener(t)}, []string{gone.URL + "/a.txt"})
	if corpus.ClassOf(err) != corpus.Network {
		t.Errorf("class %v of %v", corpus.ClassOf(err), err)
	}
	m := newMemory(1)
	m.run(t, Config{Places: opener(t)}, gone.URL+"/a.txt", s.URL+"/a.txt")
	if len(m.texts()) != 1 || m.count("bad_sources") != 1 {
		t.Errorf("%d texts, lost %v", len(m.texts()), m.lost())
	}
}

// TestServerThatBreaks: when a server dies while a file is read the file is a
// bad source, not a damaged one, and is read again.
func TestServerThatBreaks(t *testing.T) {
	var many strings.Builder
	for i := range 5000 {
		many.WriteString(jsonLine(fmt.Sprintf("line %d", i)))
	}
	for name, content := range map[string]string{"gzip": members(cut(many.String(), 9)...), "zstd": frames(cut(many.String(), 9)...), "plain": many.String(), "tar": members(tarOf("x.jsonl", many.String()))} {
		s := serve(t, "x", content)
		var broken atomic.Bool
		handler := s.Config.Handler
		s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if broken.Load() {
				panic(http.ErrAbortHandler)
			}
			handler.ServeHTTP(w, r)
		})
		cfg := Config{UnitBytes: 4000, Places: place.New(place.Config{Retries: -1, BlockBytes: 1000})}
		stage, err := Stage(t.Context(), cfg, []string{s.URL + "/x"})
		if err != nil {
			t.Fatal(err)
		}
		m := newMemory(1)
		if err := stage.Passes[0].Run(m.task("scan", 0)); err != nil {
			t.Fatal(err)
		}
		broken.Store(true)
		n, err := stage.Passes[1].Tasks(m.task("read", 0))
		if err != nil || n == 0 {
			t.Fatalf("%s: %d parts, %v", name, n, err)
		}
		for i := range n {
			if err := stage.Passes[1].Run(m.task("read", i)); err != nil {
				t.Fatal(err)
			}
		}
		if got := m.lost(); m.count("bad_sources") != 1 || len(got) != 1 || got[0].reason != Unreadable {
			t.Errorf("%s: lost %v, %d bad sources", name, got, m.count("bad_sources"))
		}
		broken.Store(false)
		m.first = n
		if m.run(t, cfg, s.URL+"/x"); len(m.texts()) < 5000 {
			t.Errorf("%s: %d texts, want all when the server is back", name, len(m.texts()))
		}
	}
}

func TestNamesOfAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"https://u:p@host/a/b.gz?x=1#f":                      "https://host/a/b.gz?x=1",
		"https://host/a?X-Amz-Signature=secret&X-Amz-Date=1": "https://host/a",
		"s3://bucket/key with space":                         "s3://bucket/key with space",
		"s3://bucket/what?.txt":                              "s3://bucket/what?.txt",
		"s3://bucket/key?region=x&endpoint=http://host:1":    "s3://bucket/key",
	} {
		if got := nameOf(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
	if l := fault(&corpus.Error{Err: place.ErrChanged}); l.reason != Changed {
		t.Errorf("a file that was replaced is %s", l.reason)
	}
}
