package substring

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// hostile are texts whose grams or repeats are unusual.
func hostile(size int) map[string]string {
	fibonacci, before := "a", "b"
	for len(fibonacci) < size {
		fibonacci, before = fibonacci+before, fibonacci
	}
	thueMorse := "ab"
	for len(thueMorse) < size {
		thueMorse += strings.NewReplacer("a", "b", "b", "a").Replace(thueMorse)
	}
	r := rand.New(rand.NewPCG(1, 2))
	random := make([]byte, size)
	for i := range random {
		random[i] = "abcdefghijklmnopqrstuvwxyz "[r.IntN(27)]
	}
	return map[string]string{
		"one letter": strings.Repeat("a", size), "two in turn": strings.Repeat("ab", size/2),
		"one line":  strings.Repeat("A line of some forty letters, no more.\n", size/39),
		"Fibonacci": fibonacci[:size], "Thue-Morse": thueMorse[:size], "random": string(random),
		"random, twice": string(random[:size/2]) + string(random[:size/2]),
	}
}

// Every window has one anchor, and equal windows have the same gram at the same
// place in them.
func TestAnchorsOfWindows(t *testing.T) {
	for name, text := range hostile(4000) {
		for _, bytes := range []int{2, 17, 200} {
			for _, gram := range Grams(bytes) {
				anchors, next := map[string]uint64{}, 0
				err := NewFinder(bytes, gram).Anchors(text, func(a Anchor) error {
					if a.First != next || a.Windows < 1 {
						return fmt.Errorf("anchor of %d windows at %d, want one at %d", a.Windows, a.First, next)
					}
					next = a.First + a.Windows + a.Again
					for i := a.First; i < a.First+a.Windows; i++ {
						window := text[i : i+bytes]
						if gram, ok := anchors[window]; ok && gram != a.Gram {
							return fmt.Errorf("the window at %d is equal to an earlier one and has another gram", i)
						}
						anchors[window] = a.Gram
					}
					return nil
				})
				if err != nil || next != len(text)-bytes+1 {
					t.Errorf("%s, %d bytes, grams of %d: anchors of %d windows, want %d; %v", name, bytes, gram, next, len(text)-bytes+1, err)
				}
			}
		}
	}
}

// The first step has an anchor for every N/4 bytes of usual text, and of texts
// that repeat themselves no more.
func TestAnchorsAreFew(t *testing.T) {
	const size, bytes = 1 << 20, 200
	for name, text := range hostile(size) {
		n := 0
		if err := NewFinder(bytes, Grams(bytes)[0]).Anchors(text, func(Anchor) error { n++; return nil }); err != nil {
			t.Fatal(err)
		}
		if n > size/(bytes/4)*11/10 {
			t.Errorf("%s: %d anchors in %d bytes", name, n, size)
		}
	}
}

func TestShortTextsHaveNoAnchors(t *testing.T) {
	for n := range 20 {
		err := NewFinder(20, 10).Anchors(strings.Repeat("x", n), func(a Anchor) error { return fmt.Errorf("%+v", a) })
		if err != nil {
			t.Errorf("text of %d bytes: %v", n, err)
		}
	}
}

func TestMarkRecords(t *testing.T) {
	m := Mark{Range{At(7, 123456789012), 1<<33 + 5}, true}
	var got Mark
	for b := m.Records(nil); len(b) > 0; b = b[MarkBytes:] {
		next := ReadMark(b)
		if got.Count == 0 {
			got = next
		} else if !got.Join(next) {
			t.Fatalf("%+v does not join %+v", got, next)
		}
	}
	if got != m || got.First.Part() != 7 || got.First.Offset() != 123456789012 {
		t.Errorf("got %+v, want %+v", got, m)
	}
}

func TestSpansAreWholeCharacters(t *testing.T) {
	text := "é文😀é文😀" // 2 3 4 2 3 4 bytes
	for _, test := range []struct {
		ranges []Span
		bytes  int
		want   []Span
	}{
		{[]Span{{0, 1}}, 9, []Span{{0, 9}}},
		{[]Span{{1, 2}}, 9, nil},                      // 文😀 and half of two others
		{[]Span{{1, 3}}, 8, nil},                      // [1, 10) is 文😀, of 7 bytes
		{[]Span{{1, 4}}, 8, []Span{{2, 11}}},          // [1, 11)
		{[]Span{{0, 1}, {9, 10}}, 9, []Span{{0, 18}}}, // those that touch are one
		{nil, 9, nil},
	} {
		if got := Spans(text, test.ranges, test.bytes); fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("windows of %d at %v: %v, want %v", test.bytes, test.ranges, got, test.want)
		}
	}
}
