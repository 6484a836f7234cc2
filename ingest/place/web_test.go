package place_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"corpus"
	"corpus/ingest/place"
)

// site serves one file that can be replaced, with ranges.
type site struct {
	mu       sync.Mutex
	data     []byte
	tag      string
	modified time.Time
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tag != "" {
		w.Header().Set("ETag", s.tag)
	}
	http.ServeContent(w, r, "file.bin", s.modified, bytes.NewReader(s.data))
}

func (s *site) replace(data []byte, tag string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.data, s.tag = data, tag
}

func TestWebRead(t *testing.T) {
	data := some(1<<20 + 17)
	p := newProxy(t, &site{data: data, tag: `"1"`, modified: time.Unix(1e9, 0)})
	o := opener(t, quick())
	in := must[place.Info](t)(o.Stat(t.Context(), p.URL+"/file.bin"))
	if want := (place.Info{Name: p.URL + "/file.bin", Size: int64(len(data)), Version: `"1"`}); in != want {
		t.Fatalf("found %+v, want %+v", in, want)
	}
	if all, err := o.List(t.Context(), in.Name); err != nil || len(all) != 1 || all[0] != in {
		t.Errorf("listed %v, %v", all, err)
	}
	p.set(func() {})
	wantContent(t, o, in, data)
	if n := len(p.requests()); n != 17 {
		t.Errorf("%d requests for 17 blocks", n)
	}
	for _, h := range p.headers {
		if h.Get("User-Agent") != "corpus-test" || h.Get("Accept-Encoding") != "identity" {
			t.Fatalf("headers %v", h)
		}
	}
	p.set(func() { p.cut = 30_000 })
	wantContent(t, o, in, data)
}

func TestWebReadsConcurrently(t *testing.T) {
	data := some(1 << 20)
	p := newProxy(t, &site{data: data, tag: `"1"`})
	o := opener(t, quick())
	f := must[*place.File](t)(o.Open(t.Context(), must[place.Info](t)(o.Stat(t.Context(), p.URL))))
	defer f.Close()
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			b := make([]byte, 70_001)
			for i := range 15 {
				off := int64(i*7+g*13) * 65_537 % int64(len(data))
				n, err := f.ReadAt(b, off)
				want := data[off:min(off+int64(len(b)), int64(len(data)))]
				if !bytes.Equal(b[:n], want) || len(want) < len(b) != errors.Is(err, io.EOF) {
					t.Errorf("at %d: %d bytes, %v", off, n, err)
				}
			}
		})
	}
	wg.Wait()
	if n, err := f.ReadAt(make([]byte, 1), int64(len(data))); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("behind the end: %d, %v", n, err)
	}
}

func TestWebVersions(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	for _, c := range []struct {
		name, tag string
		modified  time.Time
		want      string
	}{
		{"strong", `"a"`, now, `"a"`},
		{"weak", `W/"a"`, now, "Tue, 14 Nov 2023 22:13:20 GMT"},
		{"weak alone", `W/"a"`, time.Time{}, `W/"a"`},
		{"time", "", now, "Tue, 14 Nov 2023 22:13:20 GMT"},
		{"none", "", time.Time{}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newProxy(t, &site{data: []byte("text"), tag: c.tag, modified: c.modified})
			o := opener(t, quick())
			in := must[place.Info](t)(o.Stat(t.Context(), p.URL))
			if in.Version != c.want {
				t.Errorf("version %q, want %q", in.Version, c.want)
			}
			wantContent(t, o, in, []byte("text"))
		})
	}
}

func TestWebChanged(t *testing.T) {
	data := some(300_000)
	s := &site{data: data, tag: `"1"`}
	p := newProxy(t, s)
	o := opener(t, quick())
	in := must[place.Info](t)(o.Stat(t.Context(), p.URL))
	f := must[*place.File](t)(o.Open(t.Context(), in))
	defer f.Close()
	for name, change := range map[string]func(){
		"tag":     func() { s.replace(data, `"2"`) },
		"longer":  func() { s.replace(some(300_001), "") },
		"shorter": func() { s.replace(data[:100_000], "") },
	} {
		s.replace(data, `"1"`)
		change()
		if _, err := f.ReadAt(make([]byte, 1), 200_000); !errors.Is(err, place.ErrChanged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s.replace(data, `"1"`)
	if _, err := f.ReadAt(make([]byte, 1), 200_000); err != nil {
		t.Errorf("after it is back: %v", err)
	}
}

func TestWebStatWithoutHead(t *testing.T) {
	for _, status := range []int{http.StatusMethodNotAllowed, http.StatusForbidden, http.StatusNotImplemented} {
		p := newProxy(t, &site{data: []byte("0123456789"), tag: `"1"`})
		p.refuse = func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodHead {
				w.WriteHeader(status)
			}
			return r.Method == http.MethodHead
		}
		in := must[place.Info](t)(opener(t, quick()).Stat(t.Context(), p.URL))
		if in.Size != 10 || in.Version != `"1"` {
			t.Errorf("%d: %+v", status, in)
		}
	}
}

func TestWebRetries(t *testing.T) {
	p := newProxy(t, &site{data: []byte("text"), tag: `"1"`})
	o := opener(t, quick())
	in := must[place.Info](t)(o.Stat(t.Context(), p.URL))
	for _, status := range []int{429, 500, 502, 503, 504} {
		p.set(func() { p.refuse = times(3, status, nil, "") })
		wantContent(t, o, in, []byte("text"))
	}
	for _, status := range []int{400, 401, 403, 404, 410, 501} {
		p.set(func() { p.refuse = times(-1, status, nil, "") })
		_, err := o.Open(t.Context(), in)
		if n := len(p.requests()); err == nil || n != 1 {
			t.Errorf("%d: %d requests, %v; it is final", status, n, err)
		}
	}
	none := quick()
	none.Retries = -1
	p.set(func() { p.refuse = times(-1, 503, nil, "") })
	_, err := opener(t, none).Open(t.Context(), in)
	wantError(t, err, corpus.Network, "503", in.Name)
	if n := len(p.requests()); n != 1 {
		t.Errorf("%d requests without retries", n)
	}
}

func TestWebRetryAfter(t *testing.T) {
	p := newProxy(t, &site{data: []byte("text"), tag: `"1"`})
	o := opener(t, quick())
	in := must[place.Info](t)(o.Stat(t.Context(), p.URL))
	p.set(func() { p.refuse = times(1, 429, http.Header{"Retry-After": {"1"}}, "") })
	start := time.Now()
	wantContent(t, o, in, []byte("text"))
	if d := time.Since(start); d < time.Second {
		t.Errorf("came back after %v, not a second", d)
	}
	date := time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	for _, after := range []string{"3600", date} {
		p.set(func() { p.refuse = times(-1, 503, http.Header{"Retry-After": {after}}, "") })
		_, err := o.Open(t.Context(), in)
		wantError(t, err, corpus.Network, "come back in")
		if n := len(p.requests()); n != 1 {
			t.Errorf("%d requests to a server that asks for an hour", n)
		}
	}
}

func TestWebCancel(t *testing.T) {
	p := newProxy(t, &site{data: []byte("text")})
	in := place.Info{Name: p.URL, Size: 4}
	p.set(func() { p.refuse = times(-1, 503, http.Header{"Retry-After": {"60"}}, "") })
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	start := time.Now()
	_, err := opener(t, quick()).Open(ctx, in)
	if !errors.Is(err, context.Canceled) || time.Since(start) > 5*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
}

func TestWebStalls(t *testing.T) {
	data := some(100_000)
	p := newProxy(t, &site{data: data, tag: `"1"`})
	cfg := quick()
	cfg.Stall = 100 * time.Millisecond
	o := opener(t, cfg)
	in := must[place.Info](t)(o.Stat(t.Context(), p.URL))
	hang := true
	p.set(func() {
		p.refuse = func(w http.ResponseWriter, r *http.Request) bool {
			if !hang {
				return false
			}
			hang = false
			w.Header().Set("Content-Range", "bytes 0-65535/100000")
			w.Header().Set("Content-Length", "65536")
			w.WriteHeader(http.StatusPartialContent)
			_, _ = w.Write(data[:1000])
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
			return true
		}
	})
	wantContent(t, o, in, data)
	if got := p.requests(); len(got) < 2 || got[1] != "GET bytes=1000-65535" {
		t.Errorf("asked for %v; it goes on where it was cut", got)
	}
}

func TestWebUnreachable(t *testing.T) {
	l := must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
	name := "http://user:hidden@" + l.Addr().String() + "/x?X-Amz-Signature=hidden&sig=hidden&part=1"
	l.Close()
	_, err := opener(t, quick()).Stat(t.Context(), name)
	wantError(t, err, corpus.Network, "refused", "part=1", l.Addr().String())
	if strings.Contains(err.Error(), "hidden") {
		t.Errorf("the error holds a secret: %v", err)
	}
	secure := httptest.NewUnstartedServer(&site{data: []byte("text")})
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	start := time.Now()
	_, err = opener(t, place.Config{}).Stat(t.Context(), secure.URL)
	wantError(t, err, corpus.Network, "certificate")
	if time.Since(start) > 5*time.Second {
		t.Error("a certificate that is not trusted was tried again")
	}
	for _, name := range []string{"http:///x", "ftp://host/x", "s3://", "http://[::1", "file.txt"} {
		_, err := opener(t, quick()).Stat(t.Context(), name)
		wantError(t, err, corpus.Usage)
	}
}

func TestWebRedirects(t *testing.T) {
	var leaked []string
	data := some(100_000)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		leaked = append(leaked, r.Header.Get("Authorization"), r.Header.Get("Referer"))
		(&site{data: data, tag: `"1"`}).ServeHTTP(w, r)
	}))
	defer other.Close()
	// Another host, not another port, is where credentials must not go.
	elsewhere := strings.Replace(other.URL, "127.0.0.1", "localhost", 1)
	var first []string
	p := newProxy(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first = append(first, r.Header.Get("Authorization"))
		if r.URL.Path == "/loop" {
			http.Redirect(w, r, "/loop", http.StatusFound)
			return
		}
		http.Redirect(w, r, elsewhere+"/file", http.StatusFound)
	}))
	o := opener(t, quick())
	name := strings.Replace(p.URL, "http://", "http://user:hidden@", 1)
	in := must[place.Info](t)(o.Stat(t.Context(), name+"/file"))
	wantContent(t, o, in, data)
	if slices.Contains(first, "") || len(first) == 0 {
		t.Errorf("the host that was named got %q", first)
	}
	if slices.ContainsFunc(leaked, func(s string) bool { return s != "" }) {
		t.Errorf("the host behind the redirect got %q", leaked)
	}
	p.set(func() {})
	_, err := o.Stat(t.Context(), p.URL+"/loop")
	wantError(t, err, corpus.Network, "more than 10 redirects")
	if n := len(p.requests()); n != 11 {
		t.Errorf("%d requests, want 11", n)
	}
	secure := httptest.NewTLSServer(http.RedirectHandler(other.URL, http.StatusFound))
	defer secure.Close()
	cfg := quick()
	cfg.Transport = secure.Client().Transport
	_, err = opener(t, cfg).Stat(t.Context(), secure.URL)
	wantError(t, err, corpus.Network, "https to http")
}

// rangeless ignores ranges; without a length when length is false.
func rangeless(data []byte, length bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Last-Modified", "Tue, 14 Nov 2023 22:13:20 GMT")
		r.Header.Del("Range")
		if length {
			http.ServeContent(w, r, "x", time.Time{}, bytes.NewReader(data))
			return
		}
		for b := range slices.Chunk(data, 10_000) {
			if r.Method == http.MethodHead {
				break
			}
			_, _ = w.Write(b)
			_ = http.NewResponseController(w).Flush()
		}
	})
}
