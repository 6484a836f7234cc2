package tokenize

import (
	"slices"
	"strings"
)

// finder finds special tokens in text: the leftmost, and of those the longest.
type finder struct {
	first   [256]bool // bytes that begin one
	second  [256]bool // bytes that may follow
	only    byte      // the first byte, when all have the same
	single  bool
	lengths []int // descending
	byText  map[string]Special
}

func newFinder(specials []Special) finder {
	f := finder{byText: make(map[string]Special, len(specials))}
	for _, s := range specials {
		f.first[s.Content[0]] = true
		f.only = s.Content[0]
		if len(s.Content) > 1 {
			f.second[s.Content[1]] = true
		} else {
			f.second = everyByte()
		}
		f.lengths = append(f.lengths, len(s.Content))
		f.byText[s.Content] = s
	}
	slices.Sort(f.lengths)
	f.lengths = slices.Compact(f.lengths)
	slices.Reverse(f.lengths)
	starts := 0
	for _, ok := range f.first {
		if ok {
			starts++
		}
	}
	f.single = starts == 1
	return f
}

func everyByte() (all [256]bool) {
	for i := range all {
		all[i] = true
	}
	return all
}

// next finds the first special token in text[from:] and its place.
func (f *finder) next(text string, from int) (s Special, at int, ok bool) {
	if len(f.byText) == 0 {
		return s, 0, false
	}
	for i := from; i < len(text); i++ {
		if f.single {
			n := strings.IndexByte(text[i:], f.only)
			if n < 0 {
				break
			}
			i += n
		}
		if !f.first[text[i]] || i+1 < len(text) && !f.second[text[i+1]] {
			continue
		}
		for _, n := range f.lengths {
			if i+n <= len(text) {
				if s, ok := f.byText[text[i:i+n]]; ok {
					return s, i, true
				}
			}
		}
	}
	return s, 0, false
}

// count counts the special tokens in text.
func (f *finder) count(text string) (n int64) {
	for at := 0; ; {
		s, i, ok := f.next(text, at)
		if !ok {
			return n
		}
		n++
		at = i + len(s.Content)
	}
}
