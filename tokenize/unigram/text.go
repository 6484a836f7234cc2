package unigram

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"corpus/tokenize/count"
)

// text is what is learnt from: fragments of words, without the characters that
// get no token, end to end with a byte after each that no UTF-8 has.
type text struct {
	bytes  string
	ends   []uint32 // of the fragments, before the byte between
	counts []int64
	chars  []char
	total  int64 // characters, each as often as it was counted
}

const between = 0xFF

// char is a character that gets a token, and how often it was counted.
type char struct {
	r     rune
	count int64
}

// newText takes the characters that coverage wants, and those of always.
func newText(words *count.Words, coverage float64, always []string) (t *text, uncovered int) {
	t = &text{}
	t.chars = countChars(words, always)
	all := len(t.chars)
	t.chars = covered(t.chars, coverage, always)
	keep := make(map[rune]bool, len(t.chars))
	for _, c := range t.chars {
		keep[c.r] = true
		t.total += c.count
	}
	bytes := make([]byte, 0, len(words.Bytes)+len(words.Ends))
	for word, n := range words.All() {
		bytes = t.cut(bytes, word, n, keep)
	}
	t.bytes = string(bytes)
	return t, all - len(t.chars)
}

// countChars lists the characters, the most frequent first.
func countChars(words *count.Words, always []string) (chars []char) {
	counts := map[rune]int64{}
	for _, s := range always {
		for _, r := range s {
			counts[r] += 0
		}
	}
	for word, n := range words.All() {
		for _, r := range string(word) {
			counts[r] += n
		}
	}
	for r, n := range counts {
		chars = append(chars, char{r, n})
	}
	slices.SortFunc(chars, func(a, b char) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.r, b.r))
	})
	return chars
}

// covered leaves as many of the most frequent characters as make up the share,
// and those of always.
func covered(chars []char, share float64, always []string) []char {
	if share == 0 || share == 1 {
		return chars
	}
	wanted := map[rune]bool{}
	for _, s := range always {
		for _, r := range s {
			wanted[r] = true
		}
	}
	var total, sofar int64
	for _, c := range chars {
		total += c.count
	}
	kept := chars[:0]
	for _, c := range chars {
		if float64(sofar) < float64(share*float64(total)) || wanted[c.r] {
			kept = append(kept, c)
		}
		sofar += c.count
	}
	return kept
}

// cut appends a word without the characters that are not kept. No fragment is
// longer than a counted word may be, on which [lattice] relies.
func (t *text) cut(bytes, word []byte, n int64, keep map[rune]bool) []byte {
	end := func(from int) {
		if len(bytes) > from {
			t.ends, t.counts = append(t.ends, uint32(len(bytes))), append(t.counts, n)
			bytes = append(bytes, between)
		}
	}
	from := len(bytes)
	for len(word) > 0 {
		r, size := utf8.DecodeRune(word)
		if !keep[r] || len(bytes)+size-from > count.MaxWordBytes {
			end(from)
			from = len(bytes)
		}
		if keep[r] {
			bytes = append(bytes, word[:size]...)
		}
		word = word[size:]
	}
	end(from)
	return bytes
}

// fragment is fragment i and its count.
func (t *text) fragment(i int) (string, int64) {
	start := uint32(0)
	if i > 0 {
		start = t.ends[i-1] + 1
	}
	return t.bytes[start:t.ends[i]], t.counts[i]
}
