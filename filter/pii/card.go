package pii

// card looks for the number of a payment card (ISO/IEC 7812): Luhn's check, and the
// prefix and length of an issuer. Where these say little, a word has to say the rest.
func (s *scan) card(g *groups) (int, bool) {
	n := g.cardDigits()
	if n == 0 {
		return 0, false
	}
	digits := g.digits[:n]
	strength := issuer(digits)
	end := g.endOf(n)
	if strength == none || !luhn(digits) || allSame(digits) || !s.isNumberAfter(end) {
		return 0, false
	}
	if g.count > 1 && g.seps[1] == ' ' && s.isInTable(g.start, end) {
		strength = weak
	}
	if strength == weak && !s.wordsBefore(g.start).has(wordCard) && !s.wordsAfter(end).has(wordCard) {
		return 0, false
	}
	if s.wordsBefore(g.start).has(wordHash) {
		return 0, false
	}
	return s.found(g.start, end, card), true
}

// isInTable tells whether numbers of four digits go on on either side.
func (s *scan) isInTable(start, end int) bool {
	isGap := func(c byte) bool { return c == ' ' || c == '\n' }
	before := s.runBack(start, 3, isGap)
	after := s.run(end, 3, isGap)
	return before < start && before-s.runBack(before, 5, isHex) == 4 || after > end && s.run(after, 5, isHex)-after == 4
}

// cardDigits is how many digits stand as on a card: in one piece, or as 4-4-4-4,
// 4-4-4-4-3, 4-6-5 or 4-6-4.
func (g *groups) cardDigits() int {
	for _, sizes := range [][]int{{4, 4, 4, 4, 3}, {4, 4, 4, 4}, {4, 6, 5}, {4, 6, 4}} {
		if g.match(sizes, " -") {
			return sum(sizes)
		}
	}
	if n := g.sizes[0]; n >= 12 && n <= 19 {
		return n
	}
	return 0
}

// endOf is where the group ends that holds the nth digit.
func (g *groups) endOf(n int) int {
	for i, size := range g.sizes[:g.count] {
		if n -= size; n <= 0 {
			return g.ends[i]
		}
	}
	return g.start
}

func sum(list []int) (n int) {
	for _, v := range list {
		n += v
	}
	return n
}

// strength is how much prefix and length say: strong ones are those of 15 and 16
// digits that the large brands give out today.
type strength int

const (
	none strength = iota
	weak
	strong
)

// issuers are the prefixes of brands with the lengths of their numbers (Wikipedia,
// "Payment card number", of 2026; Faker's for the cards of old).
var issuers = []struct {
	from, to, digits int // the prefix, of so many digits
	least, most      int // digits of the number
	strength         strength
}{
	{4, 4, 1, 16, 16, strong},         // Visa
	{4, 4, 1, 13, 13, weak},           // Visa until 2000
	{4, 4, 1, 19, 19, weak},           // Visa
	{51, 55, 2, 16, 16, strong},       // Mastercard
	{2221, 2720, 4, 16, 16, strong},   // Mastercard
	{34, 34, 2, 15, 15, strong},       // American Express
	{37, 37, 2, 15, 15, strong},       // American Express
	{6011, 6011, 4, 16, 19, strong},   // Discover
	{644, 649, 3, 16, 19, strong},     // Discover
	{65, 65, 2, 16, 19, strong},       // Discover, RuPay
	{3528, 3589, 4, 16, 19, strong},   // JCB
	{35, 35, 2, 16, 16, weak},         // JCB, as test data has it
	{2131, 2131, 4, 15, 15, weak},     // JCB until 2000
	{1800, 1800, 4, 15, 15, weak},     // JCB until 2000
	{300, 305, 3, 14, 19, weak},       // Diners Club
	{3095, 3095, 4, 14, 19, weak},     // Diners Club
	{36, 36, 2, 14, 19, weak},         // Diners Club
	{38, 39, 2, 14, 19, weak},         // Diners Club
	{62, 62, 2, 16, 19, weak},         // UnionPay
	{81, 82, 2, 16, 19, weak},         // UnionPay, RuPay
	{2200, 2204, 4, 16, 19, weak},     // Mir
	{508, 508, 3, 16, 16, weak},       // RuPay
	{9792, 9792, 4, 16, 16, weak},     // Troy
	{50, 50, 2, 12, 19, weak},         // Maestro, Verve
	{56, 59, 2, 12, 19, weak},         // Maestro
	{604, 604, 3, 12, 19, weak},       // Maestro
	{6304, 6304, 4, 12, 19, weak},     // Maestro
	{639, 639, 3, 12, 19, weak},       // Maestro
	{67, 67, 2, 12, 19, weak},         // Maestro
	{606282, 606282, 6, 13, 19, weak}, // Hipercard
}

// issuer is the strength of the brand whose prefix and length digits have.
func issuer(digits []byte) strength {
	found := none
	for _, i := range issuers {
		if n := len(digits); n < i.least || n > i.most {
			continue
		}
		if p := number(digits[:i.digits]); p >= i.from && p <= i.to {
			s := i.strength
			if len(digits) > 16 {
				s = weak
			}
			found = max(found, s)
		}
	}
	return found
}

func number(digits []byte) (v int) {
	for _, c := range digits {
		v = 10*v + int(c-'0')
	}
	return v
}

func allSame(digits []byte) bool {
	for _, c := range digits {
		if c != digits[0] {
			return false
		}
	}
	return true
}
