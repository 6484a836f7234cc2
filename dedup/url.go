package dedup

import (
	"crypto/sha256"
	"net/url"
	"strings"

	"corpus"
)

// urlHash is that of a normalised URL, zero for none.
func urlHash(raw string) (id corpus.ID) {
	if raw = strings.TrimSpace(raw); raw == "" {
		return id
	}
	sum := sha256.Sum256([]byte(normaliseURL(raw)))
	copy(id[:], sum[:])
	return id
}

// normaliseURL makes equal what is one page on every web server that there is
// reason to think of: http and https, www. and none, host in any case, with the
// scheme's port or a dot behind it; escapes of characters that need none, in any
// case; without fragment, without an empty query, with an empty path as "/".
// Paths, their slashes, queries, their order and tracking parameters stay, since
// some server tells them apart. What is no URL with a host, or is longer than
// MaxURL, stays as it is.
func normaliseURL(raw string) string {
	u, err := url.Parse(raw)
	if len(raw) > MaxURL || err != nil || u.Host == "" {
		return raw
	}
	scheme := strings.ToLower(u.Scheme)
	port := u.Port()
	if scheme == "http" && port == "80" || scheme == "https" && port == "443" {
		port = ""
	}
	if scheme == "http" || scheme == "https" {
		scheme = ""
	}
	var b strings.Builder
	if scheme != "" {
		b.WriteString(scheme + ":")
	}
	b.WriteString("//")
	if u.User != nil {
		b.WriteString(u.User.String() + "@")
	}
	b.WriteString(hostOf(u.Hostname()))
	if port != "" {
		b.WriteString(":" + port)
	}
	if u.Path == "" {
		b.WriteByte('/')
	}
	b.WriteString(unescaped(u.EscapedPath()))
	if u.RawQuery != "" {
		b.WriteString("?" + unescaped(u.RawQuery))
	}
	return b.String()
}

// hostOf is a host in lower case, without www. before a name that has a dot, and
// without the dot behind it.
func hostOf(host string) string {
	if strings.Contains(host, ":") {
		return "[" + strings.ToLower(host) + "]"
	}
	host = strings.TrimRight(strings.ToLower(host), ".")
	for strings.HasPrefix(host, "www.") && strings.Count(host, ".") > 1 {
		host = host[len("www."):]
	}
	return host
}

// unescaped replaces the escapes of letters, digits, "-", ".", "_" and "~", which
// mean what the character does (RFC 3986, 6.2.2.2), and writes others in upper case.
func unescaped(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '%' || i+2 >= len(s) || !hex(s[i+1]) || !hex(s[i+2]) {
			b = append(b, s[i])
			continue
		}
		if c := hexValue(s[i+1])<<4 | hexValue(s[i+2]); unreserved(c) {
			b = append(b, c)
		} else {
			b = append(b, '%', upper(s[i+1]), upper(s[i+2]))
		}
		i += 2
	}
	return string(b)
}

func unreserved(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

func hex(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f' }

func hexValue(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'f' {
		return c - 0x20
	}
	return c
}
