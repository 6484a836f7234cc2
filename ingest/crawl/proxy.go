package crawl

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"corpus"
)

// parseProxy reads the address of a proxy; "" is none.
func parseProxy(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme) {
		return nil, &corpus.Error{
			Class: corpus.Usage, What: "the proxy is no address that is known", Offset: -1, // it may hold a password
			Next: "write http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT",
		}
	}
	return u, nil
}

// through makes a transport ask a proxy for everything. It looks up the names, so
// the guard sees no address but those that stand in a URL, and names that only a
// network of one's own knows; the proxy has to keep its other neighbours to itself.
func through(t *http.Transport, proxy *url.URL, g guard) {
	t.DialContext = (&net.Dialer{Timeout: HeaderTime}).DialContext // the user has chosen where to
	t.Proxy = func(r *http.Request) (*url.URL, error) { return proxy, g.named(r.URL.Hostname()) }
}

// named refuses a host that is not on the public Internet by its name alone.
func (g guard) named(host string) error {
	if a, err := netip.ParseAddr(host); err == nil {
		return g.allows(host, a)
	}
	if !g.allowPrivate && localName(host) {
		return g.refusal(host, "a name of the local network")
	}
	return nil
}

// localName says whether a name has no meaning outside of a network: it has one
// label, or a top-level domain that IANA or ICANN keeps from the public DNS
// (RFC 6761, 6762, 8375; .internal: ICANN board resolution of 2024-07-29).
func localName(host string) bool {
	i := strings.LastIndexByte(host, '.')
	return i < 0 || slices.Contains([]string{"localhost", "local", "internal", "test", "invalid"}, host[i+1:]) || strings.HasSuffix(host, ".home.arpa")
}
