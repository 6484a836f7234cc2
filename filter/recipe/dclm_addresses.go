package recipe

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// topDomains is iana_tlds.txt of DCLM: the names that IANA lists, a line each.
//
//go:embed dclm_tlds.txt
var topDomains string

// domains tells top-level domains.
type domains struct {
	ascii   map[string]bool
	other   map[rune][]string // by the first character
	longest int               // bytes of the longest
}

var knownDomains = sync.OnceValue(func() *domains {
	d := &domains{ascii: map[string]bool{}, other: map[rune][]string{}}
	for name := range strings.FieldsSeq(topDomains) {
		d.longest = max(d.longest, len(name))
		if first, _ := utf8.DecodeRuneInString(name); first < utf8.RuneSelf {
			d.ascii[name] = true
		} else {
			d.other[first] = append(d.other[first], name)
		}
	}
	return d
})

// begins says whether s begins with a domain in either case. DCLM looks for web
// addresses in such texts only, as it asks Python's match, not its search.
func (d *domains) begins(s string) bool {
	low := strings.Map(lowerFold, clip(s, d.longest))
	for i := range len(low) + 1 {
		if d.ascii[low[:i]] {
			return true
		}
	}
	first, _ := utf8.DecodeRuneInString(low)
	for _, name := range d.other[first] {
		if strings.HasPrefix(low, name) {
			return true
		}
	}
	return false
}

// lowerFold is the lower-case letter that Python's re.IGNORECASE takes r for.
func lowerFold(r rune) rune {
	switch r {
	case 'İ', 'ı':
		return 'i'
	case 'ſ':
		return 's'
	}
	return unicode.ToLower(r)
}

// at is the bytes of the domain that s begins with, at the end of a word; 0 when
// there is none.
func (d *domains) at(s string) int {
	n := 0
	for n < len(s) && n <= d.longest && (s[n]|0x20 >= 'a' && s[n]|0x20 <= 'z') {
		n++
	}
	if n > 0 {
		if d.ascii[s[:n]] && !startsWord(s[n:]) {
			return n
		}
		return 0
	}
	first, _ := utf8.DecodeRuneInString(s)
	for _, name := range d.other[first] {
		last, _ := utf8.DecodeLastRuneInString(name)
		if strings.HasPrefix(s, name) && isWord(last) != startsWord(s[len(name):]) {
			return len(name)
		}
	}
	return 0
}

// isWord is \w of Python's patterns.
func isWord(r rune) bool { return r == '_' || isAlnum(r) }

func startsWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return s != "" && isWord(r)
}

func endsWord(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return s != "" && isWord(r)
}

// hostBytes are those of the part of an address before its domain, pathBytes
// those behind it, which are more.
var hostBytes, pathBytes = byteSet("@:%._+~#=-"), byteSet("@:%._+~#=-()?&/")

// byteSet is the letters and digits of ASCII, and more.
func byteSet(more string) (set [256]bool) {
	for c := range set {
		set[c] = c < utf8.RuneSelf && isAlnum(rune(c)) || strings.IndexByte(more, byte(c)) >= 0
	}
	return set
}

func runEnd(set *[256]bool, text string, at int) int {
	for at < len(text) && set[text[at]] {
		at++
	}
	return at
}

const (
	longestHost    = 256           // characters of a host that DCLM looks at
	spacesBefore   = 10            // of white space that go with an address
	mostAddresses  = maxTokens / 4 // that are cut out of a text, of each kind
	dclmURLRule    = "dclm.urls"
	dclmNumberRule = "dclm.ip_addresses"
)

// addresses cuts out web addresses and IP addresses (url_removal_modifier).
func (w *dclm) addresses() {
	if d := knownDomains(); d.begins(w.text) {
		w.each(dclmURLRule, func(dot, from int) (start, end int) { return d.host(w.text, dot, from) })
	}
	w.each(dclmNumberRule, func(dot, from int) (start, end int) { return ipAddress(w.text, dot, from) })
}

// each cuts the addresses that find gives for a dot, which begin at byte from or
// later; one that ends nowhere is none.
func (w *dclm) each(rule string, find func(dot, from int) (start, end int)) {
	from, at := 0, 0
	for len(w.cuts) < mostAddresses {
		i := strings.IndexByte(w.text[at:], '.')
		if i < 0 {
			break
		}
		start, end := find(at+i, from)
		if at += i + 1; end > 0 {
			w.cut(start, end, rule)
			from, at = end, end
		}
	}
	w.make()
}

// host is the web address of which the host ends at a dot.
func (d *domains) host(text string, dot, from int) (start, end int) {
	n := d.at(text[dot+1:])
	if n == 0 {
		return 0, 0
	}
	start = dot
	for start > from && dot-start < longestHost && hostBytes[text[start-1]] {
		start--
	}
	if start == dot {
		return 0, 0
	}
	if last := runEnd(&hostBytes, text, dot) - 1; last > dot && last-start <= longestHost && text[last] == '.' && last+1 < len(text) {
		if m := d.at(text[last+1:]); m > 0 { // of a script other than Latin
			dot, n = last, m
		}
	}
	end = runEnd(&pathBytes, text, dot+1+n)
	if start == from || !hostBytes[text[start-1]] {
		start = beforeAddress(text, start, from, false)
	}
	return start, end
}

// ipAddress is the IP address of which the first number ends at a dot.
func ipAddress(text string, dot, from int) (start, end int) {
	start = dot
	for start > from && isASCIIDigit(text[start-1]) && dot-start < 4 {
		start--
	}
	if endsWord(text[:start]) {
		return 0, 0
	}
	at := start
	for range 3 {
		n := octet(text[at:])
		if n == 0 || at+n >= len(text) || text[at+n] != '.' {
			return 0, 0
		}
		at += n + 1
	}
	if at == len(text) || !isASCIIDigit(text[at]) {
		return 0, 0
	}
	return beforeAddress(text, start, from, true), runEnd(&pathBytes, text, at)
}

func isASCIIDigit(c byte) bool { return '0' <= c && c <= '9' }

// octet is the bytes of the number that s begins with: one or two digits, or three
// up to 299; 0 when it is none.
func octet(s string) int {
	n := 0
	for n < len(s) && n < 4 && isASCIIDigit(s[n]) {
		n++
	}
	if n == 4 || n == 3 && s[0] > '2' {
		return 0
	}
	return n
}

// beforeAddress is where an address begins with the scheme before it, at the
// beginning of a word if so wanted, and with the white space before that.
func beforeAddress(text string, start, from int, word bool) int {
	for _, scheme := range []string{"https://", "http://", "ftp://"} {
		if s := start - len(scheme); s >= from && text[s:start] == scheme {
			if !word || !endsWord(text[:s]) {
				start = s
			}
			break
		}
	}
	for range spacesBefore {
		r, w := utf8.DecodeLastRuneInString(text[from:start])
		if w == 0 || !isSpace(r) {
			break
		}
		start -= w
	}
	return start
}
