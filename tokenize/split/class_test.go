package split

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func goClass(r rune) class {
	switch {
	case unicode.In(r, unicode.Lu, unicode.Lt):
		return upper
	case unicode.Is(unicode.Ll, r):
		return lower
	case unicode.IsLetter(r):
		return caseless
	case unicode.IsMark(r):
		return mark
	case unicode.IsNumber(r):
		return number
	case unicode.IsSpace(r):
		return space
	case unicode.In(r, unicode.P, unicode.S):
		return symbol
	}
	return other
}

// TestClasses: the frozen tables are Go's own and what Unicode added since;
// nothing was taken away.
func TestClasses(t *testing.T) {
	major, _, _ := strings.Cut(unicode.Version, ".")
	release, err := strconv.Atoi(major)
	if err != nil {
		t.Fatal(err)
	}
	added := 0
	for r := range rune(unicode.MaxRune + 1) {
		got, want := unicode16.of(r), goClass(r)
		older := release < 16 && want == other || release > 16 && got == other // assigned in one of the two only
		if got != want && !older {
			t.Errorf("%U has class %d, Go says %d", r, got, want)
		}
		if got != want {
			added++
		}
	}
	if unicode.Version == "15.0.0" && added != 5812 {
		t.Errorf("%d runes are new since Unicode 15.0, want 5812", added)
	}
}

// TestTables: places in the blocks fit the index, and a rune is found from its
// bytes as from its number.
func TestTables(t *testing.T) {
	tables := []*table{unicode16, bloomTable, deepTable, bertTable(), blankTable(), numericTable(), wordTable(), delimiterTable('é')}
	for i, table := range tables {
		if n := len(table.blocks); n > math.MaxUint16 {
			t.Errorf("table %d: %d classes do not fit the index", i, n)
		}
		for r := range rune(unicode.MaxRune + 1) {
			if !utf8.ValidRune(r) {
				continue
			}
			if cl, n := table.at(string(r), 0); cl != table.of(r) || n != utf8.RuneLen(r) {
				t.Fatalf("table %d: %U has class %d and %d bytes, want %d and %d", i, r, cl, n, table.of(r), utf8.RuneLen(r))
			}
		}
	}
}
