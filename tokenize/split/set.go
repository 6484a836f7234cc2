package split

import (
	"slices"
	"unicode/utf8"
)

// A set of runes: ranges in order that do not touch.
type set [][2]rune

// normal sorts ranges and joins those that touch.
func normal(ranges [][2]rune) set {
	slices.SortFunc(ranges, func(a, b [2]rune) int { return int(a[0] - b[0]) })
	var out set
	for _, r := range ranges {
		if n := len(out); n > 0 && r[0] <= out[n-1][1]+1 {
			out[n-1][1] = max(out[n-1][1], r[1])
			continue
		}
		out = append(out, r)
	}
	return out
}

func (s set) union(with set) set {
	return normal(append(slices.Clone(s), with...))
}

func (s set) complement() set {
	var out set
	next := rune(0)
	for _, r := range s {
		if next < r[0] {
			out = append(out, [2]rune{next, r[0] - 1})
		}
		next = r[1] + 1
	}
	if next <= utf8.MaxRune {
		out = append(out, [2]rune{next, utf8.MaxRune})
	}
	return out
}

func (s set) intersect(with set) set {
	return s.complement().union(with.complement()).complement()
}

// has tells by bisection.
func (s set) has(r rune) bool {
	low, high := 0, len(s)
	for low < high {
		mid := int(uint(low+high) >> 1)
		if r > s[mid][1] {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low < len(s) && s[low][0] <= r
}

// inCategories are the runes of the categories from low to high.
func inCategories(low, high category) set {
	var out [][2]rune
	for i, run := range categoryRuns {
		if run.category < low || run.category > high {
			continue
		}
		end := rune(utf8.MaxRune)
		if i+1 < len(categoryRuns) {
			end = categoryRuns[i+1].start - 1
		}
		out = append(out, [2]rune{run.start, end})
	}
	return normal(out)
}

func spaceSet() set {
	return inCategories(zs, zp).union(spaceRange.ranges)
}

// wordSet is Oniguruma's \w in brackets; outside of them it has onigWords too.
func wordSet() set {
	return inCategories(lu, nl).union(inCategories(pc, pc)).union(otherAlphabetic)
}

// property is \p{name}: a general category, a group of them, or one of the
// scripts of scriptRanges.
func property(name string) (set, bool) {
	if c, ok := categoryGroups[name]; ok {
		return inCategories(c[0], c[1]), true
	}
	if r, ok := scriptRanges[name]; ok {
		return r, true
	}
	return nil, false
}

var categoryGroups = map[string][2]category{
	"L": {lu, lo}, "Letter": {lu, lo}, "M": {mn, me}, "Mark": {mn, me}, "N": {nd, no}, "Number": {nd, no},
	"P": {pc, po}, "Punct": {pc, po}, "Punctuation": {pc, po}, "S": {sm, so}, "Symbol": {sm, so},
	"Z": {zs, zp}, "Separator": {zs, zp}, "C": {cc, cs}, "Other": {cc, cs},
	"Lu": {lu, lu}, "Ll": {ll, ll}, "Lt": {lt, lt}, "Lm": {lm, lm}, "Lo": {lo, lo},
	"Mn": {mn, mn}, "Mc": {mc, mc}, "Me": {me, me}, "Nd": {nd, nd}, "Nl": {nl, nl}, "No": {no, no},
	"Pc": {pc, pc}, "Pd": {pd, pd}, "Ps": {ps, ps}, "Pe": {pe, pe}, "Pi": {pi, pi}, "Pf": {pf, pf}, "Po": {po, po},
	"Sm": {sm, sm}, "Sc": {sc, sc}, "Sk": {sk, sk}, "So": {so, so},
	"Zs": {zs, zs}, "Zl": {zl, zl}, "Zp": {zp, zp},
	"Cc": {cc, cc}, "Cf": {cf, cf}, "Co": {co, co}, "Cn": {cn, cn},
}
