package pii

import "time"

// What follows are the check digits of numbers; all take digits in ASCII, of the
// length that the caller has made sure of.

// luhn is ISO/IEC 7812-1 annex B.
func luhn(d []byte) bool {
	sum := 0
	for i := range d {
		v := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum%10 == 0
}

// weighted is the sum of the digits times the weights.
func weighted(d []byte, weights ...int) (sum int) {
	for i, w := range weights {
		sum += w * int(d[i]-'0')
	}
	return sum
}

// digitAt is the value of the digit at i.
func digitAt(d []byte, i int) int { return int(d[i] - '0') }

// verhoeff is the check of the dihedral group D5 (J. Verhoeff, Error Detecting
// Decimal Codes, 1969).
func verhoeff(d []byte) bool {
	permute := [10]int{1, 5, 7, 6, 2, 8, 3, 0, 9, 4}
	c := 0
	for i := range d {
		v := digitAt(d, len(d)-1-i)
		for range i % 8 {
			v = permute[v]
		}
		c = dihedral(c, v)
	}
	return c == 0
}

// dihedral is the product in D5: 0 to 4 are rotations, 5 to 9 reflections.
func dihedral(a, b int) int {
	switch {
	case a < 5 && b < 5:
		return (a + b) % 5
	case a < 5:
		return (a+b-5)%5 + 5
	case b < 5:
		return (a-5-b+5)%5 + 5
	default:
		return (a - b + 5) % 5
	}
}

// mod11to10 is the hybrid system MOD 11,10 of ISO 7064.
func mod11to10(d []byte) bool {
	p := 10
	for i := range len(d) - 1 {
		if p = (p + digitAt(d, i)) % 10; p == 0 {
			p = 10
		}
		p = p * 2 % 11
	}
	return (p+digitAt(d, len(d)-1))%10 == 1
}

// isDay tells a date that was.
func isDay(year, month, day int) bool {
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return month >= 1 && month <= 12 && t.Day() == day && int(t.Month()) == month
}

// isShortDay tells a date whose century is not known.
func isShortDay(year, month, day int) bool {
	return isDay(1900+year, month, day) || isDay(2000+year, month, day)
}
