package place

import (
	"context"
	"crypto/tls"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// statusError is a refusal.
type statusError struct {
	status  int
	code    string // of object stores: SlowDown, AccessDenied …; "" = none
	message string
	region  string        // where S3 says that the bucket is
	after   time.Duration // Retry-After, 0 = none
}

func (e *statusError) Error() string {
	s := fmt.Sprintf("%d %s", e.status, http.StatusText(e.status))
	if e.code != "" {
		s += " (" + e.code + ")"
	}
	if e.message != "" {
		s += ": " + e.message
	}
	return s
}

// again tells whether the same request may succeed later.
func (e *statusError) again() bool {
	switch e.status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return e.after <= MaxRetryAfter
	}
	return e.code == "RequestTimeout" || e.code == "SlowDown"
}

// netError is a connection that failed, before an answer or within one.
type netError struct{ error }

func (e *netError) Unwrap() error { return e.error }

// again is false for what does not change by itself: a name that does not exist
// and a certificate that is not trusted.
func (e *netError) again() bool {
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	return !errors.As(e.error, &cert) && (!errors.As(e.error, &dns) || !dns.IsNotFound)
}

var errStalled = errors.New("the server sends nothing any more")

// transport makes errors of refusals and failed connections, in the same form
// for every client above it, whose own retries then have nothing to do.
type transport struct {
	base      http.RoundTripper
	stall     time.Duration
	redirects bool // a redirect is an answer, not a refusal
}

func newTransport(stall time.Duration) *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DisableCompression = true // sizes and offsets are of the bytes as stored
	t.ResponseHeaderTimeout = stall
	t.MaxResponseHeaderBytes = MaxHeader
	t.MaxIdleConnsPerHost = 16
	return t
}

// RoundTrip is of http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	resp, err := t.base.RoundTrip(req.WithContext(ctx))
	if err != nil {
		cancel(nil)
		if req.Context().Err() != nil {
			return nil, err
		}
		return nil, &netError{err}
	}
	resp.Body = &guarded{ReadCloser: resp.Body, ctx: req.Context(), cancel: cancel, stall: t.stall}
	least := http.StatusMultipleChoices
	if t.redirects {
		least = http.StatusBadRequest
	}
	if resp.StatusCode < least {
		return resp, nil
	}
	defer resp.Body.Close()
	return nil, refusal(resp)
}

// refusal reads what S3, Google and Azure say in the body: XML with a code and a
// message. HEAD has no body; Azure puts the code in the header, too.
func refusal(resp *http.Response) error {
	e := &statusError{status: resp.StatusCode, after: retryAfter(resp.Header.Get("Retry-After"), time.Now())}
	b, _ := io.ReadAll(io.LimitReader(resp.Body, MaxFault))
	var said struct{ Code, Message, Region string }
	_ = xml.Unmarshal(b, &said)
	e.code, e.region = line(said.Code), line(said.Region)
	e.message = strings.TrimSuffix(line(said.Message), ".")
	if c := resp.Header.Get("X-Ms-Error-Code"); c != "" {
		e.code = line(c)
	}
	if r := resp.Header.Get("X-Amz-Bucket-Region"); r != "" {
		e.region = line(r)
	}
	return e
}

// line is the first line of what a server says, without what a terminal obeys.
func line(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return -1
		}
		return r
	}, s)
	return strings.ToValidUTF8(s[:min(len(s), 200)], "")
}

// retryAfter reads seconds or a date (RFC 9110 §10.2.3).
func retryAfter(s string, now time.Time) time.Duration {
	if n, err := strconv.ParseUint(s, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(s); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// guarded is a body whose errors are those of the connection, and which ends
// when nothing comes any more.
type guarded struct {
	io.ReadCloser
	ctx    context.Context // of the request
	cancel context.CancelCauseFunc
	stall  time.Duration
}

func (g *guarded) Read(p []byte) (int, error) {
	var stalled bool
	done := make(chan struct{})
	timer := time.AfterFunc(g.stall, func() {
		stalled = true
		close(done)
		g.cancel(errStalled)
	})
	n, err := g.ReadCloser.Read(p)
	if !timer.Stop() {
		<-done
	}
	switch {
	case err == nil || errors.Is(err, io.EOF):
		return n, err
	case stalled:
		err = errStalled
	case g.ctx.Err() != nil:
		return n, err
	}
	return n, &netError{err}
}

func (g *guarded) Close() error {
	err := g.ReadCloser.Close()
	g.cancel(nil)
	return err
}
