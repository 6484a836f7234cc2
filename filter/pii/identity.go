package pii

// national is the number that a state gives each person. One whose check lets pass
// more than about one in a hundred numbers of its form needs a word beside it.
type national struct {
	sizes []int  // of its groups
	seps  string // what may part them, each time the same
	check func(d []byte) bool
	word  wordSet // that must stand near; 0 = the number speaks for itself
	all   bool    // all words of the set must stand there, not any
}

// nationals are the ids written in digits only, in groups or in one piece. The
// sources of the checks stand in docs/pii.md.
var nationals = []national{
	{sizes: []int{3, 2, 4}, seps: "- ", check: isSSN, word: wordSSN},
	{sizes: []int{3, 2, 4}, seps: "- ", check: isSSN, word: wordSocial | wordSecurity, all: true},
	{sizes: []int{9}, check: isSSN, word: wordSSN},
	{sizes: []int{9}, check: isSSN, word: wordSocial | wordSecurity, all: true},
	{sizes: []int{1, 2, 2, 2, 3, 3, 2}, seps: " .-", check: isNIR},
	{sizes: []int{15}, check: isNIR},
	{sizes: []int{2, 3, 3, 3}, seps: " ", check: isSteuerID, word: wordDE | wordTax},
	{sizes: []int{11}, check: isSteuerID, word: wordDE | wordTax},
	{sizes: []int{9}, check: isBSN, word: wordNL},
	{sizes: []int{4, 2, 3}, seps: ".- ", check: isBSN, word: wordNL},
	{sizes: []int{11}, check: isPESEL, word: wordPL},
	{sizes: []int{11}, check: isCPF, word: wordBR},
	{sizes: []int{14}, check: isCNPJ, word: wordBR},
	{sizes: []int{12}, check: isAadhaar, word: wordIN},
	{sizes: []int{4, 4, 4}, seps: " -", check: isAadhaar, word: wordIN},
	{sizes: []int{6, 4}, seps: "-", check: isPersonnummer, word: wordSE},
	{sizes: []int{8, 4}, seps: "-", check: isPersonnummer, word: wordSE},
	{sizes: []int{10}, check: isPersonnummer, word: wordSE},
	{sizes: []int{12}, check: isPersonnummer, word: wordSE},
	{sizes: []int{11}, check: isFodselsnummer, word: wordNO},
	{sizes: []int{6, 5}, seps: " ", check: isFodselsnummer, word: wordNO},
	{sizes: []int{6, 4}, seps: "-", check: isCPR, word: wordDK},
	{sizes: []int{11}, check: isRijksregister, word: wordBE},
	{sizes: []int{3, 3, 3}, seps: "- ", check: isSIN, word: wordCA},
	{sizes: []int{9}, check: isSIN, word: wordCA},
	{sizes: []int{3, 3, 3}, seps: " ", check: isTFN, word: wordAU | wordTax},
	{sizes: []int{9}, check: isTFN, word: wordAU | wordTax},
	{sizes: []int{3, 4, 4, 2}, seps: ".", check: isAHV},
	{sizes: []int{13}, check: isAHV},
	{sizes: []int{6, 7}, seps: "-", check: isRRN, word: wordKR | wordID},
	{sizes: []int{11}, check: isTCKimlik, word: wordTR},
	{sizes: []int{9}, check: isNIF, word: wordPT | wordTax},
	{sizes: []int{13}, check: isSouthAfrican, word: wordZA | wordID},
	{sizes: []int{4, 4, 4}, seps: " -", check: isMyNumber, word: wordJP},
	{sizes: []int{12}, check: isMyNumber, word: wordJP},
	{sizes: []int{18}, check: isChinese},
}

// mixed are those whose marks are of several kinds; they speak for themselves.
var mixed = []struct {
	sizes []int
	seps  string // before each group but the first
	check func(d []byte) bool
}{
	{[]int{3, 3, 3, 2}, "..-", isCPF},
	{[]int{2, 3, 3, 4, 2}, "../-", isCNPJ},
	{[]int{2, 2, 2, 3, 2}, "..-.", isRijksregister},
}

// nationalsBySize are the places in nationals of those that begin with a group of so
// many digits.
var nationalsBySize = func() (by [maxDigits + 1][]*national) {
	for i := range nationals {
		n := nationals[i].sizes[0]
		by[n] = append(by[n], &nationals[i])
	}
	return by
}()

// identity looks for a national id that begins g.
func (s *scan) identity(g *groups) (int, bool) {
	if g.sizes[0] > maxDigits {
		return 0, false
	}
	if g.count > 1 {
		for _, m := range mixed {
			if g.marked(m.sizes, m.seps) && m.check(g.digits[:sum(m.sizes)]) && s.isNumberAfter(g.ends[len(m.sizes)-1]) {
				return s.found(g.start, g.ends[len(m.sizes)-1], id), true
			}
		}
	}
	for _, n := range nationalsBySize[g.sizes[0]] {
		if e, ok := s.national(g, n); ok {
			return e, true
		}
	}
	return 0, false
}

// marked tells whether g begins with groups of these sizes and the marks between them.
func (g *groups) marked(sizes []int, seps string) bool {
	if g.count < len(sizes) {
		return false
	}
	for i, n := range sizes {
		if g.sizes[i] != n || i > 0 && g.seps[i] != seps[i-1] {
			return false
		}
	}
	return true
}

// national tells whether g begins with n.
func (s *scan) national(g *groups, n *national) (int, bool) {
	digits := g.digits[:sum(n.sizes)]
	if !g.match(n.sizes, n.seps) || !n.check(digits) || allSame(digits) {
		return 0, false
	}
	end := g.ends[len(n.sizes)-1]
	if !s.isNumberAfter(end) || n.word != 0 && !s.isNamed(g.start, end, n) {
		return 0, false
	}
	return s.found(g.start, end, id), true
}

// isNamed tells whether the words that n needs stand near.
func (s *scan) isNamed(start, end int, n *national) bool {
	words := s.wordsBefore(start) | s.wordsAfter(end)
	if n.all {
		return words&n.word == n.word
	}
	return words.has(n.word)
}

// isSSN tells a number of the US Social Security Administration: no check digit, but
// parts never given out, and two that advertisements made known.
func isSSN(d []byte) bool {
	area := number(d[:3])
	return area != 0 && area != 666 && area < 900 && number(d[3:5]) != 0 && number(d[5:9]) != 0 &&
		string(d) != "078051120" && string(d) != "219099999"
}

// isNIR tells the number of the French register of persons.
func isNIR(d []byte) bool {
	month, place := number(d[3:5]), number(d[5:7])
	if d[0] != '1' && d[0] != '2' && d[0] != '7' && d[0] != '8' || month == 0 || month > 12 && month < 20 || month > 42 && month < 50 || place == 0 {
		return false
	}
	return number(d[:13])%97 == 97-number(d[13:15])
}

// isSteuerID tells the German tax id: of its first ten digits one stands there two or
// three times, all others once at most.
func isSteuerID(d []byte) bool {
	var seen [10]int
	for i := range 10 {
		seen[digitAt(d, i)]++
	}
	repeated := 0
	for _, n := range seen {
		if n > 3 {
			return false
		}
		if n > 1 {
			repeated++
		}
	}
	return d[0] != '0' && repeated == 1 && mod11to10(d)
}

// isBSN is the Dutch elfproef.
func isBSN(d []byte) bool { return weighted(d, 9, 8, 7, 6, 5, 4, 3, 2, -1)%11 == 0 }

// isPESEL tells the Polish number; the month tells the century.
func isPESEL(d []byte) bool {
	month := number(d[2:4])
	century := [5]int{1900, 2000, 2100, 2200, 1800}[month/20]
	return isDay(century+number(d[:2]), month%20, number(d[4:6])) && weighted(d, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)%10 == 0
}

// isCPF and isCNPJ are Brazil's numbers of persons and of firms.
func isCPF(d []byte) bool {
	first := weighted(d, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
	second := weighted(d, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
	return !allSame(d) && first == digitAt(d, 9) && second == digitAt(d, 10)
}

func isCNPJ(d []byte) bool {
	check := func(sum int) int { return (11 - sum%11) % 11 % 10 }
	first := check(weighted(d, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2))
	second := check(weighted(d, 6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2))
	return !allSame(d) && first == digitAt(d, 12) && second == digitAt(d, 13)
}

// isAadhaar tells India's number.
func isAadhaar(d []byte) bool { return d[0] >= '2' && verhoeff(d) }

// isPersonnummer tells Sweden's number of ten or twelve digits; 60 is added to the day
// of those who only stay a while.
func isPersonnummer(d []byte) bool {
	short := d[len(d)-10:]
	day := number(short[4:6])
	if day > 60 {
		day -= 60
	}
	if len(d) == 12 && !isDay(number(d[:4]), number(d[4:6]), day) {
		return false
	}
	return isShortDay(number(short[:2]), number(short[2:4]), day) && luhn(short)
}

// isFodselsnummer tells Norway's number; 40 is added to the day of a D-number.
func isFodselsnummer(d []byte) bool {
	day := number(d[:2])
	if day > 40 {
		day -= 40
	}
	return isShortDay(number(d[4:6]), number(d[2:4]), day) &&
		weighted(d, 3, 7, 6, 1, 8, 9, 4, 5, 2, 1)%11 == 0 && weighted(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
}

// isCPR tells Denmark's number, which has had no check digit since 2007.
func isCPR(d []byte) bool { return isShortDay(number(d[4:6]), number(d[2:4]), number(d[:2])) }

// isRijksregister tells Belgium's number; of those born since 2000 a 2 is put before it
// for the check.
func isRijksregister(d []byte) bool {
	n, check := number(d[:9]), number(d[9:])
	if m := number(d[2:4]); m > 12 && m < 20 || m > 52 {
		return false
	}
	return check == 97-n%97 || number(d[:2]) < 40 && check == 97-(n+2_000_000_000)%97
}

// isSIN tells Canada's number.
func isSIN(d []byte) bool { return d[0] != '0' && d[0] != '8' && luhn(d) }

// isTFN tells Australia's tax file number.
func isTFN(d []byte) bool { return weighted(d, 1, 4, 3, 7, 5, 8, 6, 9, 10)%11 == 0 }

// isAHV tells Switzerland's number, an EAN-13 that begins with the country's 756.
func isAHV(d []byte) bool {
	return string(d[:3]) == "756" && weighted(d, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)%10 == 0
}

// isRRN tells South Korea's number; those given out since October 2020 have no check.
func isRRN(d []byte) bool {
	if d[6] < '1' || d[6] > '8' || !isShortDay(number(d[:2]), number(d[2:4]), number(d[4:6])) {
		return false
	}
	check := (11 - weighted(d, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)%11) % 10
	return check == digitAt(d, 12) || number(d[:2]) >= 20 && number(d[:2]) < 40 && d[6] >= '3' && d[6] != '5' && d[6] != '6'
}

// isTCKimlik tells Turkey's number.
func isTCKimlik(d []byte) bool {
	odd, even := weighted(d, 1, 0, 1, 0, 1, 0, 1, 0, 1), weighted(d, 0, 1, 0, 1, 0, 1, 0, 1)
	return d[0] != '0' && ((odd*7-even)%10+10)%10 == digitAt(d, 9) && (odd+even+digitAt(d, 9))%10 == digitAt(d, 10)
}

// isNIF tells Portugal's tax number of a person.
func isNIF(d []byte) bool {
	check := 11 - weighted(d, 9, 8, 7, 6, 5, 4, 3, 2)%11
	if check > 9 {
		check = 0
	}
	return d[0] >= '1' && d[0] <= '3' && check == digitAt(d, 8)
}

// isSouthAfrican tells South Africa's number.
func isSouthAfrican(d []byte) bool {
	return isShortDay(number(d[:2]), number(d[2:4]), number(d[4:6])) && d[10] <= '2' && luhn(d)
}

// isMyNumber tells Japan's number.
func isMyNumber(d []byte) bool {
	check := 11 - weighted(d, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11
	if check > 9 {
		check = 0
	}
	return check == digitAt(d, 11)
}
