package pii

import "strings"

// ibanFormats are the countries' account numbers, n digits, a capital letters and c
// either behind country and check digits (SWIFT IBAN registry, release 99).
var ibanFormats = func() map[string]string {
	m := map[string]string{}
	for _, f := range strings.Fields(`AD4n4n12c AE3n16n AL8n16c AT5n11n AZ4a20c BA3n3n8n2n BE3n7n2n BG4a4n2n8c BH4a14c BI5n5n11n2n BR8n5n10n1a1c
		BY4c4n16c CH5n12c CR4n14n CY3n5n16c CZ4n6n10n DE8n10n DJ5n5n11n2n DK4n9n1n DO4c20n EE2n2n11n1n EG4n4n17n ES4n4n1n1n10n FI3n11n FK2a12n FO4n9n1n
		FR5n5n11c2n GB4a6n8n GE2a16n GI4a15c GL4n9n1n GR3n4n16c GT4c20c HN4a20n HR7n10n HU3n4n1n15n1n IE4a6n8n IL3n3n13n IQ4a3n12n IS4n2n6n10n
		IT1a5n5n12c JO4a4n18c KW4a22c KZ3n13c LB4n20c LC4a24c LI5n12c LT5n11n LU3n13c LV4a13c LY3n3n15n MC5n5n11c2n MD2c18c ME3n13n2n
		MK3n10c2n MN4n12n MR5n5n11n2n MT4a5n18c MU4a2n2n12n3n3a NI4a20n NL4a10n NO4n6n1n OM3n16c PK4a16c PL8n16n PS4a21c PT4n4n11n2n QA4a21c
		RO4a16c RS3n13n2n RU9n5n15c SA2n18c SC4a2n2n16n3a SD2n12n SE3n16n1n SI5n8n2n SK4n6n10n SM1a5n5n12c SO4n3n12n ST4n4n11n2n SV4a20n
		TL3n14n2n TN2n3n13n2n TR5n1n16c UA6n19c VA3n15n VG4a16n XK4n10n2n YE4a4n18c`) {
		m[f[:2]] = f[2:]
	}
	return m
}()

// iban looks for an International Bank Account Number (ISO 13616): the format of its
// country, and 1 as the rest of dividing by 97 (ISO 7064). It is written in one
// piece or in groups of four.
func (s *scan) iban(start, end int) (int, bool) {
	if end-start < 4 || !isAlpha(s.text[start]) || !isAlpha(s.text[start+1]) || !isDigit(s.text[start+2]) || !isDigit(s.text[start+3]) {
		return 0, false
	}
	var b [maxToken]byte
	format, ok := ibanFormats[string([]byte{s.text[start] &^ 0x20, s.text[start+1] &^ 0x20})]
	if !ok {
		return 0, false
	}
	n, stop := s.fours(&b, start, end, 4+formatLength(format))
	if n == 0 || !fits(b[4:n], format) || mod97(b[4:n], b[:4]) != 1 || s.isJoined(start, stop) {
		return 0, false
	}
	return s.found(start, stop, iban), true
}

// fours copies length letters and digits in upper case to b, in one piece or in
// groups of four that single spaces or dashes part.
func (s *scan) fours(b *[maxToken]byte, start, end, length int) (n, stop int) {
	grouped := end-start == 4
	i := start
	for ; n < length; i++ {
		if grouped && n > 0 && n%4 == 0 {
			sep, width := s.separator(i)
			if sep != ' ' && sep != '-' {
				return 0, 0
			}
			i += width
		}
		c := s.at(i)
		if !isAlnum(c) {
			return 0, 0
		}
		if isLower(c) {
			c &^= 0x20
		}
		b[n] = c
		n++
	}
	if isWord(s.at(i)) {
		return 0, 0
	}
	return n, i
}

// isJoined tells whether more of an identifier stands on either side.
func (s *scan) isJoined(start, end int) bool {
	c := s.before(start)
	return isWord(c) || c == '-' && isAlnum(s.before(start-1)) || isWord(s.at(end)) || s.at(end) == '-' && isAlnum(s.at(end+1))
}

// formatLength is the characters of a format such as 4a6n8n.
func formatLength(format string) (n int) {
	v := 0
	for i := range len(format) {
		if c := format[i]; isDigit(c) {
			v = 10*v + int(c-'0')
		} else {
			n, v = n+v, 0
		}
	}
	return n
}

// fits tells whether b has the format.
func fits(b []byte, format string) bool {
	v := 0
	for i := range len(format) {
		c := format[i]
		if isDigit(c) {
			v = 10*v + int(c-'0')
			continue
		}
		for ; v > 0; v-- {
			if len(b) == 0 || c == 'n' && !isDigit(b[0]) || c == 'a' && !isUpper(b[0]) {
				return false
			}
			b = b[1:]
		}
	}
	return len(b) == 0
}

// mod97 is the remainder of the number that parts spell, letters counting from 10.
func mod97(parts ...[]byte) int {
	r := 0
	for _, p := range parts {
		for _, c := range p {
			if isDigit(c) {
				r = (10*r + int(c-'0')) % 97
			} else {
				r = (100*r + int(c-'A') + 10) % 97
			}
		}
	}
	return r
}
