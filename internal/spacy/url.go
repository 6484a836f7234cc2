package spacy

import (
	"strings"
	"unicode/utf8"
)

// url says whether text[lo:hi], which has no white space, is an address by
// spaCy's URL_PATTERN (after Diego Perini's): an optional scheme, an optional
// user before @, an IP address or a domain, an optional port and path. As any
// characters may stand before an @, a host may begin after every one.
func (t *Tokenizer) url(lo, hi int) bool {
	s := t.text[lo:hi]
	if strings.IndexByte(s, '.') < 0 {
		return false
	}
	if t.host(s) {
		return true
	}
	if n := t.scheme(s); n > 0 && t.host(s[n:]) {
		return true
	}
	for at := 1; at < len(s); {
		i := strings.IndexByte(s[at:], '@')
		if i < 0 {
			break
		}
		at += i + 1
		if t.host(s[at:]) {
			return true
		}
	}
	return false
}

// scheme is the length of [\w+.-]{2,}:// at the start of s, or 0.
func (t *Tokenizer) scheme(s string) int {
	n := 0
	for i := 0; i < len(s); n++ {
		c, w := t.next(s, i)
		if b := s[i]; !t.rules.word.has(c) && b != '+' && b != '-' && b != '.' {
			if n >= 2 && strings.HasPrefix(s[i:], "://") {
				return i + len("://")
			}
			return 0
		}
		i += w
	}
	return 0
}

// host says whether s is a host with what may follow it.
func (t *Tokenizer) host(s string) bool {
	return t.domain(s) || t.address(s)
}

// domain tries labels of up to 64 characters, each with its full stop, and a
// top-level domain of 2 to 63 lower-case letters.
func (t *Tokenizer) domain(s string) bool {
	start, labels := 0, 0
	n, inner := 0, true // of the label: characters, whether it may end here
	for i := 0; i < len(s); {
		if s[i] == '.' {
			if n == 0 || n > 64 || !inner {
				return false
			}
			labels++
			i++
			start, n = i, 0
			continue
		}
		r, w := utf8.DecodeRuneInString(s[i:])
		inner = inDomain(r)
		if !inner && (n == 0 || r != '_' && r != '-') {
			break
		}
		n++
		i += w
	}
	if labels == 0 {
		return false
	}
	n = 0
	for start < len(s) {
		c, w := t.next(s, start)
		if !t.rules.lower.has(c) {
			break
		}
		start += w
		n++
	}
	return n >= 2 && n <= 63 && t.tail(s[start:])
}

// inDomain says whether r is in [A-Za-z0-9\u00a1-\uffff].
func inDomain(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || 0xA1 <= r && r <= 0xFFFF
}

// address tries an IP address that is not a private one.
func (t *Tokenizer) address(s string) bool {
	var octets [4]string
	for i := range octets {
		n := 0
		for n < len(s) {
			c, w := t.next(s, n)
			if !t.rules.digit.has(c) {
				break
			}
			n += w
		}
		octets[i], s = s[:n], s[n:]
		if i < 3 {
			if s == "" || s[0] != '.' {
				return false
			}
			s = s[1:]
		}
	}
	return octet(octets[0], 1, 223) && octet(octets[1], 0, 255) && octet(octets[2], 0, 255) &&
		octet(octets[3], 1, 254) && !private(octets[0], octets[1]) && t.tail(s)
}

// private says whether the expression leaves out addresses that begin with a, b.
func private(a, b string) bool {
	switch a {
	case "10", "127":
		return true
	case "169":
		return b == "254"
	case "192":
		return b == "168"
	case "172":
		return len(b) > 1 && (b[0] == '1' && b[1] >= '6' && b[1] <= '9' && len(b) == 2 || b == "30" || b == "31" ||
			b[0] == '2' && utf8.RuneCountInString(b[1:]) == 1)
	}
	return false
}

// octet says whether s, digits of any script, is one of an address. The
// expression tells least and most only by digits that it names, as here.
func octet(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	if n == 0 || n > 3 {
		return false
	}
	if n < 3 {
		return least == 0 || s[0] >= '1' && s[0] <= '9'
	}
	if s[0] == '1' {
		return true
	}
	if s[0] != '2' {
		return false
	}
	tens, ones := byte(most/10%10)+'0', byte(most%10)+'0'
	if s[1] >= '0' && s[1] < tens {
		return true
	}
	return s[1] == tens && len(s) == 3 && s[2] >= '0' && s[2] <= ones
}

// tail says whether s is an optional port and an optional path.
func (t *Tokenizer) tail(s string) bool {
	if s != "" && s[0] == ':' {
		i, n := 1, 0
		for ; i < len(s); n++ {
			c, w := t.next(s, i)
			if !t.rules.digit.has(c) {
				break
			}
			i += w
		}
		if n < 2 || n > 5 {
			return false
		}
		s = s[i:]
	}
	return s == "" || s[0] == '/' || s[0] == '?' || s[0] == '#'
}
