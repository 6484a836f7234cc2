package edit

import (
	"slices"
	"strings"
	"testing"

	"corpus"
)

func edit(start, end int, with, rule string) corpus.Edit {
	return corpus.Edit{Start: start, End: end, With: with, Rule: rule}
}

func TestSettle(t *testing.T) {
	for _, c := range []struct {
		text  string
		edits []corpus.Edit
		want  string
		rules string
	}{
		{"plain", nil, "plain", ""},
		{"call 123 or 456", []corpus.Edit{edit(12, 15, "<B>", "b"), edit(5, 8, "<A>", "a")}, "call <A> or <B>", "a b"},
		{"a line\nmail me@x.org\n", []corpus.Edit{edit(12, 20, "<EMAIL>", "pii"), edit(7, 21, "", "line")}, "a line\n", "line"},
		{"toxic [1] words", []corpus.Edit{edit(6, 9, "", "cite"), edit(0, 15, "[removed]", "toxic")}, "[removed]", "toxic"},
		{"abcdef", []corpus.Edit{edit(0, 3, "X", "a"), edit(2, 6, "Y", "b")}, "Y", "b"}, // the longer one holds for both
		{"abcd", []corpus.Edit{edit(0, 2, "X", "a"), edit(0, 2, "", "b")}, "cd", "b"},   // of equal ones the cut
		{"abcd", []corpus.Edit{edit(0, 2, "X", "a"), edit(2, 4, "Y", "b")}, "XY", "a b"},
	} {
		settled := Settle(slices.Clone(c.edits))
		var rules []string
		for _, e := range settled {
			rules = append(rules, e.Rule)
		}
		if got := Apply(c.text, settled); got != c.want || strings.Join(rules, " ") != c.rules {
			t.Errorf("%q becomes %q by %v, want %q by %s", c.text, got, rules, c.want, c.rules)
		}
	}
}

// FuzzRead: what was written is read, and edits that no text has are refused.
func FuzzRead(f *testing.F) {
	f.Add(uint64(1), uint64(3), uint64(4), uint64(9), 10)
	f.Add(uint64(5), uint64(3), uint64(1<<63), uint64(9), 10)
	f.Fuzz(func(t *testing.T, a, b, c, d uint64, n int) {
		table := corpus.NewTable(Schema())
		Append(table, nil)
		table.Columns[0].Hashes[0], table.Columns[1].Hashes[0] = []uint64{a, c}, []uint64{b, d}
		table.Columns[2].Lists[0], table.Columns[3].Lists[0] = []string{"", "x"}, []string{"r", "s"}
		n = max(0, n%1000)
		edits, err := Read(table, 0, n)
		if fits := a <= b && b <= c && c <= d && d <= uint64(n); (err == nil) != fits {
			t.Fatalf("%d-%d %d-%d in %d bytes: %v", a, b, c, d, n, err)
		}
		if err == nil {
			Apply(strings.Repeat("x", n), edits)
		}
	})
}
