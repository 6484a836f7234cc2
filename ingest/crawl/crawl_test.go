package crawl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"corpus"
	"corpus/internal/fsx"
	"corpus/internal/fsx/fsxtest"

	"github.com/klauspost/compress/gzip"
)

// site is a web site in a map; a page is "Name: value" lines, an empty line,
// and a body, or a body alone. It notes who asked for what.
type site struct {
	mu    sync.Mutex
	pages map[string]string
	asked []string
	agent string
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked, s.agent = append(s.asked, r.URL.RequestURI()), r.UserAgent()
	p, ok := s.pages[r.URL.RequestURI()]
	status := http.StatusOK
	if !ok {
		status = http.StatusNotFound
	}
	w.Header().Set("Content-Type", "text/html")
	if head, body, ok := strings.Cut(p, "\n\n"); ok {
		p = body
		for line := range strings.Lines(head) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			if name == "Status" {
				status, _ = strconv.Atoi(value)
			} else {
				w.Header().Set(name, value)
			}
		}
	}
	if tag := w.Header().Get("ETag"); tag != "" && r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.WriteHeader(status)
	io.WriteString(w, p)
}

func (s *site) requests() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.asked, " ")
}

func (s *site) set(path, page string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages[path] = page
}

func gz(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, s)
	z.Close()
	return b.String()
}

// local is a configuration for a server on the loopback.
func local(seed string) Config {
	return Config{
		Seeds: []string{seed}, Dir: ".", Name: "x", Agent: "testbot/1 (+https://example.org/bot)", Scope: Scope{Depth: 20},
		AllowPrivate: true, Revisit: time.Hour, backoff: time.Millisecond,
	}
}

// stored are the paths of records of a type in the WARC that ingest reads.
func stored(t *testing.T, fsys fsx.FS, kind string) []string {
	t.Helper()
	var paths []string
	for _, r := range warcs(t, fsys, "./x") {
		if r.Get("WARC-Type") == kind {
			paths = append(paths, mustURL(t, r.Get("WARC-Target-URI")).RequestURI())
		}
	}
	slices.Sort(paths)
	return paths
}

func newSite(t *testing.T, pages map[string]string) (*site, string) {
	t.Helper()
	s := &site{pages: pages}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	return s, srv.URL
}

func TestCrawl(t *testing.T) {
	s, at := newSite(t, map[string]string{
		"/robots.txt":              "User-agent: *\nDisallow: /private\nUser-agent: GPTBot\nDisallow: /art\nSitemap: /maps.xml\n",
		"/ai.txt":                  "User-Agent: *\nDisallow: /poems\n",
		"/.well-known/tdmrep.json": `[{"location":"/data/*","tdm-reservation":1}]`,
		"/maps.xml":                "Content-Type: application/xml\n\n<sitemapindex><sitemap><loc>/map.xml.gz</loc></sitemap></sitemapindex>",
		"/map.xml.gz":              "Content-Type: application/gzip\n\n" + gz("<urlset><url><loc>/from-map</loc></url><url><loc>http://other.example/</loc></url></urlset>"),
		"/":                        `<a href=/a><a href=/a#x><a href="/b?utm_source=1"><a href=/private/x><a href=/art/x><a href=/poems/x><a href=/data/x><link rel=alternate type=application/rss+xml href=/feed>`,
		"/a":                       `<a href=/noindex><a href=/nofollow><a href=/r1><a href=/i.png><a href=/gone><a href=/empty>`,
		"/b":                       "text of b",
		"/feed":                    "Content-Type: application/rss+xml\n\n<rss><channel><item><link>/from-feed</link></item></channel></rss>",
		"/from-map":                "x", "/from-feed": "y", "/behind-noindex": "z", "/never": "never",
		"/noindex":  `<meta name=robots content=noindex><a href=/behind-noindex>`,
		"/nofollow": `<meta name=robots content=nofollow><a href=/never>`,
		"/r1":       "Status: 301\nLocation: /r2\n\n", "/r2": "Status: 302\nLocation: /target\n\n", "/target": "<p>target",
		"/i.png": "Content-Type: image/png\n\nPNG", "/gone": "Status: 410\n\nno", "/empty": "Content-Type: text/html\n\n",
		"/tdm": "TDM-Reservation: 1\n\nx",
	})
	s.set("/b", "Content-Type: text/plain\nContent-Encoding: gzip\n\n"+gz(`plain text <a href="/never"> <meta name=robots content=noindex>`))
	m := fsxtest.New()
	n, err := Run(t.Context(), m, local(at+"/"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(stored(t, m, "response"), " "), "/ /a /b /behind-noindex /from-feed /from-map /nofollow /target"; got != want {
		t.Errorf("stored %s\nwant   %s", got, want)
	}
	for _, never := range []string{"/private/x", "/art/x", "/poems/x", "/data/x", "/never"} {
		if strings.Contains(s.requests(), never) {
			t.Errorf("%s was asked for", never)
		}
	}
	if !strings.HasPrefix(s.requests(), "/robots.txt /ai.txt /.well-known/tdmrep.json ") || strings.Count(s.requests(), " /a ") != 1 {
		t.Errorf("asked for %s", s.requests())
	}
	n.Bytes = 0
	want := Counts{Requests: 20, Stored: 8, Redirects: 2, Gone: 1, Skipped: 2, Robots: 1, OptedOut: 4, Lists: 3, OutOfScope: 1}
	if n != want {
		t.Errorf("counts %+v\nwant   %+v", n, want)
	}
	if s.agent != "testbot/1 (+https://example.org/bot)" {
		t.Errorf("the agent is %s", s.agent)
	}
}

// What a site keeps from training is open on one's own site, but not what it
// keeps from everybody.
func TestOwnSite(t *testing.T) {
	s, at := newSite(t, map[string]string{
		"/robots.txt": "User-agent: *\nDisallow: /private\nUser-agent: GPTBot\nDisallow: /\n", "/ai.txt": "User-agent: *\nDisallow: /\n",
		"/": "X-Robots-Tag: noai\n\n<a href=/private><a href=/noindex>", "/noindex": "X-Robots-Tag: noindex\n\nx",
	})
	m := fsxtest.New()
	if _, err := Run(t.Context(), m, local(at)); corpus.ClassOf(err) != corpus.NoInput || !strings.Contains(err.Error(), "keep this crawler out") {
		t.Errorf("a site that wants no training gives %v", err)
	}
	cfg := local(at)
	cfg.OwnSite, cfg.Revisit = true, 0
	n, err := Run(t.Context(), m, cfg)
	if err != nil || n.Stored != 1 || n.Robots != 1 || n.OptedOut != 1 || strings.Count(s.requests(), "/ai.txt") != 1 {
		t.Errorf("%+v, %v, %s", n, err, s.requests())
	}
}

// A second visit asks whether pages changed, and writes revisit records of those
// that did not, in a file of its own.
func TestRevisit(t *testing.T) {
	s, at := newSite(t, map[string]string{
		"/": "ETag: \"1\"\n\n<a href=/same><a href=/new><a href=/gone>", "/same": "same", "/new": "old", "/gone": "here",
	})
	m, cfg := fsxtest.New(), local(at)
	if n, err := Run(t.Context(), m, cfg); err != nil || n.Stored != 4 {
		t.Fatalf("%+v, %v", n, err)
	}
	before := len(s.requests())
	if n, err := Run(t.Context(), m, cfg); err != nil || n.Requests != 0 || len(s.requests()) != before {
		t.Errorf("a crawl that is up to date: %+v, %v", n, err)
	}
	s.set("/new", "new")
	s.set("/gone", "Status: 404\n\n")
	cfg.Revisit = 0
	first, _ := fsx.ReadFile(m, "x-00000.warc.gz", 1<<20)
	n, err := Run(t.Context(), m, cfg)
	if err != nil || n.Stored != 1 || n.Unchanged != 2 || n.Gone != 2 { // and the sitemap
		t.Errorf("%+v, %v", n, err)
	}
	if now, _ := fsx.ReadFile(m, "x-00000.warc.gz", 1<<20); !bytes.Equal(first, now) {
		t.Error("the file of the first run was touched")
	}
	var profiles []string
	for _, r := range warcs(t, m, "./x") {
		if r.Get("WARC-Type") == "revisit" {
			profiles = append(profiles, mustURL(t, r.Get("WARC-Target-URI")).Path+" "+r.Get("WARC-Profile"))
			if r.Get("WARC-Refers-To-Target-URI") != r.Get("WARC-Target-URI") || r.Get("WARC-Refers-To-Date") == "" || r.Get("WARC-Payload-Digest") == "" {
				t.Errorf("%v", r.MIMEHeader)
			}
		}
	}
	slices.Sort(profiles)
	if got, want := strings.Join(profiles, "\n"), "/ "+notModified+"\n/same "+sameDigest; got != want {
		t.Errorf("revisits\n%s\nwant\n%s", got, want)
	}
}

func TestScope(t *testing.T) {
	pages := map[string]string{"/": "<a href=/d/1><a href=/e/1>"}
	for i := range 30 {
		pages[fmt.Sprintf("/d/%d", i)] = fmt.Sprintf("<a href=/d/%d>%s", i+1, strings.Repeat("x", 1000))
	}
	pages["/e/1"] = "e"
	for _, c := range []struct {
		name  string
		scope Scope
		want  int64
	}{
		{"depth 0", Scope{Depth: 0}, 1},
		{"depth 3", Scope{Depth: 3}, 5},
		{"all", Scope{Depth: 99}, 31},
		{"path", Scope{Depth: 99, Paths: []string{"/e", "/none"}}, 2},
		{"pages", Scope{Depth: 99, Pages: 5}, 4}, // and the sitemap that is not there
		{"bytes", Scope{Depth: 99, Bytes: 5000}, 7},
	} {
		_, at := newSite(t, pages)
		cfg := local(at)
		cfg.Scope = c.scope
		if n, err := Run(t.Context(), fsxtest.New(), cfg); err != nil || n.Stored != c.want {
			t.Errorf("%s: %+v, %v; want %d", c.name, n, err, c.want)
		}
	}
	_, at := newSite(t, pages)
	m, cfg, total := fsxtest.New(), local(at), int64(0)
	cfg.Scope = Scope{Depth: 99, Pages: 7}
	for range 10 {
		n, err := Run(t.Context(), m, cfg)
		if err != nil {
			t.Fatal(err)
		}
		total += n.Stored
	}
	if total != 31 || len(stored(t, m, "response")) != 31 {
		t.Errorf("seven pages a run are %d in the end", total)
	}
}

func TestHostsInScope(t *testing.T) {
	seeds := []*url.URL{mustURL(t, "https://www.a.example/"), mustURL(t, "http://b.example:8080/")}
	s := Scope{Hosts: []string{".c.example", "d.example"}, Depth: 1}
	for u, want := range map[string]bool{
		"http://a.example/": true, "https://www.a.example/x": true, "http://x.a.example/": false, "http://a.example:81/": false,
		"http://b.example:8080/": true, "http://b.example/": false, "http://c.example/": true, "http://x.y.c.example/": true,
		"http://xc.example/": false, "http://d.example/": true, "http://x.d.example/": false, "http://d.example.evil.example/": false,
	} {
		if got := s.holds(seeds, mustURL(t, u), 1); got != want {
			t.Errorf("%s: %v", u, got)
		}
	}
}

func TestAgentNeedsContact(t *testing.T) {
	for agent, ok := range map[string]bool{
		"": false, "corpus": false, "corpus/1.0": false, "corpus (+https://example.org/bot)": true, "corpus a@example.org": true,
		"Mozilla/5.0 (compatible; mybot; +http://example.org)": true, "(+https://example.org)": false, "corpus\r\nX: https://a.example": false,
		"corpus http://": false, "corpus @": false, "bot ä@example.org": false,
		"Mozilla/5.0 (X11; Linux x86_64) https://example.org": false,
	} {
		if err := checkAgent(agent); (err == nil) != ok || err != nil && corpus.ClassOf(err) != corpus.Usage {
			t.Errorf("%q: %v", agent, err)
		}
	}
}

func TestAgentToken(t *testing.T) {
	for agent, want := range map[string]string{
		"Corpus-Bot/1.0 (+https://a.example)":                    "corpus-bot",
		"Mozilla/5.0 (compatible; MyBot/2.1; +http://a.example)": "mybot",
		"Mozilla/5.0 (compatible;MyBot; +http://a.example)":      "mybot",
	} {
		if got := agentToken(agent); got != want {
			t.Errorf("%s: %q, want %q", agent, got, want)
		}
	}
}

// With --per-host, that many requests are under way at a host, and no more.
func TestPerHost(t *testing.T) {
	var active, most, arrived atomic.Int64
	three := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		most.Store(max(most.Load(), active.Add(1)))
		defer active.Add(-1)
		if r.URL.Path != "/" && r.URL.Path != "/robots.txt" {
			switch n := arrived.Add(1); {
			case n == 3:
				close(three)
			case n < 3:
				<-three // the others come while this one waits
			}
			fmt.Fprint(w, "page ", r.URL.Path)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		for i := range 40 {
			fmt.Fprintf(w, "<a href=/%d>", i)
		}
	}))
	defer srv.Close()
	cfg, m := local(srv.URL), fsxtest.New()
	cfg.PerHost, cfg.OwnSite = 3, true
	n, err := Run(t.Context(), m, cfg)
	if err != nil || n.Stored != 41 || most.Load() != 3 {
		t.Errorf("%d at once: %+v, %v", most.Load(), n, err)
	}
}

// The power fails at every operation; the run after it ends with every page in
// the WARC files exactly once.
func TestPowerFailsAnywhere(t *testing.T) {
	pages := map[string]string{"/": "<a href=/1><a href=/2><a href=/r>", "/r": "Status: 301\nLocation: /3\n\n", "/1": "one", "/2": "two", "/3": "three"}
	_, at := newSite(t, pages)
	cfg := local(at)
	for k := 1; ; k++ {
		m := fsxtest.New()
		m.FailAt, m.Fail = k, fsxtest.ErrCrash
		_, err := Run(t.Context(), m, cfg)
		for _, keep := range []bool{false, true} {
			after := m.Crash(keep)
			if _, err := Run(t.Context(), after, cfg); err != nil {
				t.Fatalf("crash at operation %d: %v", k, err)
			}
			if got := strings.Join(stored(t, after, "response"), " "); got != "/ /1 /2 /3" {
				t.Fatalf("crash at operation %d (keep %v): stored %s\n%s", k, keep, got, m.Log())
			}
		}
		if err == nil {
			if k < 15 {
				t.Errorf("only %d operations", k)
			}
			return
		}
	}
}

// So it does when the power fails while a crawl is taken up.
func TestPowerFailsAgain(t *testing.T) {
	_, at := newSite(t, map[string]string{"/": "<a href=/1><a href=/2>", "/1": "one", "/2": "two"})
	cfg := local(at)
	for _, first := range []int{8, 14, 20} {
		for k := 1; ; k++ {
			m := fsxtest.New()
			m.FailAt, m.Fail = first, fsxtest.ErrCrash
			if _, err := Run(t.Context(), m, cfg); err == nil {
				t.Fatalf("there is no operation %d", first)
			}
			m = m.Crash(true)
			m.FailAt, m.Fail = k, fsxtest.ErrCrash
			_, err := Run(t.Context(), m, cfg)
			m = m.Crash(k%2 == 0)
			if _, err := Run(t.Context(), m, cfg); err != nil {
				t.Fatalf("crashes at operations %d and %d: %v", first, k, err)
			}
			if got := strings.Join(stored(t, m, "response"), " "); got != "/ /1 /2" {
				t.Fatalf("crashes at operations %d and %d: stored %s", first, k, got)
			}
			if err == nil {
				break
			}
		}
	}
}

// A write fails, on a full disk for instance: the run says so, and commits
// nothing of which a part may be missing.
func TestWriteFailsAnywhere(t *testing.T) {
	_, at := newSite(t, map[string]string{"/": "<a href=/1><a href=/r>", "/r": "Status: 301\nLocation: /2\n\n", "/1": "one", "/2": "two"})
	cfg, full := local(at), errors.New("no space left")
	for k := 1; ; k++ {
		m := fsxtest.New()
		m.FailAt, m.Fail = k, full
		if _, err := Run(t.Context(), m, cfg); err == nil {
			return
		} else if !errors.Is(err, full) {
			t.Fatalf("failure at operation %d gives %v", k, err)
		}
		if _, err := Run(t.Context(), m, cfg); err != nil {
			t.Fatalf("after a failure at operation %d: %v", k, err)
		}
		if got := strings.Join(stored(t, m, "response"), " "); got != "/ /1 /2" {
			t.Fatalf("failure at operation %d: stored %s\n%s", k, got, m.Log())
		}
	}
}

// robots.txt may not lead to where a page may not.
func TestRobotsLeadsInside(t *testing.T) {
	for _, to := range []string{"http://169.254.169.254/robots.txt", "http://[fe80::1]/robots.txt", "http://0.0.0.0/", "http://[64:ff9b::7f00:1]/"} {
		s, at := newSite(t, map[string]string{"/robots.txt": "Status: 302\nLocation: " + to + "\n\n", "/": "page"})
		var warned string
		cfg := local(at)
		cfg.Warn = func(text string) { warned += text }
		n, err := Run(t.Context(), fsxtest.New(), cfg)
		if corpus.ClassOf(err) != corpus.Network || n.Waiting != 1 || s.requests() != "/robots.txt" || !strings.Contains(warned, "not a public address") {
			t.Errorf("%s: %+v, %v, %s, %s", to, n, err, s.requests(), warned)
		}
	}
}

// A redirect to an address inside is not followed there, whatever the scope says.
func TestRedirectsInside(t *testing.T) {
	pages, seed := map[string]string{}, ""
	var hosts []string
	for _, b := range blocks {
		for _, a := range insides(b.prefix) {
			if private(a) {
				continue // open with --allow-private, which this test needs
			}
			to := "http://" + netip.AddrPortFrom(a, 8080).String() + "/"
			u, err := canonical(nil, to)
			if err != nil {
				t.Fatal(err)
			}
			hosts = append(hosts, u.Host)
			seed += fmt.Sprintf("<a href=/%d>", len(hosts))
			pages[fmt.Sprintf("/%d", len(hosts))] = "Status: 302\nLocation: " + to + "\n\n"
		}
	}
	pages["/"] = seed
	_, at := newSite(t, pages)
	cfg := local(at)
	cfg.Scope.Hosts = hosts
	n, err := Run(t.Context(), fsxtest.New(), cfg)
	if err != nil || len(hosts) < 80 || n.Redirects != int64(len(hosts)) || n.Waiting < int64(len(hosts)) || n.Stored != 1 || n.OutOfScope > 0 {
		t.Errorf("%d redirects: %+v, %v", len(hosts), n, err)
	}
}

// A certificate that nobody has signed, and a server that speaks no TLS, are not
// talked to.
func TestTLSIsVerified(t *testing.T) {
	s := &site{pages: map[string]string{"/": "page"}}
	signed, plain := httptest.NewUnstartedServer(s), httptest.NewServer(s)
	signed.Config.ErrorLog = log.New(io.Discard, "", 0)
	signed.StartTLS()
	defer signed.Close()
	defer plain.Close()
	for _, at := range []string{signed.URL, "https" + strings.TrimPrefix(plain.URL, "http")} {
		if n, err := Run(t.Context(), fsxtest.New(), local(at)); corpus.ClassOf(err) != corpus.Network || n.Waiting != 1 || n.BadSeeds != 1 {
			t.Errorf("%s: %+v, %v", at, n, err)
		}
	}
	if s.requests() != "" {
		t.Errorf("asked for %s", s.requests())
	}
}

// A host that asks to wait for longer than a run would is left to the next one.
func TestLongWaitEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &web{asked: map[string][]time.Time{}, answer: func(_, path string, _ int) (int, string, string) {
			if path == "/" {
				return 429, "Retry-After: 7200", ""
			}
			return 404, "", ""
		}}
		cfg, began := local("http://a.example/"), time.Now()
		cfg.Scope.Depth = 0
		if n, err := w.crawl(t, cfg); err != nil || n.Left != 1 || time.Since(began) > time.Minute {
			t.Errorf("%+v, %v after %v", n, err, time.Since(began))
		}
	})
}

// An interrupted crawl keeps what it has, says so, and goes on.
func TestInterrupted(t *testing.T) {
	pages := map[string]string{}
	for i := range 50 {
		pages[fmt.Sprintf("/%d", i)] = fmt.Sprintf("<a href=/%d>", i+1)
	}
	_, at := newSite(t, pages)
	m, cfg := fsxtest.New(), local(at+"/0")
	cfg.Scope.Depth = 99
	ctx, cancel := context.WithCancel(t.Context())
	cfg.Progress = func(n Counts) {
		if n.Stored == 20 {
			cancel()
		}
	}
	if n, err := Run(ctx, m, cfg); !errors.Is(err, context.Canceled) || n.Stored != 20 || n.Left == 0 {
		t.Fatalf("%+v, %v", n, err)
	}
	if n, err := Run(t.Context(), m, cfg); err != nil || n.Stored != 30 || len(stored(t, m, "response")) != 50 {
		t.Errorf("%+v, %v", n, err)
	}
}

// web is many hosts without a network, for a clock without time. It notes when
// each was asked.
type web struct {
	mu     sync.Mutex
	asked  map[string][]time.Time
	at     func(host string) string // its address; nil: none is known
	answer func(host, path string, n int) (status int, head, body string)
}

func (w *web) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.asked[r.URL.Host] = append(w.asked[r.URL.Host], time.Now())
	n := len(w.asked[r.URL.Host])
	w.mu.Unlock()
	time.Sleep(time.Duration(n%7) * 100 * time.Millisecond)
	status, head, body := w.answer(r.URL.Host, r.URL.RequestURI(), n)
	h := http.Header{"Content-Type": {"text/html"}}
	if name, value, ok := strings.Cut(head, ": "); ok {
		h.Set(name, value)
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r}, nil
}

func (w *web) crawl(t *testing.T, cfg Config) (Counts, error) {
	t.Helper()
	c, err := open(fsxtest.New(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	c.fetcher.transport = w
	c.address = func(_ context.Context, host string) string {
		if w.at == nil {
			return ""
		}
		time.Sleep(50 * time.Millisecond)
		return w.at(host)
	}
	err = c.run(t.Context())
	c.countLeft()
	return c.counts, err
}

// The whole crawler is as polite as its schedule: ten hosts, each with a
// Crawl-delay of its own, robots.txt and failures included.
func TestCrawlIsPolite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &web{asked: map[string][]time.Time{}, answer: func(host, path string, n int) (int, string, string) {
			i, _ := strconv.Atoi(strings.TrimSuffix(host, ".example")[1:])
			switch {
			case path == "/robots.txt":
				return 200, "", fmt.Sprintf("User-agent: *\nCrawl-delay: %d\n", i)
			case n%40 == 0:
				return 503, "Retry-After: 90", ""
			case path == "/":
				var b strings.Builder
				for j := range 60 {
					fmt.Fprintf(&b, "<a href=/%d>", j)
				}
				return 200, "", b.String()
			case strings.Count(path, "/") == 1:
				return 200, "", "page " + path
			}
			return 404, "", ""
		}}
		cfg := local("http://h0.example/")
		cfg.Delay, cfg.Scope.Hosts, cfg.backoff = 2*time.Second, []string{".example"}, 0
		for i := range 10 {
			cfg.Seeds = append(cfg.Seeds, fmt.Sprintf("http://h%d.example/", i))
		}
		n, err := w.crawl(t, cfg)
		if err != nil || n.Stored < 10*60 || n.Retried < 10 || n.Failed > 0 || n.Left > 0 {
			t.Errorf("%+v, %v", n, err)
		}
		for host, times := range w.asked {
			i, _ := strconv.Atoi(strings.TrimSuffix(host, ".example")[1:])
			delay := 2 * time.Second
			for k := 1; k < len(times); k++ {
				if k > 1 {
					delay = max(delay, time.Duration(i)*time.Second)
				}
				if k%40 == 0 {
					delay = 90 * time.Second // what request k asked for
				}
				if gap := times[k].Sub(times[k-1]); gap < delay {
					t.Errorf("%s: request %d comes %v after the one before, want %v", host, k+1, gap, delay)
				}
				delay = 2 * time.Second
			}
		}
	})
}

// Many hosts at one address are asked no more than a few would be, from the first
// request on; those elsewhere do not wait for them.
func TestManyHostsAtOneAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &web{asked: map[string][]time.Time{}, answer: func(_, path string, _ int) (int, string, string) {
			if path == "/" {
				return 200, "", "<a href=/1><a href=/2><a href=/3>"
			}
			return 200, "", "page"
		}}
		w.at = func(host string) string {
			if strings.HasPrefix(host, "shared") {
				return "192.0.2.1"
			}
			return host
		}
		cfg := local("http://own.example/")
		cfg.Delay, cfg.OwnSite = 2*time.Second, true
		for i := range 60 {
			cfg.Seeds = append(cfg.Seeds, fmt.Sprintf("http://shared%d.example/", i))
		}
		n, err := w.crawl(t, cfg)
		if err != nil || n.Stored != 61*4 || n.Left > 0 {
			t.Errorf("%+v, %v", n, err)
		}
		var shared []time.Time
		for host, times := range w.asked {
			if host != "own.example" {
				shared = append(shared, times...)
			}
		}
		slices.SortFunc(shared, time.Time.Compare)
		for i := 1; i < len(shared); i++ {
			if gap := shared[i].Sub(shared[i-1]); gap < cfg.Delay/HostsOnAddress {
				t.Fatalf("request %d comes %v after the one before", i+1, gap)
			}
		}
		own := w.asked["own.example"]
		if took := own[len(own)-1].Sub(shared[0]); took > 30*time.Second {
			t.Errorf("own.example took %v", took)
		}
	})
}

// A host that finds the crawler too fast is asked more slowly from then on.
func TestSlowsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var last time.Time
		refused := 0
		w := &web{asked: map[string][]time.Time{}, answer: func(_, path string, _ int) (int, string, string) {
			gap := time.Since(last)
			last = time.Now()
			if gap < 4*time.Second && strings.Trim(path, "/0123456789") == "" {
				refused++
				return 429, "", ""
			}
			n, _ := strconv.Atoi(path[1:])
			return 200, "", fmt.Sprintf("<a href=/%d>", n+1)
		}}
		cfg := local("http://a.example/1")
		cfg.Delay, cfg.backoff, cfg.Scope = time.Second, 0, Scope{Depth: 100, Pages: 60}
		if n, err := w.crawl(t, cfg); err != nil || refused > 3 || n.Stored < 50 {
			t.Errorf("refused %d times: %+v, %v", refused, n, err)
		}
	})
}

// robots.txt that answers 5xx or 429 means wait: no page is asked for before it
// has come. A 4xx means there is none.
func TestRobotsStatus(t *testing.T) {
	for _, c := range []struct {
		name     string
		statuses []int // of robots.txt in turn, the last for ever
		head     string
		stored   int64
		waiting  int64
		least    time.Duration
	}{
		{"404", []int{404}, "", 1, 0, 0},
		{"403", []int{403}, "", 1, 0, 0},
		{"401", []int{401}, "", 1, 0, 0},
		{"410", []int{410}, "", 1, 0, 0},
		{"503 then 200", []int{503, 503, 200}, "", 1, 0, 90 * time.Second},
		{"500 then 404", []int{500, 404}, "", 1, 0, 30 * time.Second},
		{"429 then 200", []int{429, 200}, "Retry-After: 600", 1, 0, 600 * time.Second},
		{"503 with Retry-After", []int{503, 200}, "Retry-After: 3600", 1, 0, 3600 * time.Second},
		{"503 for ever", []int{503}, "", 0, 1, 210 * time.Second},
		{"429 for ever", []int{429}, "", 0, 1, 210 * time.Second},
		{"599 for ever", []int{599}, "", 0, 1, 0},
		{"101", []int{101}, "", 0, 1, 0},
		{"200 in an unknown coding", []int{200}, "Content-Encoding: br", 0, 1, 0},
		{"200 that is not gzip", []int{200}, "Content-Encoding: gzip", 0, 1, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			tries, opened := 0, false
			w := &web{asked: map[string][]time.Time{}, answer: func(_, path string, _ int) (int, string, string) {
				if path != "/robots.txt" {
					opened = opened || path == "/"
					return 200, "", "page"
				}
				status := c.statuses[min(tries, len(c.statuses)-1)]
				tries++
				return status, c.head, "not empty"
			}}
			cfg := local("http://a.example/")
			cfg.backoff, cfg.Scope.Depth = 0, 0
			began := time.Now()
			n, err := w.crawl(t, cfg)
			if err != nil || n.Stored != c.stored || n.Waiting != c.waiting || opened != (c.stored > 0) || time.Since(began) < c.least {
				t.Errorf("%s: %+v, %v after %v", c.name, n, err, time.Since(began))
			}
		})
	}
}

// robots.txt is believed for a day.
func TestRobotsExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		robots := 0
		w := &web{asked: map[string][]time.Time{}, answer: func(_, path string, _ int) (int, string, string) {
			if path == "/robots.txt" {
				if robots++; robots > 1 {
					return 200, "", "User-agent: *\nDisallow: /"
				}
				return 404, "", ""
			}
			n, _ := strconv.Atoi(path[1:])
			return 200, "", fmt.Sprintf("<a href=/%d>", n+1)
		}}
		cfg := local("http://a.example/1")
		cfg.Delay, cfg.Scope.Depth = 20*time.Minute, 5000
		n, err := w.crawl(t, cfg)
		if err != nil || robots != 2 || n.Stored < 65 || n.Stored > 75 || n.Robots != 1 {
			t.Errorf("%+v, %v, robots.txt asked %d times", n, err, robots)
		}
	})
}

func TestTimeBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &web{asked: map[string][]time.Time{}, answer: func(_, path string, n int) (int, string, string) {
			return 200, "", fmt.Sprintf("<a href=/%d>", n)
		}}
		cfg := local("http://a.example/")
		cfg.Delay, cfg.Scope.Time, cfg.Scope.Depth = 10*time.Second, 10*time.Minute, 5000
		began := time.Now()
		if n, err := w.crawl(t, cfg); err != nil || n.Left == 0 || time.Since(began) > 11*time.Minute || n.Stored < 40 {
			t.Errorf("%+v, %v in %v", n, err, time.Since(began))
		}
	})
}

// A wait that would end after the time is spent is not begun.
func TestTimeBudgetBoundsWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &web{asked: map[string][]time.Time{}, answer: func(_, path string, _ int) (int, string, string) {
			if path == "/" {
				return 503, "Retry-After: 1800", ""
			}
			return 404, "", ""
		}}
		cfg, began := local("http://a.example/"), time.Now()
		cfg.Scope.Time = 10 * time.Minute
		if n, err := w.crawl(t, cfg); err != nil || n.Left != 2 || time.Since(began) > time.Minute {
			t.Errorf("%+v, %v in %v", n, err, time.Since(began))
		}
	})
}
