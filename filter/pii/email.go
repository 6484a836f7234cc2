package pii

import (
	"strings"

	"golang.org/x/net/publicsuffix"
)

// address looks at the @ at i: the password of a URL, or an e-mail address.
func (s *scan) address(i int) int {
	if end, ok := s.userinfo(i); ok {
		return end
	}
	start, end := s.local(i), s.domain(i+1)
	if start == i || end <= i+1 {
		return i + 1
	}
	host, user := s.text[i+1:end], s.text[start:i]
	if isExampleHost(host) || isAlgorithm(user, host) || !isTopLevel(host[strings.LastIndexByte(host, '.')+1:]) || s.isRemote(start, end) || s.isMessageID(start, user) {
		return end
	}
	return s.found(start, end, email)
}

// local is the beginning of the local part that ends before i; i when there is none.
func (s *scan) local(i int) int {
	start := s.runBack(i, maxLocal+1, isLocal)
	if i-start > maxLocal || s.before(i) == '.' || s.before(start) == '@' {
		return i
	}
	for start < i && !isWord(s.text[start]) { // quotes, dots and dashes before it
		start++
	}
	if strings.Contains(s.text[start:i], "..") {
		return i
	}
	return start
}

// isLocal holds the characters of RFC 5322's dot-atom that addresses have in
// practice; with all of them text that only stands beside an address gets into it.
func isLocal(c byte) bool {
	return isWord(c) || c == '.' || c == '-' || c == '+' || c == '%' || c == '\'' || c == '&'
}

// domain is the end of the host name at i: two labels or more, the last of letters
// (or of punycode); i when there is none.
func (s *scan) domain(i int) int {
	end := s.run(i, maxDomain+1, isHost)
	if end-i > maxDomain {
		return i
	}
	for end > i && !isAlnum(s.text[end-1]) { // the end of a sentence
		end--
	}
	host := s.text[i:end]
	dot := strings.LastIndexByte(host, '.')
	if dot <= 0 || host[0] == '-' || host[0] == '.' || strings.Contains(host, "..") || isWord(s.at(end)) || s.at(end) == '@' {
		return i
	}
	return end
}

func isHost(c byte) bool { return isAlnum(c) || c == '.' || c == '-' }

// isTopLevel tells whether the public suffix list has the domain.
func isTopLevel(name string) bool {
	if len(name) < 2 || !isAlpha(name[0]) {
		return false
	}
	_, known := publicsuffix.PublicSuffix(strings.ToLower(name))
	return known
}

// isExampleHost tells names that RFC 2606 and RFC 6761 keep for examples, and that
// reach nobody.
func isExampleHost(host string) bool {
	last := strings.LastIndexByte(host, '.')
	top := host[last+1:]
	for _, name := range []string{"example", "test", "invalid", "localhost", "local", "localdomain"} {
		if strings.EqualFold(top, name) {
			return true
		}
	}
	second := host[strings.LastIndexByte(host[:last], '.')+1 : last]
	return strings.EqualFold(second, "example")
}

// isAlgorithm tells the names that SSH gives what its implementations added (RFC 4251
// §6), aes256-gcm@openssh.com: these two domains have many.
func isAlgorithm(user, host string) bool {
	return (strings.EqualFold(host, "openssh.com") || strings.EqualFold(host, "libssh.org")) && strings.ContainsAny(user, "-0123456789")
}

// isRemote tells an account on a machine, git@host:path or ssh://git@host/path,
// from an address.
func (s *scan) isRemote(start, end int) bool {
	if start >= 3 && s.text[start-3:start] == "://" {
		return true
	}
	c := s.at(end + 1)
	return s.at(end) == ':' && (isWord(c) || c == '/' || c == '~')
}

// isMessageID tells the id of a mail, <20040511.7@host>, which looks like an address,
// by the name of its header.
func (s *scan) isMessageID(start int, user string) bool {
	line := s.text[max(s.floor, start-windowBefore):start]
	if nl := strings.LastIndexByte(line, '\n'); nl >= 0 {
		line = line[nl+1:]
	}
	digits := 0
	for i := range len(user) {
		if isDigit(user[i]) {
			digits++
		}
	}
	if digits < 4 || !strings.HasSuffix(line, "<") && !strings.HasSuffix(line, "/") {
		return false
	}
	return digits >= 8 || hasFold(line, "message-id") || hasFold(line, "in-reply-to") || hasFold(line, "references")
}

// hasFold tells whether part, in lower case, stands in s in any case.
func hasFold(s, part string) bool {
	for i := 0; i+len(part) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(part)], part) {
			return true
		}
	}
	return false
}
