package place

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"

	"corpus"
)

var (
	// ErrChanged is a file that is not the one that was found.
	ErrChanged = errors.New("it was replaced while it was read")

	errNoRanges = errors.New("the server does not give ranges")
	errNoSpool  = errors.New("the server does not give ranges, and there is no room to keep a copy")
)

// explain gives an error its class, its place and the way out. What a client
// above the transport wraps around its errors is left out: it may hold secrets.
func explain(ctx context.Context, a address, err error) error {
	var done *corpus.Error
	if err == nil || errors.As(err, &done) {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	e := &corpus.Error{Class: corpus.Network, Path: Redacted(a.name), Offset: -1, Err: err}
	var status *statusError
	var conn *netError
	switch {
	case errors.Is(err, ErrChanged):
		e.Class, e.What, e.Err, e.Next = corpus.Other, ErrChanged.Error(), ErrChanged, "run the same command again"
	case errors.As(err, &status):
		e.Err = status
		explainStatus(e, a, status)
	case errors.As(err, &conn):
		e.What, e.Err = "cannot be reached", bare(conn.error)
		e.Next = "when the network is back run the same command again: it resumes"
		var cert *tls.CertificateVerificationError
		var dns *net.DNSError
		switch {
		case errors.As(err, &cert):
			e.What, e.Next = "its certificate is not trusted", "check this machine's clock and certificates (SSL_CERT_FILE)"
		case errors.As(err, &dns) && dns.IsNotFound:
			e.What, e.Next = "there is no such host", "check the address and the network"
		}
	case errors.Is(err, errNoSpool), errors.Is(err, errNoRanges):
		e.Class, e.What, e.Err, e.Next = corpus.Disk, "cannot be read", bare(err), "free some space, or download it and name the local copy"
	case a.provider != nil && !a.anonymous:
		e.Class, e.What, e.Err = corpus.BadConfig, "no usable credentials", bare(err)
		e.Next = a.provider.credentials + "; what is public needs --anonymous"
	case a.provider != nil:
		e.Class, e.What, e.Err = corpus.BadConfig, "wrong settings", bare(err)
	default:
		e.What, e.Err = "cannot be read", bare(err)
	}
	return e
}

// explainStatus says what a refusal means here.
func explainStatus(e *corpus.Error, a address, s *statusError) {
	e.What = "the server refuses"
	switch {
	case s.region != "" && (s.status < 400 || s.status == http.StatusBadRequest):
		e.Class, e.What = corpus.BadConfig, "the bucket is in another region"
		e.Next = "set AWS_REGION=" + s.region + ", or put ?region=" + s.region + " behind the address"
	case s.status == http.StatusUnauthorized, s.status == http.StatusForbidden, s.code == "PublicAccessNotPermitted":
		e.Class, e.Next = corpus.NoInput, permission(a, s)
	case s.status == http.StatusNotFound, s.status == http.StatusGone:
		e.Class, e.What, e.Next = corpus.NoInput, "there is no such file", "check the address"
		if a.provider != nil {
			e.Next += "; to read all beneath it, end it with a slash"
		}
	case s.again():
		e.What, e.Next = "the server is overloaded or broken", "run the same command again later: it resumes"
	case s.after > MaxRetryAfter:
		e.What, e.Next = "the server asks to come back in "+s.after.String(), "run the same command again then: it resumes"
	}
}

// permission is what to do about a file that may not be read.
func permission(a address, s *statusError) string {
	switch {
	case a.provider == nil && a.url.User == nil:
		return "it may need a login: https://USER:PASSWORD@HOST/…, or the server gives it to nobody"
	case a.provider == nil:
		return "check user and password"
	case a.anonymous:
		return "it is not public: leave --anonymous out; " + a.provider.credentials
	case strings.Contains(s.code, "Signature"):
		return "the secret key is wrong; " + a.provider.credentials
	}
	return "these credentials may not read it; " + a.provider.credentials + "; what is public needs --anonymous"
}

// bare is an error without the address, which a *url.Error repeats.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
