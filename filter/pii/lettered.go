package pii

import "strings"

// lettered tries what begins with the token from start to end, which holds letters.
func (s *scan) lettered(start, end int) (int, bool) {
	if e, ok := s.iban(start, end); ok {
		return e, true
	}
	if s.isJoined(start, end) {
		return 0, false
	}
	token := s.text[start:end]
	switch {
	case end-start == 16 && isCodiceFiscale(token),
		end-start == 18 && (isCURP(token) || isChineseID(token)),
		end-start == 9 && (isDNI(token) || isNIE(token)):
		return s.found(start, end, id), true
	}
	if e, ok := s.nino(start, end); ok {
		return e, true
	}
	return 0, false
}

// like tells whether token has the shape: A is a capital letter, 9 a digit, and ?
// either.
func like(token, shape string) bool {
	if len(token) != len(shape) {
		return false
	}
	for i := range len(token) {
		c := token[i]
		switch shape[i] {
		case 'A':
			if !isUpper(c) {
				return false
			}
		case '9':
			if !isDigit(c) {
				return false
			}
		default:
			if !isUpper(c) && !isDigit(c) {
				return false
			}
		}
	}
	return true
}

// isDNI and isNIE tell Spain's ids of citizens and of foreigners: the rest of dividing
// by 23 picks the letter.
func isDNI(t string) bool {
	return like(t, "99999999A") && dniLetters[number([]byte(t[:8]))%23] == t[8]
}

func isNIE(t string) bool {
	first := strings.IndexByte("XYZ", t[0])
	return first >= 0 && like(t, "A9999999A") && dniLetters[(first*10_000_000+number([]byte(t[1:8])))%23] == t[8]
}

const dniLetters = "TRWAGMYFPDXBNJZSQVHLCKE"

// isCodiceFiscale tells Italy's tax code (decree of 23 December 1976, article 7 to
// 11); letters may stand for digits where two people would have the same code.
func isCodiceFiscale(t string) bool {
	if !like(t, "AAAAAA??A??A???A") || !strings.Contains("ABCDEHLMPRST", t[8:9]) {
		return false
	}
	for _, i := range []int{6, 7, 9, 10, 12, 13, 14} {
		if !isDigit(t[i]) && !strings.Contains("LMNPQRSTUV", t[i:i+1]) {
			return false
		}
	}
	odd := [...]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}
	sum := 0
	for i := range 15 {
		v := int(t[i] - 'A')
		if isDigit(t[i]) {
			v = int(t[i] - '0')
		}
		if i%2 == 0 {
			v = odd[v]
		}
		sum += v
	}
	return byte('A'+sum%26) == t[15]
}

// isCURP tells Mexico's key of the register of the population.
func isCURP(t string) bool {
	if !like(t, "AAAA999999AAAAAA?9") || t[10] != 'H' && t[10] != 'M' && t[10] != 'X' ||
		!isShortDay(number([]byte(t[4:6])), number([]byte(t[6:8])), number([]byte(t[8:10]))) {
		return false
	}
	sum := 0
	for i := range 17 {
		v := int(t[i] - '0')
		if isUpper(t[i]) {
			if v = int(t[i]-'A') + 10; t[i] > 'N' { // the Ñ has a place between N and O
				v++
			}
		}
		sum += v * (18 - i)
	}
	return (10-sum%10)%10 == int(t[17]-'0')
}

// isChinese tells the resident id of GB 11643-1999: a province, a date of birth and a
// check digit of MOD 11-2, which is X where it is ten.
func isChinese(d []byte) bool { return isChineseID(string(d)) }

func isChineseID(t string) bool {
	province, d := 0, []byte(t[:17])
	for _, c := range d {
		if !isDigit(c) {
			return false
		}
	}
	if province = number(d[:2]); province < 11 || province > 83 || !isDay(number(d[6:10]), number(d[10:12]), number(d[12:14])) ||
		number(d[6:10]) < 1850 || number(d[6:10]) > 2100 {
		return false
	}
	sum := weighted(d, 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
	return "10x98765432"[sum%11] == lower(t[17])
}

// nino looks for the UK's National Insurance number, QQ 12 34 56 C, beside words that
// say so: it has no check digit.
func (s *scan) nino(start, end int) (int, bool) {
	i, n := start, 0
	var t [9]byte
	for n < len(t) {
		c := s.at(i)
		if c == ' ' && n%2 == 0 && n > 0 {
			i++
			c = s.at(i)
		}
		if !isUpper(c) && !isDigit(c) {
			return 0, false
		}
		t[n] = c
		n++
		i++
	}
	if i < end || isWord(s.at(i)) || !isNINO(string(t[:])) {
		return 0, false
	}
	words := s.wordsBefore(start) | s.wordsAfter(i)
	if both := wordNational | wordInsurance; !words.has(wordNINO) && words&both != both {
		return 0, false
	}
	return s.found(start, i, id), true
}

// isNINO tells the prefixes and suffixes in use (HMRC, National Insurance Manual
// NIM39110).
func isNINO(t string) bool {
	if !like(t, "AA999999A") || t[8] > 'D' || strings.IndexByte("DFIQUV", t[0]) >= 0 || strings.IndexByte("DFIOQUV", t[1]) >= 0 {
		return false
	}
	switch t[:2] {
	case "BG", "GB", "KN", "NK", "NT", "TN", "ZZ":
		return false
	}
	return true
}
