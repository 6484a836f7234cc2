package pii

import "strings"

// number looks at the digit at i: the token of letters and digits around it, and
// what follows in groups.
func (s *scan) number(i int) int {
	start := s.runBack(i, maxToken+1, isAlnum)
	end := s.run(i, maxToken+1, isAlnum)
	if end-start > maxToken {
		for end < len(s.text) && isAlnum(s.text[end]) {
			end++
		}
		return end
	}
	if s.before(start) == '_' || s.at(end) == '_' {
		return end
	}
	if e, ok := s.phrase(start, end); ok {
		return e
	}
	if e, ok := s.said(start); ok {
		return e
	}
	return end
}

// phrase tries what may begin with the token from start to end. Rules whose check is
// strong come first.
func (s *scan) phrase(start, end int) (int, bool) {
	if end-start <= 4 && s.at(end) == ':' {
		if e, ok := s.v6(start); ok {
			return e, true
		}
	}
	if end-start <= 3 && s.at(end) == '.' {
		if e, ok := s.v4(start); ok {
			return e, true
		}
	}
	if end-start == 2 && s.before(start) == ' ' && start-3 >= s.floor && !isWord(s.before(start-3)) {
		if e, ok := s.nino(start-3, end); ok {
			return e, true
		}
	}
	if !isDigit(s.text[start]) || s.run(start, maxToken, isDigit) != end {
		return s.lettered(start, end)
	}
	if end-start < 7 && !s.goesOn(end) || !s.isNumberBefore(start) {
		return 0, false
	}
	g := &s.groups
	s.readGroups(g, start)
	if g.n >= 9 {
		if e, ok := s.card(g); ok {
			return e, true
		}
		if e, ok := s.identity(g); ok {
			return e, true
		}
	}
	return s.phone(start)
}

// goesOn tells whether another group of a number may follow at i.
func (s *scan) goesOn(i int) bool {
	c, next := s.at(i), s.at(i+1)
	switch c {
	case '-', '.', '/', ' ':
		return isDigit(next) || next == '('
	case ')':
		return isDigit(next) || isDigit(s.at(i+2))
	default:
		return c == '(' || c >= 0x80
	}
}

// groups are the digits of a number with the places of its groups, which single
// spaces, dashes, dots or slashes part.
type groups struct {
	digits [maxDigits]byte
	n      int // digits
	ends   [maxGroups]int
	sizes  [maxGroups]int
	seps   [maxGroups]byte // before each group
	count  int
	start  int
}

// readGroups reads the number at start, up to maxGroups groups and maxDigits digits.
func (s *scan) readGroups(g *groups, start int) {
	g.start, g.n, g.count = start, 0, 0
	for i := start; g.count < maxGroups; {
		sep := byte(0)
		if g.count > 0 {
			var width int
			if sep, width = s.separator(i); width == 0 || !isDigit(s.at(i+width)) {
				break
			}
			i += width
		}
		end := s.run(i, maxDigits+1, isDigit)
		if g.n+end-i > maxDigits || isAlpha(s.at(end)) && g.count > 0 {
			break
		}
		g.n += copy(g.digits[g.n:], s.text[i:end])
		g.ends[g.count], g.sizes[g.count], g.seps[g.count] = end, end-i, sep
		g.count++
		i = end
	}
}

// separator is what may part two groups at i, and its width in bytes; a space of any
// kind is ' '.
func (s *scan) separator(i int) (byte, int) {
	switch c := s.at(i); c {
	case ' ', '-', '.', '/':
		return c, 1
	}
	if s.at(i) < 0x80 {
		return 0, 0
	}
	switch {
	case s.has(i, "\u00a0"):
		return ' ', 2
	case s.has(i, "\u202f"), s.has(i, "\u2009"):
		return ' ', 3
	case s.has(i, "\u2011"), s.has(i, "\u2010"), s.has(i, "\u2013"):
		return '-', 3
	}
	return 0, 0
}

// match tells whether g begins with groups of these sizes, all parted by the same
// one of seps.
func (g *groups) match(sizes []int, seps string) bool {
	if g.count < len(sizes) {
		return false
	}
	for i, n := range sizes {
		if g.sizes[i] != n || i > 0 && (g.seps[i] != g.seps[1] || strings.IndexByte(seps, g.seps[i]) < 0) {
			return false
		}
	}
	return true
}

// isNumberBefore tells whether a whole number may begin at start: not the fraction
// of another, nor an amount of money.
func (s *scan) isNumberBefore(start int) bool {
	switch c := s.before(start); c {
	case '.', ',':
		return !isDigit(s.before(start - 1))
	case '-', '/':
		c := s.before(start - 1)
		return !isAlnum(c) && c != '$'
	case '_', '$', '#', '%', '\\', '~', '^':
		return false
	}
	return !s.has(start-3, "€") && !s.has(start-2, "£")
}

// isNumberAfter tells whether a whole number may end before i.
func (s *scan) isNumberAfter(i int) bool {
	switch c := s.at(i); c {
	case '.', ',', '-', '/', ':':
		return !isAlnum(s.at(i + 1))
	case '_', '%', '\\', '^':
		return false
	default:
		return !isAlnum(c)
	}
}
