package crawl

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// canonical resolves a reference against base (nil: it must be absolute) and
// gives its one form: http or https, lower-case host, no default port, no dot
// segments, escapes in upper case and only where needed, no fragment, no
// session id. The order of the query stays.
func canonical(base *url.URL, ref string) (*url.URL, error) {
	ref = strings.Trim(ref, " \t\r\n\f")
	if len(ref) > MaxURL {
		return nil, errors.New("address is too long")
	}
	ref, _, _ = strings.Cut(strings.NewReplacer("\t", "", "\r", "", "\n", "").Replace(ref), "#")
	u, err := url.Parse(escapeOdd(ref))
	if err != nil {
		return nil, errors.New("not an address")
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	return normal(u)
}

// escapeOdd escapes what servers accept and url.Parse does not: spaces, and
// percent signs that begin no escape.
func escapeOdd(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == '%' && (i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2])):
			b.WriteString("%25")
		case c == ' ':
			b.WriteString("%20")
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func normal(u *url.URL) (*url.URL, error) {
	scheme := strings.ToLower(u.Scheme)
	if scheme != "http" && scheme != "https" || u.Opaque != "" {
		return nil, fmt.Errorf("scheme %q is not http or https", u.Scheme)
	}
	if u.User != nil {
		return nil, errors.New("address has a user name")
	}
	host, err := normalHost(scheme, u)
	if err != nil {
		return nil, err
	}
	p := withoutSessionPath(cleanPath(normalEscapes(u.EscapedPath())))
	text := scheme + "://" + host + p
	if q := withoutSessionQuery(normalEscapes(u.RawQuery)); q != "" {
		text += "?" + q
	}
	if len(text) > MaxURL {
		return nil, errors.New("address is too long")
	}
	return url.Parse(text)
}

// normalHost is the host with its port. A name that ends in a number is an IPv4
// address to a browser, in spellings such as 127.1 and 0x7f000001: only four
// decimal numbers are taken.
func normalHost(scheme string, u *url.URL) (string, error) {
	host := strings.TrimSuffix(u.Hostname(), ".")
	bracketed := strings.HasPrefix(u.Host, "[")
	if !bracketed {
		var ok bool
		if host, ok = normalName(host); !ok {
			return "", fmt.Errorf("host %q is no name", u.Hostname())
		}
	}
	if addr, err := netip.ParseAddr(host); err == nil && addr.Zone() == "" {
		if host = addr.Unmap().String(); addr.Unmap().Is6() {
			host = "[" + host + "]"
		}
	} else if bracketed || endsInNumber(host) {
		return "", fmt.Errorf("host %q is no address", u.Hostname())
	}
	port, err := normalPort(scheme, u.Port())
	return host + port, err
}

// hostName is what names are made of; an underscore is against the rules and in use.
var hostName = regexp.MustCompile(`^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$`)

// normalName is a host's name in lower case, as Punycode where it is not ASCII.
func normalName(host string) (string, bool) {
	if strings.ContainsFunc(host, func(r rune) bool { return r >= 0x80 }) {
		ascii, err := idna.Lookup.ToASCII(host)
		if err != nil || !utf8.ValidString(host) {
			return "", false
		}
		host = strings.TrimSuffix(ascii, ".")
	}
	host = strings.ToLower(host)
	return host, len(host) <= 253 && hostName.MatchString(host)
}

// endsInNumber is the test of the WHATWG URL standard for IPv4 addresses.
func endsInNumber(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	if strings.Trim(last, "0123456789") == "" {
		return true
	}
	hex, ok := strings.CutPrefix(last, "0x")
	return ok && strings.Trim(hex, "0123456789abcdef") == ""
}

func normalPort(scheme, port string) (string, error) {
	if port == "" {
		return "", nil
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 || slices.Contains(foreignPorts, uint16(n)) {
		return "", fmt.Errorf("port %s is not for the web", port)
	}
	if scheme == "http" && n == 80 || scheme == "https" && n == 443 {
		return "", nil
	}
	return ":" + strconv.FormatUint(n, 10), nil
}

// foreignPorts belong to other protocols (the WHATWG Fetch standard's bad ports).
var foreignPorts = []uint16{
	1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109,
	110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530,
	531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190,
	5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

// unreserved characters mean the same escaped or not (RFC 3986 §2.3).
func unreserved(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

// normalEscapes writes escapes in upper case, undoes those of unreserved
// characters and escapes what is no visible ASCII.
func normalEscapes(s string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			v, _ := strconv.ParseUint(s[i+1:i+3], 16, 8) // both are hex digits
			i += 2
			if c = byte(v); unreserved(c) {
				b.WriteByte(c)
				continue
			}
		} else if c > ' ' && c < 0x7f && c != '"' && c != '<' && c != '>' {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(digits[c>>4])
		b.WriteByte(digits[c&15])
	}
	return b.String()
}

// cleanPath removes dot segments (RFC 3986 §5.2.4); empty segments stay.
func cleanPath(p string) string {
	var out []string
	parts := strings.Split(strings.TrimPrefix(p, "/"), "/")
	for i, part := range parts {
		last := i == len(parts)-1
		switch part {
		case ".", "..":
			if part == ".." && len(out) > 0 {
				out = out[:len(out)-1]
			}
			if last {
				out = append(out, "")
			}
		default:
			out = append(out, part)
		}
	}
	return "/" + strings.Join(out, "/")
}

// aspSession is the segment that ASP.NET keeps a session in: /(S(lit3py55t21z5v55vlm25s55))/.
var aspSession = regexp.MustCompile(`/\((?:[A-Z]\([0-9A-Za-z]{24}\))+\)(/|$)`)

func withoutSessionPath(p string) string {
	p = aspSession.ReplaceAllString(p, "/")
	if i := strings.Index(strings.ToLower(p), ";jsessionid="); i >= 0 {
		end := strings.IndexAny(p[i+1:], ";/")
		if end < 0 {
			return p[:i]
		}
		p = p[:i] + p[i+1+end:]
	}
	return p
}

func withoutSessionQuery(q string) string {
	var kept []string
	for part := range strings.SplitSeq(q, "&") {
		name, value, _ := strings.Cut(part, "=")
		if part != "" && !volatileParameter(strings.ToLower(name), value) {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "&")
}

// volatileParameter says whether a parameter names the visitor or the way he
// came, not the page. Short names count only before what looks like an id.
func volatileParameter(name, value string) bool {
	switch name {
	case "phpsessid", "jsessionid", "gclid", "gclsrc", "dclid", "fbclid", "msclkid", "yclid", "mc_cid", "mc_eid", "_ga", "igshid":
		return true
	case "sid", "session", "sessionid", "session_id", "sess", "oscsid", "zenid", "cftoken", "s":
		return len(value) >= 16 && strings.Trim(strings.ToLower(value), "0123456789abcdefghijklmnopqrstuvwxyz-_") == ""
	}
	return strings.HasPrefix(name, "utm_") || strings.HasPrefix(name, "aspsessionid")
}
