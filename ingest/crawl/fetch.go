package crawl

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
)

var (
	errTooLarge = errors.New("body is larger than its limit")
	errBomb     = errors.New("body decodes to many times its size")
	errCoding   = errors.New("content coding is not known")
	errStatus   = errors.New("status makes no sense here")
)

// request is what one exchange asks for.
type request struct {
	url      *url.URL
	etag     string // conditions, "" for none
	modified string
	limit    int64 // of the body as sent; decoded it may be twice that
	types    bool  // only what ingest or the crawler reads
	cut      bool  // take the first limit bytes of a larger body
}

// answer is a response, or why there is none.
type answer struct {
	url     *url.URL
	at      time.Time
	asked   []byte // the request's header as sent
	addr    string // of the server
	status  int
	header  http.Header
	body    []byte // as sent, without transfer coding
	decoded []byte // without content coding
	cut     bool   // the body has more
	skipped string // why the body was not read
	err     error
}

// newTransport speaks HTTP/1.1 to public addresses; those of proxies in the
// environment are not looked at, since a proxy hides the address. It is used as it
// is: an http.Client would follow redirects and keep cookies.
func newTransport(g guard, headerTime time.Duration) *http.Transport {
	return &http.Transport{
		DialContext:            g.dial,
		TLSHandshakeTimeout:    headerTime,
		ResponseHeaderTimeout:  headerTime,
		IdleConnTimeout:        time.Minute,
		MaxIdleConnsPerHost:    2,
		MaxResponseHeaderBytes: MaxHeader,
		DisableCompression:     true, // the body is stored as it was sent
		TLSNextProto:           map[string]func(string, *tls.Conn) http.RoundTripper{},
	}
}

// fetcher makes requests, one at a time for each goroutine.
type fetcher struct {
	transport http.RoundTripper
	agent     string
	time      time.Duration
	proxied   bool // the address of a connection is that of the proxy
}

func newFetcher(cfg Config) fetcher {
	g := guard{cfg.AllowPrivate, cfg.Resolver}
	t := newTransport(g, min(HeaderTime, cfg.FetchTime))
	proxy, _ := parseProxy(cfg.Proxy) // which Check does too
	if proxy != nil {
		through(t, proxy, g)
	}
	return fetcher{transport: t, agent: cfg.Agent, time: cfg.FetchTime, proxied: proxy != nil}
}

// get makes one exchange. It always gives an answer.
func (f *fetcher) get(ctx context.Context, r request) *answer {
	a := &answer{url: r.url}
	ctx, cancel := context.WithTimeout(ctx, f.time)
	defer cancel()
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) {
		if addr, _, err := net.SplitHostPort(c.Conn.RemoteAddr().String()); err == nil && !f.proxied {
			a.addr = addr
		}
	}})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url.String(), http.NoBody)
	if err != nil {
		a.err = err
		return a
	}
	f.setHeader(req, r)
	a.asked = requestHead(req)
	a.at = time.Now()
	resp, err := f.transport.RoundTrip(req)
	if err != nil {
		a.err = err
		return a
	}
	defer resp.Body.Close()
	a.take(resp, r)
	return a
}

func (f *fetcher) setHeader(req *http.Request, r request) {
	req.Header.Set("User-Agent", f.agent)
	req.Header.Set("Accept", "text/html,application/xhtml+xml,text/plain,application/xml;q=0.9,*/*;q=0.1")
	req.Header.Set("Accept-Encoding", "gzip")
	if r.etag != "" {
		req.Header.Set("If-None-Match", r.etag)
	}
	if r.modified != "" {
		req.Header.Set("If-Modified-Since", r.modified)
	}
}

// requestHead is the header that net/http sends, for the WARC.
func requestHead(req *http.Request) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "GET %s HTTP/1.1\r\nHost: %s\r\n", req.URL.RequestURI(), req.URL.Host)
	if err := req.Header.Write(&b); err != nil {
		panic(err) // a buffer takes all
	}
	b.WriteString("\r\n")
	return b.Bytes()
}

// take reads the response. Of a type that nothing reads, the body is left.
func (a *answer) take(resp *http.Response, r request) {
	a.status, a.header = resp.StatusCode, resp.Header
	if resp.TransferEncoding != nil {
		a.header.Set("Transfer-Encoding", strings.Join(resp.TransferEncoding, ", "))
	}
	switch {
	case a.status < 200 || a.status == http.StatusPartialContent || a.status == http.StatusProxyAuthRequired || a.status > 599:
		a.err = errStatus
		return
	case r.types && a.status == http.StatusOK && !readable(a.kind()):
		a.skipped = "type " + a.kind()
		return
	case r.cut:
		a.takeStart(resp.Body, r.limit)
		return
	case resp.ContentLength > r.limit:
		a.skipped = errTooLarge.Error()
		return
	}
	if a.body, a.err = readAll(resp.Body, r.limit); a.err == nil {
		a.decoded, a.err = decode(a.body, a.header.Values("Content-Encoding"), 2*r.limit)
	}
	if errors.Is(a.err, errTooLarge) || errors.Is(a.err, errBomb) || errors.Is(a.err, errCoding) {
		a.skipped, a.err = a.err.Error(), nil
	}
}

// takeStart reads the first limit bytes, and decodes of them what can be.
func (a *answer) takeStart(body io.Reader, limit int64) {
	if a.body, a.err = io.ReadAll(io.LimitReader(body, limit+1)); a.err != nil {
		return
	}
	if a.cut = int64(len(a.body)) > limit; a.cut {
		a.body = a.body[:limit]
	}
	decoded, err := decode(a.body, a.header.Values("Content-Encoding"), limit)
	if err != nil && len(decoded) == 0 {
		a.skipped = err.Error()
	}
	a.decoded = decoded
}

// kind is the media type, "" when none is declared.
func (a *answer) kind() string {
	kind, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		kind, _, _ = strings.Cut(a.header.Get("Content-Type"), ";")
		kind = strings.ToLower(strings.TrimSpace(kind))
	}
	return kind
}

func readable(kind string) bool {
	switch kind {
	case "", "text/html", "application/xhtml+xml", "text/plain", "text/markdown", "text/x-markdown", "application/octet-stream":
		return true
	}
	return isFeed(kind)
}

// decode undoes the content codings, the last first. Beside an error stands what
// could be decoded.
func decode(b []byte, values []string, limit int64) ([]byte, error) {
	codings := strings.FieldsFunc(strings.ToLower(strings.Join(values, ",")), func(c rune) bool { return c == ',' || c == ' ' })
	if len(codings) > MaxCodings {
		return nil, errCoding
	}
	for _, coding := range slices.Backward(codings) {
		var err error
		if b, err = decodeOne(b, coding, limit); err != nil {
			return b, err
		}
	}
	return b, nil
}

func decodeOne(b []byte, coding string, limit int64) ([]byte, error) {
	if len(b) == 0 {
		return b, nil
	}
	in := bytes.NewReader(b)
	switch coding {
	case "identity", "none":
		return b, nil
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		return inflate(z, len(b), limit)
	case "deflate":
		z, err := zlib.NewReader(in)
		if err != nil { // many servers send the bare stream
			in.Reset(b)
			z = flate.NewReader(in)
		}
		return inflate(z, len(b), limit)
	}
	return nil, errCoding
}

// inflate reads at most limit bytes, and MaxRatio times the size sent.
func inflate(r io.Reader, sent int, limit int64) ([]byte, error) {
	most := max(int64(sent)*MaxRatio, RatioFloor)
	b, err := readAll(r, min(most, limit))
	if errors.Is(err, errTooLarge) && most < limit {
		err = errBomb
	}
	return b, err
}

// readAll is the bytes of r, at most limit of them, and an error when there are more.
func readAll(r io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if int64(len(b)) > limit {
		return b[:limit], errTooLarge
	}
	return b, err
}

// retriable says whether the same request may succeed later.
func (a *answer) retriable() bool {
	var refused *refusedAddress
	if a.err != nil {
		return !errors.As(a.err, &refused)
	}
	return a.status == http.StatusTooManyRequests || a.status == http.StatusRequestTimeout || a.status >= 500
}

// wait is what a retriable answer asks for, 0 for nothing.
func (a *answer) wait() time.Duration {
	if a.err != nil || a.header == nil {
		return 0
	}
	return retryAfter(a.header.Get("Retry-After"), a.at)
}

// location is where a redirect leads, nil when nowhere.
func (a *answer) location() *url.URL {
	switch a.status {
	case 301, 302, 303, 307, 308:
		to, err := canonical(a.url, a.header.Get("Location"))
		if err == nil && a.header.Get("Location") != "" {
			return to
		}
	}
	return nil
}
