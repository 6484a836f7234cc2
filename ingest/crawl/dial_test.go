package crawl

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// insides are the first, a middle and the last address of blocks.
func insides(p netip.Prefix) []netip.Addr {
	first := p.Masked().Addr()
	last := first.AsSlice()
	for i := p.Bits(); i < first.BitLen(); i++ {
		last[i/8] |= 0x80 >> (i % 8)
	}
	middle := append([]byte(nil), last...)
	middle[len(middle)-1] ^= 0x35
	a, _ := netip.AddrFromSlice(last)
	b, _ := netip.AddrFromSlice(middle)
	return []netip.Addr{first, b, a}
}

// spellings4 are ways to write an IPv4 address inside an IPv6 one.
func spellings4(a netip.Addr) []netip.Addr {
	b := a.As4()
	tail := fmt.Sprintf("%02x%02x:%02x%02x", b[0], b[1], b[2], b[3])
	return []netip.Addr{
		a, netip.MustParseAddr("::ffff:" + tail), netip.MustParseAddr("64:ff9b::" + tail), netip.MustParseAddr("64:ff9b:1::" + tail),
		netip.MustParseAddr("2002:" + tail + "::1"), netip.MustParseAddr("2001:0:4136:e378:8000:63bf:" + tail),
		netip.MustParseAddr("::" + tail), netip.MustParseAddr("::ffff:0:" + tail),
	}
}

// TestSpecialAddresses tries every special block in every spelling at the place
// where a connection is made.
func TestSpecialAddresses(t *testing.T) {
	var cases []netip.Addr
	for _, b := range blocks {
		for _, a := range insides(b.prefix) {
			if a.Is4() {
				cases = append(cases, spellings4(a)...)
			} else {
				cases = append(cases, a)
			}
		}
	}
	for _, s := range []string{"169.254.169.254", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "4000::1", "e000::1", "::", "::1"} {
		cases = append(cases, netip.MustParseAddr(s))
	}
	for _, a := range cases {
		network := "tcp4"
		if a.Is6() {
			network = "tcp6"
		}
		to := netip.AddrPortFrom(a, 80).String()
		var refused *refusedAddress
		if err := (guard{}).control(t.Context(), network, to, nil); !errors.As(err, &refused) {
			t.Errorf("%s is not refused: %v", to, err)
		}
		local := a.Unmap().IsLoopback() || a.Unmap().IsPrivate()
		if err := (guard{allowPrivate: true}).control(t.Context(), network, to, nil); (err == nil) != local {
			t.Errorf("%s with --allow-private: %v", to, err)
		}
	}
	if len(cases) < 400 {
		t.Errorf("%d cases", len(cases))
	}
}

func TestPublicAddresses(t *testing.T) {
	for _, s := range []string{
		"8.8.8.8", "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
		"169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.0.3.0", "192.167.255.255", "192.169.0.0",
		"198.17.255.255", "198.20.0.0", "203.0.112.255", "203.0.114.0", "223.255.255.255",
		"2001:4860:4860::8888", "2606:4700::1111", "2a00:1450::1", "2001:200::1", "2003::1", "::ffff:8.8.8.8", "64:ff9b::808:808",
	} {
		if block := special(netip.MustParseAddr(s)); block != "" {
			t.Errorf("%s is refused as %s", s, block)
		}
	}
}

// hosts are spellings of addresses in a URL; what they mean must be refused
// before a connection, or by the guard.
func TestOddSpellings(t *testing.T) {
	f := fetcher{transport: newTransport(guard{}, time.Second), agent: "test", time: 5 * time.Second}
	for _, host := range []string{
		"127.0.0.1", "127.1", "127.0.1", "0x7f.1", "0x7f.0.0.1", "0x7f000001", "017700000001", "0177.0.0.1", "2130706433",
		"127.0.0.1.", "127.0.0.01", "127.00.0.1", "0", "0.0.0.0", "0x0", "00000000", "１２７.０.０.１", "127。0。0。1", "①②⑦.0.0.1",
		"[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:0001]", "[::127.0.0.1]",
		"[64:ff9b::7f00:1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]", "[fe80::1%25lo]", "[::1%25lo]", "[::1%eth0]", "[127.0.0.1]",
		"10.0.0.1", "0xa.0.0.1", "012.0.0.1", "192.168.1.1", "192.168.257", "3232235777", "0xc0a80101", "172.16.0.1", "169.254.169.254",
		"0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "[fd00:ec2::254]", "[fc00::1]", "[ff02::1]", "100.64.0.1", "198.18.0.1",
		"255.255.255.255", "224.0.0.1", "localhost", "LOCALHOST", "localhost.", "user@127.0.0.1", "8.8.8.8@127.0.0.1", "127.0.0.1:25",
		"a.example:80@127.0.0.1", "127.0.0.1%00.example", "127.0.0.1\\.example", "127.0.0.1%2eexample.", "1.0x7f", "a.0x1", "256.256.256.256",
	} {
		for _, form := range []string{"http://%s/", "https://%s/", "http://%s:8080/x", "//%s/"} {
			u, err := canonical(mustURL(t, "http://a.example/"), fmt.Sprintf(form, host))
			if err != nil {
				continue
			}
			a := f.get(t.Context(), request{url: u, limit: 1})
			if a.err == nil || !strings.Contains(a.err.Error(), "public address") && !strings.Contains(a.err.Error(), "lookup") {
				t.Errorf("%s became %s and gave %v", host, u, a.err)
			}
		}
	}
}

// A name whose address changes after it was looked up is of no use: what counts
// is the address of the connection.
func TestRebinding(t *testing.T) {
	var hits atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	defer srv.Close()
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	for _, answers := range [][]string{
		{"127.0.0.1"},
		{"169.254.169.254"},
		{"127.0.0.1", "10.0.0.1"},
		{"::1"},
		{"::ffff:127.0.0.1"},
		{"0.0.0.0"},
		{"fc00::1", "127.0.0.1", "192.168.0.1"},
	} {
		g := guard{resolver: fakeDNS(t, answers)}
		f := fetcher{transport: newTransport(g, time.Second), agent: "test", time: 5 * time.Second}
		a := f.get(t.Context(), request{url: mustURL(t, "http://rebind.example:"+port+"/"), limit: 1})
		var refused *refusedAddress
		if !errors.As(a.err, &refused) {
			t.Errorf("%v: %v", answers, a.err)
		}
	}
	if hits.Load() > 0 {
		t.Errorf("%d connections were made", hits.Load())
	}
}

// fakeDNS is a resolver whose server gives the same addresses for every name.
func fakeDNS(t *testing.T, answers []string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		b := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(b)
			if err != nil {
				return
			}
			if reply, err := dnsReply(b[:n], answers); err == nil {
				_, _ = conn.WriteTo(reply, from) // the resolver asks again
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func dnsReply(query []byte, answers []string) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(query); err != nil {
		return nil, err
	}
	m.Response, m.Additionals = true, nil
	for _, s := range answers {
		a := netip.MustParseAddr(s)
		h := dnsmessage.ResourceHeader{Name: m.Questions[0].Name, Class: dnsmessage.ClassINET}
		switch m.Questions[0].Type {
		case dnsmessage.TypeA:
			if a.Is4() {
				m.Answers = append(m.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AResource{A: a.As4()}})
			}
		case dnsmessage.TypeAAAA:
			if a.Is6() {
				m.Answers = append(m.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}})
			}
		}
	}
	return m.Pack()
}
