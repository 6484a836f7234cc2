package filter

import (
	"fmt"
	"maps"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// balance is how the budget is divided: Config.Balance, parsed.
type balance struct {
	Temperature float64 // exponent of a language's eligible bytes in its share of the budget
	Cap         float64 // most that a domain takes of its language's share; 0: no limit
}

// parseBalance reads "lang=temperature:T,domain=cap:P", either of them or both:
// T from 0 (equal shares) to 1 (in proportion, the default), P a share such as
// 0.01 or 1%.
func parseBalance(s string) (balance, error) {
	b := balance{Temperature: 1}
	if s == "" {
		return b, nil
	}
	seen := map[string]bool{}
	for _, item := range strings.Split(s, ",") {
		what, value, _ := strings.Cut(strings.TrimSpace(item), ":")
		if seen[what] {
			return b, fmt.Errorf("filter.balance has %s twice", what)
		}
		seen[what] = true
		var err error
		switch what {
		case "lang=temperature":
			b.Temperature, err = parseShare(value)
		case "domain=cap":
			if b.Cap, err = parseShare(value); err == nil && b.Cap == 0 {
				err = fmt.Errorf("0 keeps nothing")
			}
		default:
			return b, fmt.Errorf("filter.balance has %q, want lang=temperature:0.3, domain=cap:1%%, or both with a comma between", item)
		}
		if err != nil {
			return b, fmt.Errorf("filter.balance: %s: %w", strings.TrimSpace(item), err)
		}
	}
	return b, nil
}

// parseShare reads a number from 0 to 1, such as 0.01 or 1%.
func parseShare(s string) (float64, error) {
	digits, percent := strings.CutSuffix(s, "%")
	x, err := strconv.ParseFloat(digits, 64)
	if percent {
		x /= 100
	}
	if err != nil || !(x >= 0 && x <= 1) {
		return 0, fmt.Errorf("%q is not a share from 0 to 1, such as 0.3 or 30%%", s)
	}
	return x, nil
}

// divide gives each language its share of the budget in bytes. Shares are in
// proportion to the eligible bytes to the power of the temperature; a language
// that has less than its share gets what it has, and the rest goes to the others
// in the same way.
func (b balance) divide(budget int64, eligible map[string]int64) map[string]int64 {
	if b.Temperature == 1 {
		return proportional(budget, eligible)
	}
	shares, left := map[string]int64{}, budget
	open := slices.Sorted(maps.Keys(eligible))
	for len(open) > 0 {
		sum := 0.0
		for _, lang := range open {
			sum += math.Pow(float64(eligible[lang]), b.Temperature)
		}
		rest := left
		still := slices.DeleteFunc(slices.Clone(open), func(lang string) bool {
			shares[lang] = int64(float64(left) * (math.Pow(float64(eligible[lang]), b.Temperature) / sum))
			if shares[lang] < eligible[lang] {
				return false
			}
			shares[lang] = eligible[lang]
			rest -= eligible[lang]
			return true
		})
		if len(still) == len(open) {
			break
		}
		open, left = still, max(rest, 0)
	}
	return shares
}

// proportional is divide in exact numbers where no power is taken.
func proportional(budget int64, eligible map[string]int64) map[string]int64 {
	sum := int64(0)
	for _, n := range eligible {
		sum += n
	}
	shares := map[string]int64{}
	for lang, n := range eligible {
		hi, lo := bits.Mul64(uint64(budget), uint64(n))
		q, _ := bits.Div64(hi, lo, uint64(sum)) // budget < sum, so the quotient fits
		shares[lang] = int64(q)
	}
	return shares
}
