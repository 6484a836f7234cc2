package domain

import (
	"net/netip"
	"strings"
	"unicode/utf8"

	"github.com/zeebo/xxh3"
	"golang.org/x/net/publicsuffix"
)

// MaxDomain is the longest domain, as in RFC 1035; longer ones are cut.
const MaxDomain = 253

// Of is where a document comes from: the registered domain of its URL
// (example.co.uk of https://www.example.co.uk/a), an IP address as it is, the
// bucket of an object store; without an URL the first element of its source's path.
func Of(url, source string) string {
	if scheme, rest, ok := strings.Cut(url, "://"); ok && scheme != "" {
		if host := hostOf(rest); host != "" {
			return clip(registered(host))
		}
	}
	if _, rest, ok := strings.Cut(source, "://"); ok {
		source = rest
	}
	first, _, _ := strings.Cut(strings.TrimLeft(source, "/"), "/")
	return clip(first)
}

// hostOf is the host of what follows a scheme, in lower case.
func hostOf(rest string) string {
	host := rest
	if i := strings.IndexAny(host, "/?#"); i >= 0 {
		host = host[:i]
	}
	host = host[strings.LastIndexByte(host, '@')+1:]
	if strings.HasPrefix(host, "[") { // an IPv6 address
		host, _, _ = strings.Cut(host[1:], "]")
	} else {
		host, _, _ = strings.Cut(host, ":")
	}
	return strings.ToLower(strings.Trim(host, "."))
}

// registered is the public suffix of host and one label more; of a host without
// such the host.
func registered(host string) string {
	if len(host) > MaxDomain {
		return host
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return host
	}
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return domain
	}
	return host
}

// Key stands for a domain in sort records: its 128-bit XXH3.
func Key(domain string) [16]byte { return xxh3.HashString128(domain).Bytes() }

// clip is the longest beginning of a domain that may be one and ends with a whole
// character.
func clip(s string) string {
	if len(s) <= MaxDomain {
		return s
	}
	n := MaxDomain
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
