package crawl

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"corpus"
	"corpus/internal/fsx/fsxtest"
)

// relay is a forward proxy that leads every name to one server and notes what it
// was asked for, and as whom.
type relay struct {
	to    string // host and port
	mu    sync.Mutex
	asked []string
	as    map[string]bool
}

func (p *relay) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.asked = append(p.asked, r.Method+" "+r.Host)
	p.as[r.Header.Get("Proxy-Authorization")] = true
	p.mu.Unlock()
	conn, err := net.Dial("tcp", p.to)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer conn.Close()
	client, buf, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	if r.Method == http.MethodConnect {
		io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n")
	} else {
		r.Header.Del("Proxy-Authorization")
		r.Header.Set("Connection", "close")
		if r.Write(conn) != nil {
			return
		}
	}
	go func() { _, _ = io.Copy(conn, buf) }()
	_, _ = io.Copy(client, conn)
}

func newRelay(t *testing.T, to string) (*relay, string) {
	t.Helper()
	p := &relay{to: strings.TrimPrefix(strings.TrimPrefix(to, "https://"), "http://"), as: map[string]bool{}}
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	return p, srv.URL
}

// behind is a configuration for a proxy: only that is at a private address.
func behind(proxy, seed string) Config {
	cfg := local(seed)
	cfg.AllowPrivate, cfg.Proxy, cfg.FetchTime = false, proxy, 2*time.Second
	return cfg
}

func TestProxy(t *testing.T) {
	s, at := newSite(t, map[string]string{
		"/":     "<a href=/a><a href=/in><a href=http://169.254.169.254/x><a href=http://localhost/y>home",
		"/a":    "text of a",
		"/in":   "Status: 302\nLocation: http://10.0.0.1/admin\n\n",
		"/both": "x",
	})
	p, proxy := newRelay(t, at)
	cfg := behind(strings.Replace(proxy, "http://", "http://me:secret@", 1), "http://site.example/")
	cfg.Scope.Hosts = []string{"169.254.169.254", "10.0.0.1", "localhost"}
	m := fsxtest.New()
	n, err := Run(t.Context(), m, cfg)
	if err != nil || n.Stored != 2 || n.Waiting != 3 {
		t.Errorf("%+v, %v", n, err)
	}
	for _, asked := range p.asked {
		if asked != "GET site.example" {
			t.Errorf("the proxy was asked for %s", asked)
		}
	}
	if len(p.as) != 1 || !p.as["Basic bWU6c2VjcmV0"] {
		t.Errorf("the proxy was asked as %v", p.as)
	}
	if !strings.Contains(s.requests(), "/a") {
		t.Errorf("the site was asked for %s", s.requests())
	}
	for _, r := range append(warcs(t, m, "./x"), warcs(t, m, "./x_meta")...) {
		if r.Get("WARC-IP-Address") != "" || bytes.Contains(r.block, []byte("Proxy-")) {
			t.Errorf("%s of %s says %q: %s", r.Get("WARC-Type"), r.Get("WARC-Target-URI"), r.Get("WARC-IP-Address"), r.block)
		}
	}
}

// Over TLS the proxy sees no more than the name.
func TestProxyOfTLS(t *testing.T) {
	srv := httptest.NewUnstartedServer(&site{pages: map[string]string{"/": "home"}})
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	defer srv.Close()
	p, proxy := newRelay(t, srv.URL)
	c, err := open(fsxtest.New(), behind(proxy, "https://example.com/"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(srv.Certificate()) // which is for example.com
	c.fetcher.transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: roots}
	if err := c.run(t.Context()); err != nil || c.counts.Stored != 1 {
		t.Errorf("%+v, %v", c.counts, err)
	}
	for _, asked := range p.asked {
		if asked != "CONNECT example.com:443" {
			t.Errorf("the proxy was asked for %s", asked)
		}
	}
}

// What a proxy says of itself is no word of the site: no page is asked for.
func TestProxyRefuses(t *testing.T) {
	asked := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Header().Set("Proxy-Authenticate", "Basic")
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	defer srv.Close()
	n, err := Run(t.Context(), fsxtest.New(), behind(srv.URL, "http://site.example/"))
	if corpus.ClassOf(err) != corpus.Network || n.BadSeeds != 1 || asked != MaxTries {
		t.Errorf("asked %d times: %+v, %v", asked, n, err)
	}
}

func TestProxyAddress(t *testing.T) {
	for text, ok := range map[string]bool{
		"": true, "http://proxy:3128": true, "https://u:p@proxy.example:8080/": true, "socks5://127.0.0.1:1080": true,
		"proxy:3128": false, "ftp://proxy:21": false, "http://": false, "://": false, "http://a b": false,
	} {
		cfg := behind(text, "http://a.example/")
		err := cfg.Check()
		if (err == nil) != ok || err != nil && (corpus.ClassOf(err) != corpus.Usage || strings.Contains(err.Error(), "proxy.example")) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestLocalNames(t *testing.T) {
	for host, want := range map[string]bool{
		"intranet": true, "localhost": true, "x.localhost": true, "printer.local": true, "metadata.google.internal": true, "nas.home.arpa": true,
		"example.org": false, "local.example.org": false, "internal.org": false, "xn--p1ai.xn--p1ai": false,
	} {
		if err := (guard{}).named(host); (err != nil) != want {
			t.Errorf("%s: %v", host, err)
		}
		if err := (guard{allowPrivate: true}).named(host); err != nil {
			t.Errorf("%s with --allow-private: %v", host, err)
		}
	}
}
