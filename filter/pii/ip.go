package pii

import (
	"net/netip"
	"strings"
)

// v4 looks for an IPv4 address at start.
func (s *scan) v4(start int) (end int, ok bool) {
	end, octets, ok := s.quad(start)
	if !ok || !s.isHostBefore(start) || !s.isHostAfter(end) {
		return 0, false
	}
	if isPublic(netip.AddrFrom4(octets)) && octets[3] != 0 && octets != [4]byte{octets[0], octets[0], octets[0], octets[0]} && s.isAddress(octets, start) {
		return s.found(start, end, ip), true
	}
	return end, true
}

// quad reads four numbers up to 255 without leading zeros.
func (s *scan) quad(i int) (end int, octets [4]byte, ok bool) {
	for n := range octets {
		if n > 0 {
			if s.at(i) != '.' {
				return 0, octets, false
			}
			i++
		}
		first, v := i, 0
		for i < first+3 && isDigit(s.at(i)) {
			v = 10*v + int(s.text[i]-'0')
			i++
		}
		if i == first || v > 255 || i > first+1 && s.text[first] == '0' {
			return 0, octets, false
		}
		octets[n] = byte(v)
	}
	return i, octets, true
}

// isHostBefore tells whether an address may begin at start: not within a longer
// number, a file name (libc-2.3.1.4) or a path, but behind // of a URL.
func (s *scan) isHostBefore(start int) bool {
	switch c := s.before(start); c {
	case '.', '_', '~', '+', '#', '$', '\\':
		return false
	case '-':
		return isDigit(s.before(start-1)) || s.before(start-1) == '>' || s.before(start-1) == ' '
	case '/':
		return s.before(start-1) == '/' || s.before(start-1) == 0
	default:
		return !isAlnum(c)
	}
}

// isHostAfter tells whether an address may end before i.
func (s *scan) isHostAfter(i int) bool {
	switch c := s.at(i); c {
	case '.':
		return !isWord(s.at(i + 1))
	case '-':
		_, _, another := s.quad(i + 1)
		return another || !isAlnum(s.at(i+1))
	case '_', '~', '+':
		return false
	default:
		return !isAlnum(c)
	}
}

// isAddress tells an address from a version or the number of a section: what could be
// one of these is an address only where a word of its line says so.
func (s *scan) isAddress(octets [4]byte, start int) bool {
	window := s.text[max(0, start-windowBefore/2):start]
	line := window[strings.LastIndexByte(window, '\n')+1:]
	words := wordsIn(line, len(line) == windowBefore/2, false)
	if octets[0] == 1 && (octets[1] == 2 || octets[1] == 3) && !words.has(wordIP) { // object identifiers of ISO
		return false
	}
	if max(octets[0], octets[1], octets[2], octets[3]) < smallOctet && min(octets[0], octets[1], octets[2], octets[3]) < tinyOctet {
		return words.has(wordIP) && !words.has(wordVersion)
	}
	return words.has(wordIP) || !words.has(wordVersion)
}

// Versions and sections have numbers below smallOctet and one below tinyOctet; of
// random addresses one in 120 is such.
const (
	smallOctet = 100
	tinyOctet  = 10
)

// reserved are the networks whose addresses are nobody's: IANA's special-purpose
// registries (RFC 6890), multicast, and those for documentation (RFC 5737, RFC 3849,
// RFC 9637). Resolvers that everybody names are added.
var reserved = func() (all []netip.Prefix) {
	for _, p := range []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
		"192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
		"224.0.0.0/3", "1.1.1.1/32", "1.0.0.1/32", "8.8.8.8/32", "8.8.4.4/32", "9.9.9.9/32", "1.2.3.4/32",
		"::/16", "64:ff9b::/96", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7",
		"fe80::/10", "fec0::/10", "ff00::/8", "2001:4860:4860::8888/128", "2001:4860:4860::8844/128", "2606:4700:4700::/48",
	} {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}()

func isPublic(a netip.Addr) bool {
	for _, p := range reserved {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// v6 looks for an IPv6 address whose first group is at start.
func (s *scan) v6(start int) (end int, ok bool) {
	if c := s.before(start); isWord(c) || c == ':' || c == '.' || c == '-' {
		return 0, false
	}
	end = s.run(start, len("ffff:")*8-1+len(":255.255.255.255"), func(c byte) bool { return isHex(c) || c == ':' || c == '.' })
	for end > start && (s.text[end-1] == '.' || s.text[end-1] == ':' && s.before(end-1) != ':') {
		end--
	}
	if isWord(s.at(end)) || s.at(end) == ':' {
		return 0, false
	}
	if colons := strings.Count(s.text[start:end], ":"); colons < 2 || colons > 7 {
		return 0, false
	}
	a, err := netip.ParseAddr(s.text[start:end])
	if err != nil || !a.Is6() {
		return 0, false
	}
	if isPublic(a) && isV6(s.text[start:end], a) {
		return s.found(start, end, ip), true
	}
	return end, true
}

// isV6 tells an address from other hexadecimal groups: a shortened one is within
// 2000::/3, the only part in use (RFC 4291 §2.4) and not a network's; one of all
// eight groups has some longer than two digits, which the names of disks have. What
// ends in 64 zeros is a network.
func isV6(text string, a netip.Addr) bool {
	b := a.As16()
	if [8]byte(b[8:]) == [8]byte{} {
		return false
	}
	short := false
	group, longest := 0, 0
	for i := range len(text) {
		short = short || i > 0 && text[i] == ':' && text[i-1] == ':'
		if group++; text[i] == ':' {
			group = 0
		}
		longest = max(longest, group)
	}
	if short {
		return b[0]>>5 == 1
	}
	return longest > 2
}
