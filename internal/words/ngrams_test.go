package words

import (
	"slices"
	"strings"
	"testing"
)

// A sequence goes on over the pieces a long text is read in, and spans the bytes
// of its words.
func TestNgramsOverPieces(t *testing.T) {
	text := strings.Repeat("word ", 40_000)
	n := 0
	NewNgrams(13).Each(text, func(_ uint64, start, end int) {
		if start != 5*n || end != start+13*5-1 {
			t.Fatalf("sequence %d is at %d to %d", n, start, end)
		}
		n++
	})
	if n != 40_000-12 {
		t.Errorf("%d sequences, want %d", n, 40_000-12)
	}
}

// Case and punctuation make no difference, the order of words does; what was read
// before is forgotten.
func TestNgramsCompareWords(t *testing.T) {
	g := NewNgrams(3)
	hashes := func(text string) (all []uint64) {
		g.Each(text, func(h uint64, _, _ int) { all = append(all, h) })
		return all
	}
	want := hashes("The cat sat")
	if got := hashes("the -- CAT, sat!"); len(want) != 1 || !slices.Equal(got, want) {
		t.Errorf("%x, want %x", got, want)
	}
	if got := hashes("the sat cat"); slices.Equal(got, want) {
		t.Error("another order is the same sequence")
	}
	if got := hashes("cat sat"); len(got) != 0 {
		t.Errorf("two words make %d sequences of three", len(got))
	}
}
