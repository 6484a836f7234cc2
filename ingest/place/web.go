package place

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// body is a stream of bytes of a file.
type body = io.ReadCloser

// web asks web servers.
type web struct {
	client *http.Client
	agent  string
}

func newWeb(cfg Config) *web {
	return &web{
		client: &http.Client{
			Transport:     &transport{base: cfg.Transport, stall: cfg.Stall, redirects: true},
			CheckRedirect: redirect,
		},
		agent: cfg.UserAgent,
	}
}

// redirect follows a few hops, none out of TLS. net/http sends no Authorization
// to another host, but the address that led there, which may be a signed one.
func redirect(req *http.Request, via []*http.Request) error {
	req.Header.Del("Referer")
	if len(via) > MaxRedirects {
		return fmt.Errorf("more than %d redirects", MaxRedirects)
	}
	if via[len(via)-1].URL.Scheme == "https" && req.URL.Scheme != "https" {
		return errors.New("it redirects from https to " + req.URL.Scheme)
	}
	return nil
}

// ask makes one request; span is the Range, "" = none.
func (w *web) ask(ctx context.Context, method string, a address, span string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, a.url.String(), http.NoBody)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept-Encoding", "identity")
	if w.agent != "" {
		req.Header.Set("User-Agent", w.agent)
	}
	if span != "" {
		req.Header.Set("Range", "bytes="+span)
	}
	return w.client.Do(req)
}

// pages is the store of web addresses.
type pages struct {
	o *Opener
	*web
}

// stat asks by HEAD, and by a range where HEAD is refused or gives no length.
func (p *pages) stat(ctx context.Context, a address) (Info, error) {
	in := Info{Name: a.name, Size: -1}
	err := p.o.retry(ctx, func(ctx context.Context) error {
		resp, err := p.ask(ctx, http.MethodHead, a, "")
		if refused(err) || err == nil && resp.ContentLength < 0 {
			if err == nil {
				resp.Body.Close()
			}
			resp, err = p.ask(ctx, http.MethodGet, a, "0-0")
		}
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		in.Size, in.Version = size(resp), version(resp.Header)
		return nil
	})
	return in, err
}

// refused tells whether a server may answer GET where it does not answer HEAD:
// some do not know it, and addresses signed for GET forbid it.
func refused(err error) bool {
	var s *statusError
	return errors.As(err, &s) && (s.status == http.StatusMethodNotAllowed || s.status == http.StatusNotImplemented ||
		s.status == http.StatusForbidden || s.status == http.StatusBadRequest)
}

func (p *pages) list(ctx context.Context, a address) ([]Info, error) {
	return one(p.stat(ctx, a))
}

func (p *pages) read(ctx context.Context, a address, in Info, off, n int64) (body, error) {
	span := ""
	if n >= 0 {
		span = fmt.Sprintf("%d-%d", off, off+n-1)
	} else if off > 0 {
		span = fmt.Sprintf("%d-", off)
	}
	resp, err := p.ask(ctx, http.MethodGet, a, span)
	if err != nil {
		return nil, moved(err)
	}
	if err := check(resp, in, off, n); err != nil {
		resp.Body.Close()
		return nil, err
	}
	return resp.Body, nil
}

// moved makes a change of a refusal that only another file can give: a range
// behind the end, a condition that fails.
func moved(err error) error {
	var s *statusError
	if errors.As(err, &s) && (s.status == http.StatusRequestedRangeNotSatisfiable || s.status == http.StatusPreconditionFailed) {
		return fmt.Errorf("%w (%w)", ErrChanged, err)
	}
	return err
}

// check tells whether a response is what was asked for.
func check(resp *http.Response, in Info, off, n int64) error {
	if v := version(resp.Header); v != "" && in.Version != "" && v != in.Version {
		return ErrChanged
	}
	if total := size(resp); total >= 0 && in.Size >= 0 && total != in.Size {
		return ErrChanged
	}
	switch resp.StatusCode {
	case http.StatusPartialContent:
		if start, _, ok := contentRange(resp.Header.Get("Content-Range")); ok && start == off {
			return nil
		}
		return errNoRanges // or not this one
	case http.StatusOK:
		if off == 0 && (n < 0 || n == in.Size) {
			return nil
		}
		return errNoRanges
	}
	return &statusError{status: resp.StatusCode}
}

// size is that of the whole file, -1 when the response does not tell.
func size(resp *http.Response) int64 {
	if resp.StatusCode != http.StatusPartialContent {
		return resp.ContentLength
	}
	_, total, _ := contentRange(resp.Header.Get("Content-Range"))
	return total
}

// contentRange reads "bytes 0-99/1000"; the total is -1 when it is "*".
func contentRange(s string) (start, total int64, ok bool) {
	span, whole, ok := strings.Cut(strings.TrimPrefix(s, "bytes "), "/")
	first, _, dash := strings.Cut(span, "-")
	start, err := strconv.ParseInt(first, 10, 64)
	if !ok || !dash || err != nil || start < 0 {
		return 0, -1, false
	}
	if total, err = strconv.ParseInt(whole, 10, 64); err != nil || total < 0 {
		total = -1
	}
	return start, total, true
}

// version is the strong ETag, else the time of change, else a weak ETag, which
// at least tells of most changes (RFC 9110 §8.8).
func version(h http.Header) string {
	tag := h.Get("ETag")
	if modified := h.Get("Last-Modified"); modified != "" && (tag == "" || strings.HasPrefix(tag, "W/")) {
		return modified
	}
	return tag
}
