package crawl

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"syscall"
	"time"

	"corpus"
)

// guard keeps the crawler from addresses that are not on the public Internet.
// It looks at the address of every connection after the name was resolved, just
// before it is made, so that neither a redirect nor a name whose address changes
// passes.
type guard struct {
	allowPrivate bool // loopback, RFC 1918 and unique local addresses
	resolver     *net.Resolver
}

// dial is for http.Transport.
func (g guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: HeaderTime, KeepAlive: 15 * time.Second, Resolver: g.resolver, ControlContext: g.control}
	return d.DialContext(ctx, network, address)
}

func (g guard) control(_ context.Context, network, address string, _ syscall.RawConn) error {
	if network != "tcp4" && network != "tcp6" {
		return g.refusal(address, network)
	}
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return g.refusal(address, "no address")
	}
	return g.allows(address, to.Addr())
}

// allows refuses an address that is not public; text is how it was written.
func (g guard) allows(text string, a netip.Addr) error {
	if block := special(a); block != "" && (!g.allowPrivate || !private(a)) {
		return g.refusal(text, block)
	}
	return nil
}

// refusedAddress is a connection that the guard did not allow.
type refusedAddress struct{ address, block string }

func (r *refusedAddress) Error() string {
	return fmt.Sprintf("%s is not a public address (%s)", r.address, r.block)
}

func (g guard) refusal(address, block string) error {
	e := &corpus.Error{Class: corpus.Network, What: "connection refused", Offset: -1, Err: &refusedAddress{address, block}}
	if !g.allowPrivate {
		e.Next = "a server of your own network needs --allow-private"
	}
	return e
}

// private are the addresses that --allow-private opens: never those of a
// cloud's metadata service (169.254.169.254), which is link-local.
func private(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return a.IsLoopback() || a.IsPrivate()
}

// blocks are IANA's special-purpose address registries for IPv4 (RFC 6890 and
// later entries) and IPv6, with multicast and what wraps an IPv4 address.
var blocks = []struct {
	prefix netip.Prefix
	name   string
}{
	{netip.MustParsePrefix("0.0.0.0/8"), "this network"},
	{netip.MustParsePrefix("10.0.0.0/8"), "private use"},
	{netip.MustParsePrefix("100.64.0.0/10"), "shared address space"},
	{netip.MustParsePrefix("127.0.0.0/8"), "loopback"},
	{netip.MustParsePrefix("169.254.0.0/16"), "link local"},
	{netip.MustParsePrefix("172.16.0.0/12"), "private use"},
	{netip.MustParsePrefix("192.0.0.0/24"), "IETF protocol assignments"},
	{netip.MustParsePrefix("192.0.2.0/24"), "documentation"},
	{netip.MustParsePrefix("192.31.196.0/24"), "AS112"},
	{netip.MustParsePrefix("192.52.193.0/24"), "AMT"},
	{netip.MustParsePrefix("192.88.99.0/24"), "6to4 relay"},
	{netip.MustParsePrefix("192.168.0.0/16"), "private use"},
	{netip.MustParsePrefix("192.175.48.0/24"), "AS112"},
	{netip.MustParsePrefix("198.18.0.0/15"), "benchmarking"},
	{netip.MustParsePrefix("198.51.100.0/24"), "documentation"},
	{netip.MustParsePrefix("203.0.113.0/24"), "documentation"},
	{netip.MustParsePrefix("224.0.0.0/4"), "multicast"},
	{netip.MustParsePrefix("240.0.0.0/4"), "reserved"},

	{netip.MustParsePrefix("::/96"), "IPv4-compatible, loopback, unspecified"},
	{netip.MustParsePrefix("::ffff:0:0:0/96"), "IPv4-translated"},
	{netip.MustParsePrefix("64:ff9b:1::/48"), "local translation"},
	{netip.MustParsePrefix("100::/64"), "discard"},
	{netip.MustParsePrefix("100:0:0:1::/64"), "dummy"},
	{netip.MustParsePrefix("2001::/23"), "IETF protocol assignments, Teredo"},
	{netip.MustParsePrefix("2001:db8::/32"), "documentation"},
	{netip.MustParsePrefix("2002::/16"), "6to4"},
	{netip.MustParsePrefix("2620:4f:8000::/48"), "AS112"},
	{netip.MustParsePrefix("3fff::/20"), "documentation"},
	{netip.MustParsePrefix("5f00::/16"), "segment routing"},
	{netip.MustParsePrefix("fc00::/7"), "unique local"},
	{netip.MustParsePrefix("fe80::/10"), "link local"},
	{netip.MustParsePrefix("fec0::/10"), "site local"},
	{netip.MustParsePrefix("ff00::/8"), "multicast"},
}

// nat64 wraps a whole IPv4 address (RFC 6052): networks without IPv4 reach the
// public Internet through it, so what it wraps decides.
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// special names the block of an address that is not global unicast, "" for one
// that is.
func special(a netip.Addr) string {
	a = a.Unmap()
	if a.Zone() != "" {
		return "zone"
	}
	if nat64.Contains(a) {
		b := a.As16()
		return special(netip.AddrFrom4([4]byte(b[12:])))
	}
	for _, block := range blocks {
		if block.prefix.Contains(a) {
			return block.name
		}
	}
	if a.Is6() && !netip.MustParsePrefix("2000::/3").Contains(a) {
		return "not global unicast"
	}
	return ""
}

// addressOf gives the lowest of a host's addresses, which is the same for all that
// are on the same machines, whatever the order of the answers; "" when there is
// none. Behind a proxy nothing is looked up here.
func addressOf(cfg Config) func(context.Context, string) string {
	return func(ctx context.Context, host string) string {
		if cfg.Proxy != "" {
			return ""
		}
		r := cfg.Resolver
		if r == nil {
			r = net.DefaultResolver
		}
		ctx, cancel := context.WithTimeout(ctx, HeaderTime)
		defer cancel()
		all, err := r.LookupNetIP(ctx, "ip", host)
		if err != nil || len(all) == 0 {
			return "" // the request will say why
		}
		for i := range all {
			all[i] = all[i].Unmap()
		}
		return slices.MinFunc(all, netip.Addr.Compare).String()
	}
}
