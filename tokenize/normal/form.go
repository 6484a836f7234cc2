package normal

import (
	"slices"
	"unicode/utf8"
)

// Form is one of Unicode's normal forms, of version 9.0: what was added to
// Unicode later passes unchanged, as it does in tokenizers 0.23.
type Form int

// The four normal forms (Unicode Standard Annex 15).
const (
	NFC Form = iota
	NFD
	NFKC
	NFKD
)

// Hangul syllables are computed (The Unicode Standard, section 3.12).
const (
	syllables     = 0xAC00
	leadBase      = 0x1100
	vowelBase     = 0x1161
	trailBase     = 0x11A7
	vowels        = 21
	trails        = 28
	syllableCount = 19 * vowels * trails
)

// String is the name in tokenizer.json.
func (f Form) String() string { return [...]string{"NFC", "NFD", "NFKC", "NFKD"}[f] }

func (f Form) composes() bool { return f == NFC || f == NFKC }

// changes is the flag of runes that the form rewrites wherever they stand.
func (f Form) changes() uint32 { return [...]uint32{changesC, canonical, changesKC, compat}[f] }

// inner is the flags of runes that may join or pass what stands before them.
func (f Form) inner() uint32 {
	return [...]uint32{leads | joins, leads, leadsCompat | joinsCompat, leadsCompat}[f]
}

// Append implements Normalizer.
func (f Form) Append(dst []byte, text string) []byte {
	t := tables()
	for len(text) > 0 {
		n := f.normal(t, text)
		dst = append(dst, text[:n]...)
		text = text[n:]
		if len(text) == 0 {
			break
		}
		if to := f.alone(t, text); to != "" {
			_, n = utf8.DecodeRuneInString(text)
			dst = append(dst, to...)
		} else {
			n = f.segment(t, text)
			dst = f.rewrite(t, dst, text[:n])
		}
		text = text[n:]
	}
	return dst
}

func (f Form) keeps(text string) bool { return f.normal(tables(), text) == len(text) }

// normal is the length of a beginning of text that is in the form already and
// that nothing after it can change.
func (f Form) normal(t *table, text string) int {
	lead := f.inner() & (leads | leadsCompat)
	stop := f.changes() | f.inner()&^lead
	start, class := 0, uint32(0) // start is where the last rune began that nothing joins to from behind
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			run := ascii(text[i:])
			i += run
			start, class = i-1, 0
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		flags := t.of(r)
		if flags&(stop|lead|classMask) == 0 {
			start, class = i, 0
			i += n
			continue
		}
		c := flags & classMask
		if flags&stop != 0 || flags&lead != 0 && (c == 0 || c < class) {
			if flags&f.inner() == 0 {
				return i // what stands before it is finished
			}
			return start
		}
		class = c
		i += n
	}
	return len(text)
}

// ascii is the length of the ASCII at the start of text.
func ascii(text string) int {
	i := 0
	for ; i+8 <= len(text); i += 8 {
		s := text[i : i+8]
		w := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		if w&0x8080808080808080 != 0 {
			break
		}
	}
	for i < len(text) && text[i] < utf8.RuneSelf {
		i++
	}
	return i
}

// alone is the decomposition of the first rune of text where it is all there is
// to do: the rune decomposes, the form does not compose, and no mark follows.
func (f Form) alone(t *table, text string) string {
	if f.composes() {
		return ""
	}
	r, n := utf8.DecodeRuneInString(text)
	if t.of(r)&f.inner() != 0 {
		return ""
	}
	if n < len(text) && text[n] >= utf8.RuneSelf {
		if next, _ := utf8.DecodeRuneInString(text[n:]); t.of(next)&f.inner() != 0 {
			return ""
		}
	}
	return f.decomposed(t, r)
}

// decomposed is "" for a rune that stays, and for Hangul.
func (f Form) decomposed(t *table, r rune) string {
	if f == NFC || f == NFD {
		return t.nfd[t.record(r)]
	}
	return t.nfkd[t.record(r)]
}

// segment is the length of the first rune of text with all that may join it.
func (f Form) segment(t *table, text string) int {
	_, i := utf8.DecodeRuneInString(text)
	for i < len(text) {
		r, n := utf8.DecodeRuneInString(text[i:])
		if t.of(r)&f.inner() == 0 {
			return i
		}
		i += n
	}
	return i
}

// rewrite appends a segment in the form: decomposed, with its marks in order,
// composed again.
func (f Form) rewrite(t *table, dst []byte, segment string) []byte {
	var small [32]rune
	runes := small[:0]
	for _, r := range segment {
		runes = f.decompose(t, runes, r)
	}
	reorder(t, runes)
	if f.composes() {
		runes = compose(t, runes)
	}
	for _, r := range runes {
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

func (f Form) decompose(t *table, runes []rune, r rune) []rune {
	if s := r - syllables; s >= 0 && s < syllableCount {
		runes = append(runes, leadBase+s/(vowels*trails), vowelBase+s/trails%vowels)
		if s%trails != 0 {
			runes = append(runes, trailBase+s%trails)
		}
		return runes
	}
	to := f.decomposed(t, r)
	if to == "" {
		return append(runes, r)
	}
	for _, d := range to {
		runes = append(runes, d)
	}
	return runes
}

// reorder sorts each run of marks by class, stably.
func reorder(t *table, runes []rune) {
	for i := 0; i < len(runes); i++ {
		start, sorted, last := i, true, uint32(0)
		for ; i < len(runes) && t.of(runes[i])&classMask != 0; i++ {
			class := t.of(runes[i]) & classMask
			sorted = sorted && last <= class
			last = class
		}
		if !sorted {
			slices.SortStableFunc(runes[start:i], func(a, b rune) int {
				return int(t.of(a)&classMask) - int(t.of(b)&classMask)
			})
		}
	}
}

// compose joins runes with the starter before them wherever none between is of
// the same or a higher class.
func compose(t *table, runes []rune) []rune {
	out := runes[:0]
	starter, last := -1, uint32(0)
	for _, r := range runes {
		class := t.of(r) & classMask
		adjacent := starter == len(out)-1
		if starter >= 0 && (adjacent || last < class) {
			if c, ok := t.pair(out[starter], r); ok {
				out[starter] = c
				continue
			}
		}
		if class == 0 {
			starter = len(out)
		}
		last = class
		out = append(out, r)
	}
	return out
}

func (t *table) pair(a, b rune) (rune, bool) {
	if l, v := a-leadBase, b-vowelBase; l >= 0 && l < syllableCount/(vowels*trails) && v >= 0 && v < vowels {
		return syllables + (l*vowels+v)*trails, true
	}
	if s, tr := a-syllables, b-trailBase; s >= 0 && s < syllableCount && s%trails == 0 && tr > 0 && tr < trails {
		return a + tr, true
	}
	c, ok := t.pairs[[2]rune{a, b}]
	return c, ok
}
