package split

import "sync"

// classRuns cuts runs of runes of one class; those of drop are left out, those
// of single are words by themselves.
type classRuns struct {
	verbatim
	table        *table
	drop, single class
}

func (c classRuns) Append(dst []string, text string, _ bool) []string {
	for i := 0; i < len(text); {
		end, kept := c.next(text, i)
		if kept {
			dst = append(dst, text[i:end])
		}
		i = end
	}
	return dst
}

func (c classRuns) spans(dst []span, text string) []span {
	for i := 0; i < len(text); {
		end, kept := c.next(text, i)
		if kept {
			dst = append(dst, span{i, end})
		}
		i = end
	}
	return dst
}

func (c classRuns) next(text string, i int) (end int, kept bool) {
	cl, n := c.table.at(text, i)
	switch {
	case cl&c.drop != 0:
		return c.table.runEnd(text, i+n, c.drop), false
	case cl&c.single != 0:
		return i + n, true
	}
	return c.table.runEnd(text, i+n, cl), true
}

// classCuts is classRuns where nothing is dropped.
type classCuts struct{ classRuns }

// End gives the end of the word that begins at text[i:].
func (c classCuts) End(text string, i int) int {
	end, _ := c.next(text, i)
	return end
}

// The classes of these tables are space, symbol (punctuation), number, and lower
// or other for the rest.
var (
	bertTable = sync.OnceValue(func() *table {
		return newTable(func(cat category) class {
			if cat >= zs && cat <= zp {
				return space
			}
			return other
		}, spaceRange, ranges{symbol, punctuation})
	})
	blankTable = sync.OnceValue(func() *table {
		return newTable(func(cat category) class {
			if cat >= zs && cat <= zp {
				return space
			}
			return other
		}, spaceRange)
	})
	numericTable = sync.OnceValue(func() *table {
		return newTable(func(cat category) class {
			if cat >= nd && cat <= no {
				return number
			}
			return other
		}, ranges{number, rustNumbers})
	})
	wordTable = sync.OnceValue(func() *table {
		return newTable(func(cat category) class {
			switch {
			case cat <= nl || cat == pc:
				return lower
			case cat >= zs && cat <= zp:
				return space
			}
			return other
		}, spaceRange, ranges{lower, otherAlphabetic}, ranges{lower, rustWords})
	})
)

// delimiterTable has one rune of class space.
func delimiterTable(r rune) *table {
	return newTable(func(category) class { return other }, ranges{space, [][2]rune{{r, r}}})
}

// InWord says whether a rune is a letter, a digit or what joins them: \w of
// Rust's regular expressions, by which added tokens that want to be single words
// look beside them.
func InWord(r rune) bool { return wordTable().of(r)&lower != 0 }
