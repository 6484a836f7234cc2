package diff

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// apply makes b's elements out of a's.
func apply(a, b []string, changes []Change) (out []string) {
	at := 0
	for _, c := range changes {
		out = append(append(out, a[at:c.FromA]...), b[c.FromB:c.ToB]...)
		at = c.ToA
	}
	return append(out, a[at:]...)
}

// common is the length of the longest common subsequence, by the table of all
// beginnings.
func common(a, b []string) int {
	row := make([]int, len(b)+1)
	for _, x := range a {
		before := 0
		for j, y := range b {
			up := row[j+1]
			if x == y {
				row[j+1] = before + 1
			} else {
				row[j+1] = max(row[j+1], row[j])
			}
			before = up
		}
	}
	return row[len(b)]
}

func size(changes []Change) (n int) {
	for _, c := range changes {
		n += c.ToA - c.FromA + c.ToB - c.FromB
	}
	return n
}

// Changes make one sequence out of the other, and no fewer could.
func TestChanges(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	draw := func() []string {
		s := make([]string, rng.IntN(30))
		for i := range s {
			s[i] = string(rune('a' + rng.IntN(4)))
		}
		return s
	}
	for range 3000 {
		a, b := draw(), draw()
		changes := Changes(a, b)
		if got := apply(a, b, changes); !slices.Equal(got, b) {
			t.Fatalf("%v to %v by %v: %v", a, b, changes, got)
		}
		if n, want := size(changes), len(a)+len(b)-2*common(a, b); n != want {
			t.Fatalf("%v to %v by %v: %d elements, want %d", a, b, changes, n, want)
		}
		for i := 1; i < len(changes); i++ {
			if changes[i].FromA == changes[i-1].ToA && changes[i].FromB == changes[i-1].ToB {
				t.Fatalf("%v touch", changes)
			}
		}
	}
}

func TestChangesOfEqual(t *testing.T) {
	words := strings.Fields("one two three")
	if changes := Changes(words, slices.Clone(words)); len(changes) != 0 {
		t.Errorf("%v", changes)
	}
}

// Sequences that differ too much are one change but for their ends.
func TestChangesOfStrangers(t *testing.T) {
	a, b := make([]int, 3*MaxDistance), make([]int, 3*MaxDistance)
	for i := range a {
		a[i], b[i] = i, -i
	}
	if changes := Changes(a, b); len(changes) != 1 || changes[0] != (Change{1, len(a), 1, len(b)}) {
		t.Errorf("%v", changes)
	}
}

func FuzzChanges(f *testing.F) {
	f.Add("the quick brown fox", "the slow brown dog")
	f.Fuzz(func(t *testing.T, x, y string) {
		a, b := strings.Split(x, " "), strings.Split(y, " ")
		if got := apply(a, b, Changes(a, b)); !slices.Equal(got, b) {
			t.Fatalf("%q to %q: %q", a, b, got)
		}
	})
}
