package unigram

import (
	"fmt"
	"math"
	"strconv"
)

// parseScore reads a JSON number as Hugging Face tokenizers does: its parser
// (serde_json without float_roundtrip) multiplies the digits by a power of ten in
// 64 bits, which for one score in eight is the neighbour of the nearest float.
// Two ways of nearly equal score may be told apart by that alone.
func parseScore(s string) (float64, error) {
	negative := false
	if s != "" && s[0] == '-' {
		negative, s = true, s[1:]
	}
	digits, exponent, rest := significand(s)
	if rest != "" {
		e, err := parseExponent(rest[1:])
		if err != nil {
			return 0, err
		}
		exponent += e
	}
	f := float64(digits)
	for f != 0 && exponent < -maxPower {
		f /= 1e308
		exponent += maxPower
	}
	switch {
	case f == 0:
	case exponent < 0:
		f /= powers[-exponent]
	case exponent > maxPower:
		f = math.Inf(1)
	default:
		f *= powers[exponent]
	}
	if math.IsInf(f, 0) {
		return 0, fmt.Errorf("%.40s is beyond 64-bit floats", s)
	}
	if negative {
		f = -f
	}
	return f, nil
}

const maxPower = 308

// powers are the powers of ten, each the nearest float, which those of
// math.Pow10 are not.
var powers = func() (p [maxPower + 1]float64) {
	for i := range p {
		p[i], _ = strconv.ParseFloat("1e"+strconv.Itoa(i), 64)
	}
	return p
}()

// significand reads the digits before an exponent, as far as 64 bits hold them,
// and the power of ten that they are to be multiplied by.
func significand(s string) (digits uint64, exponent int, rest string) {
	point, full := false, false
	for i := range len(s) {
		c := s[i]
		switch {
		case c == '.':
			point = true
			continue
		case c < '0' || c > '9':
			return digits, exponent, s[i:]
		}
		d := uint64(c - '0')
		if full = full || digits > (math.MaxUint64-d)/10; !full {
			digits = digits*10 + d
		}
		switch {
		case point && !full:
			exponent--
		case !point && full:
			exponent++
		}
	}
	return digits, exponent, ""
}

// parseExponent reads what follows the e. Beyond a million the number is 0 or
// too large in any case.
func parseExponent(s string) (e int, err error) {
	sign := 1
	if s != "" && (s[0] == '-' || s[0] == '+') {
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, fmt.Errorf("%.40q is no exponent", s)
		}
		e = min(e*10+int(s[i]-'0'), 1e6)
	}
	return sign * e, nil
}
