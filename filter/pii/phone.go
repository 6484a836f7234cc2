package pii

import "strings"

// phone looks for a phone number whose first digit is at i. A number counts by its
// form where that says enough: international (ITU-T E.164), North American, French;
// any other needs a word before it, or behind it a dash and a word.
func (s *scan) phone(i int) (int, bool) {
	p := &s.dialled
	if !s.dial(p, i) || p.n < 7 || p.n > 16 {
		return 0, false
	}
	p.end = s.extension(p.end)
	if !s.isNumberAfter(p.end) && !s.isLabelled(p.end) || isDate(p) {
		return 0, false
	}
	if p.isNorthAmericanAt(0) && p.count > 3 && p.seps[3] == " " && p.seps[2] != " " {
		p.count, p.n, p.end = 3, 10, p.ends[2]
	}
	if p.isFictional() || p.isBinary() {
		return 0, false
	}
	if p.isInternational() || p.isNorthAmerican() || p.isTrunk() && s.isApart(p.start, p.end) || p.n <= 13 && s.isCalled(p) {
		return s.found(p.start, p.end, phone), true
	}
	return 0, false
}

// dialled is a phone number as it is written.
type dialled struct {
	digits     [maxDigits]byte
	n          int
	sizes      [maxGroups + 2]int // 0 behind the last
	ends       [maxGroups]int
	seps       [maxGroups]string // before each group
	count      int
	plus       bool
	paren      bool // the area code, or the 0 that is not dialled, in parentheses
	start, end int
}

// dial reads digits in groups, with a plus sign or a parenthesis before them. A group has two digits or more, but for the first and the (0).
func (s *scan) dial(p *dialled, i int) bool {
	p.start, p.n, p.count, p.plus = i, 0, 0, false
	open := false
	if s.before(p.start) == '(' {
		p.start--
		open = true
	}
	if s.before(p.start) == '+' {
		p.start--
		p.plus = true
		if s.before(p.start) == '(' && !open {
			p.start--
			open = true
		}
	}
	p.paren = open
	if c := s.before(p.start); isWord(c) || c == '+' || c == '~' {
		return false
	}
	sep := ""
	for p.count < maxGroups {
		end := s.run(i, maxDigits+1, isDigit)
		if p.n+end-i > maxDigits || end == i+1 && p.count > 0 && !open {
			break
		}
		p.n += copy(p.digits[p.n:], s.text[i:end])
		p.sizes[p.count], p.seps[p.count], p.ends[p.count] = end-i, sep, end
		p.count++
		p.end = end
		if sep = s.between(end, p.count, &open); sep == "" {
			break
		}
		p.paren = p.paren || open
		i = end + len(sep)
	}
	p.sizes[p.count], p.sizes[p.count+1] = 0, 0
	if open && s.at(p.end) == ')' {
		p.end++
	} else if open {
		return false
	}
	return true
}

// between is what parts two groups at i: the end of a parenthesis, a mark, and after
// the first group the beginning of a parenthesis; "" when no digit follows. open tells
// whether a parenthesis is.
func (s *scan) between(i, count int, open *bool) string {
	j, o := i, *open
	if o && s.at(j) == ')' {
		o = false
		j++
	}
	_, width := s.separator(j)
	j += width
	if !o && count == 1 && s.at(j) == '(' && s.at(s.run(j+1, 5, isDigit)) == ')' {
		o = true
		j++
	}
	if j == i || !isDigit(s.at(j)) {
		return ""
	}
	*open = o
	return s.text[i:j]
}

// extension is the end of x123, ext. 123 or #123 at i.
func (s *scan) extension(i int) int {
	j := i
	if c := s.at(i) | 0x20; c != ' ' && c != 'x' && c != 'e' && c != '#' {
		return i
	}
	for _, mark := range []string{" ext. ", " ext ", " ext.", " Ext. ", " Ext ", " x", " ext", "x", "ext", "#"} {
		if s.has(j, mark) {
			j += len(mark)
			break
		}
	}
	if j == i {
		return i
	}
	end := s.run(j, 7, isDigit)
	if end == j || end-j > 6 || isWord(s.at(end)) {
		return i
	}
	return end
}

// isInternational tells +, a country's calling code and digits enough.
func (p *dialled) isInternational() bool {
	if !p.plus || p.n < 8 || p.n > 16 || p.n > 15 && !p.paren || p.count == 1 && (p.n < 10 || p.n > 13) {
		return false
	}
	if c := p.digits[0]; (c == '1' || c == '7') && p.n != 11 {
		return false
	}
	for n := 1; n <= 3; n++ {
		if callingCodes[string(p.digits[:n])] {
			return true
		}
	}
	return false
}

// callingCodes are those in use (ITU-T E.164, list of assigned country codes).
var callingCodes = func() map[string]bool {
	m := map[string]bool{}
	for _, c := range strings.Fields(`1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86
		90 91 92 93 94 95 98 211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235 236 237 238 239 240 241 242 243 244
		245 246 247 248 249 250 251 252 253 254 255 256 257 258 260 261 262 263 264 265 266 267 268 269 290 291 297 298 299 350 351 352 353 354 355
		356 357 358 359 370 371 372 373 374 375 376 377 378 380 381 382 383 385 386 387 389 420 421 423 500 501 502 503 504 505 506 507 508 509 590
		591 592 593 594 595 596 597 598 599 670 672 673 674 675 676 677 678 679 680 681 682 683 685 686 687 688 689 690 691 692 800 808 850 852 853
		855 856 870 878 880 881 882 883 886 888 960 961 962 963 964 965 966 967 968 970 971 972 973 974 975 976 977 979 992 993 994 995 996 998`) {
		m[c] = true
	}
	return m
}()

// isNorthAmerican tells the numbering plan's forms 212-555-7890, (212) 555-7890 and
// 212.555.7890, the country's 1 or 001 before it or not: area and exchange begin with
// 2 to 9.
func (p *dialled) isNorthAmerican() bool {
	g := 0
	if p.count == 4 && p.digits[p.sizes[0]-1] == '1' && (p.sizes[0] == 1 || p.sizes[0] == 3 && p.digits[0] == '0' && p.digits[1] == '0') {
		g = 1
	}
	return p.count == g+3 && p.isNorthAmericanAt(g)
}

// isNorthAmericanAt tells the same of the three groups from g on.
func (p *dialled) isNorthAmericanAt(g int) bool {
	at := sum(p.sizes[:g])
	if p.count < g+3 || p.sizes[g] != 3 || p.sizes[g+1] != 3 || p.sizes[g+2] != 4 || p.digits[at] < '2' || p.digits[at+3] < '2' {
		return false
	}
	first, last := p.seps[g+1], p.seps[g+2]
	return p.paren && (last == "-" || last == " " || last == ".") || first == last && (last == "-" || last == ".")
}

// isTrunk tells the forms of other countries that no other number has: the area code
// in parentheses, (08) 8747 6301, or with the 0 of a call within the country and three
// groups or more, 0494 92 82 32 and 01.23.45.67.89.
func (p *dialled) isTrunk() bool {
	if p.n < 8 || p.n > 11 || p.plus {
		return false
	}
	shortest, longest := p.spread()
	if longest > 4 || shortest < 2 || p.isBytes() {
		return false
	}
	if p.paren {
		return p.count == 3 && p.sizes[0] <= 4 && shortest >= 3
	}
	return p.count >= 3 && p.n >= 9 && p.sizes[0] >= 2 && p.digits[0] == '0' && p.digits[1] != '0' && p.seps[1] != "/" && p.isEven()
}

// spread is the sizes of the smallest and the largest group but the first.
func (p *dialled) spread() (shortest, longest int) {
	shortest = maxDigits
	for i := 1; i < p.count; i++ {
		shortest, longest = min(shortest, p.sizes[i]), max(longest, p.sizes[i])
	}
	return shortest, longest
}

// isEven tells whether the same mark stands between all groups but the first two.
func (p *dialled) isEven() bool {
	for i := 3; i < p.count; i++ {
		if p.seps[i] != p.seps[2] {
			return false
		}
	}
	return true
}

// isFictional tells the numbers that the North American plan keeps for fiction,
// 555-0100 to 555-0199, and those that only count.
func (p *dialled) isFictional() bool {
	d := string(p.digits[:p.n])
	return p.n == 7 && d[:5] == "55501" || p.n >= 10 && p.n <= 13 && d[p.n-7:p.n-2] == "55501" || strings.Contains(d, "123456789")
}

// isBinary tells a number of ones and zeros.
func (p *dialled) isBinary() bool {
	for _, c := range p.digits[:p.n] {
		if c > '1' {
			return false
		}
	}
	return true
}

// isDate tells 2026-11-27, 27.11.2026, 20261127 and 2006-2026, with other numbers
// around it or not.
func isDate(p *dialled) bool {
	if p.plus {
		return false
	}
	if p.count == 1 {
		return p.n == 8 && p.isYear(0, 4) && number(p.digits[4:6]) <= 12 && number(p.digits[6:8]) <= 31
	}
	for i, at := 0, 0; i < p.count-1; i++ {
		a, b, c := p.sizes[i], p.sizes[i+1], p.sizes[i+2]
		if a == 4 && b == 2 && c == 2 && number(p.digits[at+4:at+6]) <= 12 && number(p.digits[at+6:at+8]) <= 31 && p.digits[at] != '0' {
			return true
		}
		if p.isYear(at, a) && (b <= 2 && c <= 2 || p.count == 2 && (b <= 3 || p.isYear(at+a, b))) || a <= 2 && b <= 2 && p.isYear(at+a+b, c) {
			return true
		}
		at += a
	}
	return false
}

// isYear tells whether the group of n digits at i is a year of the last centuries.
func (p *dialled) isYear(i, n int) bool {
	return n == 4 && (p.digits[i] == '1' && p.digits[i+1] >= '7' || p.digits[i] == '2' && p.digits[i+1] <= '1')
}

// isApart tells whether no other number, or byte of a dump, stands on either side.
func (s *scan) isApart(start, end int) bool {
	if c := s.before(start); c == ' ' && isHex(s.before(start-1)) && (isHex(s.before(start-2)) && !isAlnum(s.before(start-3)) || isDigit(s.before(start-1))) {
		return false
	}
	return s.at(end) != ' ' || !isHex(s.at(end+1)) || isAlpha(s.at(end+1)) && (!isHex(s.at(end+2)) || isAlnum(s.at(end+3)))
}

// isCalled tells whether a word says that p is a phone number.
func (s *scan) isCalled(p *dialled) bool {
	if c := s.before(p.start); c == '-' || c == '/' || c == '.' || c == '#' {
		return false
	}
	if s.isLabelled(p.end) {
		return true
	}
	words := s.wordsBefore(p.start)
	if p.digits[0] == '0' && p.digits[1] == '0' && p.digits[2] == '0' || s.isZIP(p) {
		return false
	}
	if words.has(wordPhone) {
		return !words.has(wordHash) && (p.count != 3 || min(p.sizes[0], p.sizes[1], p.sizes[2]) < 4)
	}
	if p.isYear(0, p.sizes[0]) || p.hasSlash() || p.isRange() || p.digits[0] == '0' && p.digits[1] == '0' || p.count == 1 && (p.n > 11 || p.n < 9) || p.isBytes() {
		return false
	}
	if words.has(wordHash|wordID) || p.count == 1 && (p.digits[0] != '0' || p.digits[1] == '0') || p.count == 2 && p.seps[1] == "." || !s.isApart(p.start, p.end) {
		return false
	}
	if words.has(wordCall) && (words.has(wordMe) || s.isLabel(p.start)) && (p.sizes[0] <= 4 || p.digits[0] == '0') {
		return true
	}
	if p.count == 1 {
		return false
	}
	return words.has(wordMe) && p.isGrouped() && !s.isStreet(p.end) && !s.isQuoted(p.start) || s.isInitialled(p.start) || s.isAlone(p) || s.wordsAfter(p.end).has(wordPhone)
}

// isGrouped tells groups of two to four digits, all parted alike, as in most countries.
func (p *dialled) isGrouped() bool {
	shortest, longest := p.spread()
	return p.n <= 11 && p.count > 1 && p.count <= 5 && p.sizes[0] >= 2 && p.sizes[0] <= 4 && shortest >= 2 && longest <= 4 && p.isEven() &&
		(p.count != 2 || !p.isYear(p.sizes[0], p.sizes[1])) && (longest > 2 || p.seps[1] != " ")
}

// isStreet tells whether a name follows at i, as one does a house number.
func (s *scan) isStreet(i int) bool {
	c := s.at(i + 1)
	return s.at(i) == ' ' && (isUpper(c) || c >= 0x80)
}

// isInitialled tells T: and the like before start, as signatures have them.
func (s *scan) isInitialled(start int) bool {
	i := s.runBack(start, 3, func(c byte) bool { return c == ' ' || c == ':' || c == '.' || c == '\t' })
	return i < start && i > 0 && strings.IndexByte("tpfmTPFM", s.text[i-1]) >= 0 && !isWord(s.before(i-1)) && strings.ContainsAny(s.text[i:start], ":.")
}

// isRange tells 8080-8090, and 1024-768 as no phone number is written.
func (p *dialled) isRange() bool {
	if p.count != 2 || p.seps[1] == " " {
		return false
	}
	a, b := p.digits[:p.sizes[0]], p.digits[p.sizes[0]:p.n]
	return p.seps[1] != "-" || len(a) == 4 && len(b) == 3 || len(a) == len(b) && string(a) < string(b)
}

func (p *dialled) hasSlash() bool {
	for i := 1; i < p.count; i++ {
		if p.seps[i] == "/" {
			return true
		}
	}
	return false
}

// isZIP tells a code of US mail, MA 02110-1301.
func (s *scan) isZIP(p *dialled) bool {
	if p.count != 2 || p.sizes[0] != 5 || p.sizes[1] != 4 || p.seps[1] != "-" {
		return false
	}
	i := s.runBack(p.start, 3, func(c byte) bool { return c == ' ' })
	return i < p.start && isUpper(s.before(i)) && isUpper(s.before(i-1)) && !isWord(s.before(i-2))
}

// isBytes tells three numbers of three digits up to 255, or four numbers and more that
// only grow.
func (p *dialled) isBytes() bool {
	all255, grow, at, last := p.count == 3, p.count > 3, 0, -1
	for _, n := range p.sizes[:p.count] {
		v := number(p.digits[at : at+n])
		all255, grow = all255 && n == 3 && v <= 255, grow && v > last
		at, last = at+n, v
	}
	return all255 || grow
}

// isQuoted tells a string of a program before start.
func (s *scan) isQuoted(start int) bool {
	c := s.before(start)
	return c == '\'' || c == '"' || c == '`' || c == '='
}

// isAlone tells whether p has a line of its own, as in a signature or below a postal
// address: groups of two to four digits below a line of words.
func (s *scan) isAlone(p *dialled) bool {
	if !p.isGrouped() || s.at(p.end) != '\n' && p.end < len(s.text) {
		return false
	}
	i := s.runBack(p.start, 8, func(c byte) bool { return c == ' ' || c == '\t' })
	if s.before(i) != '\n' {
		return false
	}
	above := s.runBack(i-1, windowBefore, func(c byte) bool { return c != '\n' })
	letters := 0
	for _, c := range []byte(s.text[above : i-1]) {
		if isLetter(c) {
			letters++
		}
	}
	return 2*letters > i-1-above
}

// isLabel tells whether a colon stands before start.
func (s *scan) isLabel(start int) bool {
	for i := start; i > max(0, start-3); i-- {
		switch s.text[i-1] {
		case ':':
			return true
		case ' ', '\n', '\t':
		default:
			return false
		}
	}
	return false
}

// isLabelled tells whether -Office, (mobile) or the like stands at i.
func (s *scan) isLabelled(i int) bool {
	for s.at(i) == ' ' || s.at(i) == '(' || s.at(i) == '-' {
		i++
		if isAlpha(s.at(i)) {
			end := s.run(i, 12, isAlpha)
			return wordsIn(s.text[i:end], false, false).has(wordPhone) || strings.EqualFold(s.text[i:end], "office") || strings.EqualFold(s.text[i:end], "home")
		}
	}
	return false
}
