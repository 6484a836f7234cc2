package normal

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// BERT cleans text, puts spaces around Chinese characters, strips accents and
// makes lower case, each if asked, in this order: accents go before case, the
// other way round than in Google's own code. Its categories are of Unicode 8,
// those of the crate unicode_categories 0.1.1.
type BERT struct {
	CleanText          bool  `json:"clean_text"`
	HandleChineseChars bool  `json:"handle_chinese_chars"`
	StripAccents       *bool `json:"strip_accents"` // nil: as Lowercase
	Lowercase          bool  `json:"lowercase"`
}

// dropped marks, in the table for ASCII, a byte that goes.
const dropped = 0xFF

func (b BERT) strips() bool {
	if b.StripAccents == nil {
		return b.Lowercase
	}
	return *b.StripAccents
}

// mask is the flags of runes that do not pass as they are.
func (b BERT) mask() (m uint32) {
	if b.CleanText {
		m |= drop | spacing
	}
	if b.HandleChineseChars {
		m |= han
	}
	if b.strips() {
		m |= canonical | nonspacing | leads
	}
	if b.Lowercase {
		m |= upper
	}
	return m
}

// Append implements Normalizer.
func (b BERT) Append(dst []byte, text string) []byte {
	t, mask := tables(), b.mask()
	start := 0 // where what is still to be copied begins
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			dst = append(dst, text[start:i]...)
			n := ascii(text[i:])
			dst = t.appendASCII(dst, text[i:i+n], b)
			i += n
			start = i
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		record := t.record(r)
		if t.flags[record]&mask == 0 {
			i += n
			continue
		}
		dst = append(dst, text[start:i]...)
		dst, n = b.rune(t, dst, text[i:], r, n)
		i += n
		start = i
	}
	return append(dst, text[start:]...)
}

func (b BERT) keeps(text string) bool { return tables().plain(text, b.mask()) == len(text) }

func (t *table) appendASCII(dst []byte, text string, b BERT) []byte {
	to := &t.bert[index(b.CleanText)][index(b.Lowercase)]
	dst = slices.Grow(dst, len(text))
	at := len(dst)
	out := dst[at : at+len(text)]
	n := 0
	for i := range len(text) {
		c := to[text[i]&0x7F]
		out[n] = c
		if c != dropped {
			n++
		}
	}
	return dst[:at+n]
}

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}

// rune appends what the first rune of text, r of n bytes, becomes, with the
// marks that have to be sorted with it, and says how many bytes it took.
func (b BERT) rune(t *table, dst []byte, text string, r rune, n int) ([]byte, int) {
	flags := t.of(r)
	switch {
	case b.CleanText && flags&drop != 0:
		return dst, n
	case b.CleanText && flags&spacing != 0:
		return append(dst, ' '), n
	case b.HandleChineseChars && flags&han != 0:
		dst = append(dst, ' ')
		dst = b.letter(t, dst, r, text[:n])
		return append(dst, ' '), n
	case b.strips() && flags&(canonical|leads) != 0 && flags&nonspacing == 0:
		if m := b.marks(t, text[n:]); m > 0 {
			return b.sorted(t, dst, text[:n+m]), n + m
		}
	}
	return b.letter(t, dst, r, text[:n]), n
}

// marks is the length of the beginning of text that consists of marks which
// are reordered, and of what is dropped before they are.
func (b BERT) marks(t *table, text string) int {
	for i, r := range text {
		if flags := t.of(r); flags&leads == 0 && (!b.CleanText || flags&drop == 0) {
			return i
		}
	}
	return len(text)
}

// sorted appends a run of marks, perhaps with a rune before them.
func (b BERT) sorted(t *table, dst []byte, text string) []byte {
	kept := strings.Map(func(r rune) rune {
		if b.CleanText && t.of(r)&drop != 0 {
			return -1
		}
		return r
	}, text)
	decomposed := string(NFD.Append(nil, kept))
	for i, r := range decomposed {
		dst = b.letter(t, dst, r, decomposed[i:i+utf8.RuneLen(r)])
	}
	return dst
}

// letter appends r, which is text, without accents and in lower case.
func (b BERT) letter(t *table, dst []byte, r rune, text string) []byte {
	record := t.record(r)
	flags := t.flags[record]
	switch strips := b.strips(); {
	case strips && flags&nonspacing != 0:
		return dst
	case strips && r >= syllables && r < syllables+syllableCount:
		return appendJamo(dst, r-syllables)
	case strips && b.Lowercase && flags&(canonical|upper) != 0:
		return append(dst, t.folded[record]...)
	case strips && flags&canonical != 0:
		return append(dst, t.stripped[record]...)
	case b.Lowercase && flags&upper != 0:
		return append(dst, t.lower[record]...)
	}
	return append(dst, text...)
}

// appendJamo appends what a Hangul syllable, counted from the first, consists of.
func appendJamo(dst []byte, s rune) []byte {
	dst = utf8.AppendRune(dst, leadBase+s/(vowels*trails))
	dst = utf8.AppendRune(dst, vowelBase+s/trails%vowels)
	if s%trails != 0 {
		dst = utf8.AppendRune(dst, trailBase+s%trails)
	}
	return dst
}

// bertLetters fills, by record, what accents and case leave.
func (t *table) bertLetters() {
	t.stripped, t.folded = make([]string, len(t.flags)), make([]string, len(t.flags))
	for i := range t.flags {
		letters := t.nfd[i]
		if letters == "" {
			t.folded[i] = t.lower[i]
			continue
		}
		var stripped, folded []byte
		for _, r := range letters {
			record := t.record(r)
			switch {
			case t.flags[record]&nonspacing != 0:
				continue
			case t.flags[record]&upper != 0:
				folded = append(folded, t.lower[record]...)
			default:
				folded = utf8.AppendRune(folded, r)
			}
			stripped = utf8.AppendRune(stripped, r)
		}
		t.stripped[i], t.folded[i] = string(stripped), string(folded)
	}
}

// forBERT sets the flags that BERT alone asks for.
func (s *source) forBERT() {
	for r := range s.flags {
		if s.flags[r]&space != 0 && r != ' ' {
			s.flags[r] |= spacing
		}
	}
	s.flags[0] |= drop
	s.flags[utf8.RuneError] |= drop
	// U+2B820 to U+2B91F are left out, as in tokenizers, whose range begins late.
	for _, cjk := range [][2]rune{
		{0x4E00, 0x9FFF},
		{0x3400, 0x4DBF},
		{0x20000, 0x2A6DF},
		{0x2A700, 0x2B73F},
		{0x2B740, 0x2B81F},
		{0x2B920, 0x2CEAF},
		{0xF900, 0xFAFF},
		{0x2F800, 0x2FA1F},
	} {
		for r := cjk[0]; r <= cjk[1]; r++ {
			s.flags[r] |= han
		}
	}
}

// bertASCII fills the tables by which ASCII is rewritten.
func (t *table) bertASCII() {
	for clean := range 2 {
		for lower := range 2 {
			for c := range byte(utf8.RuneSelf) {
				to := c
				switch flags := t.of(rune(c)); {
				case clean == 1 && flags&drop != 0:
					to = dropped
				case clean == 1 && flags&spacing != 0:
					to = ' '
				case lower == 1 && flags&upper != 0:
					to = c + 'a' - 'A'
				}
				t.bert[clean][lower][c] = to
			}
		}
	}
}
