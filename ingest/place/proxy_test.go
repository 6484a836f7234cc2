package place_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
)

// proxy stands before a server and does it harm.
type proxy struct {
	*httptest.Server
	mu      sync.Mutex
	refuse  func(w http.ResponseWriter, r *http.Request) bool // answers in place of the server
	cut     int                                               // breaks each response after so many bytes; 0 = none
	asked   []string                                          // method, Range
	headers []http.Header
}

// newProxy forwards to what target gives, with the host that was asked for,
// which signatures cover.
func newProxy(t *testing.T, target http.Handler) *proxy {
	p := &proxy{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		refuse, cut := p.refuse, p.cut
		p.asked = append(p.asked, r.Method+" "+r.Header.Get("Range"))
		p.headers = append(p.headers, r.Header.Clone())
		p.mu.Unlock()
		if refuse != nil && refuse(w, r) {
			return
		}
		if cut > 0 && r.Method == http.MethodGet {
			w = &cutter{w, cut}
		}
		target.ServeHTTP(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *proxy) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked, p.headers, p.cut, p.refuse = nil, nil, 0, nil
	change()
}

func (p *proxy) requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.asked...)
}

func forward(to string) http.Handler {
	u, err := url.Parse(to)
	if err != nil {
		panic(err)
	}
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(u)
		r.Out.Host = r.In.Host
	}}
}

// cutter breaks the connection when enough was sent.
type cutter struct {
	http.ResponseWriter
	left int
}

func (c *cutter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *cutter) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p[:min(len(p), c.left)])
	c.left -= n
	if c.left == 0 {
		_ = http.NewResponseController(c.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	return n, err
}

// times answers the first n requests with a status.
func times(n, status int, header http.Header, body string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		if n == 0 {
			return false
		}
		n--
		for k, v := range header {
			w.Header()[k] = v
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
		return true
	}
}
