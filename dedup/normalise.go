package dedup

import (
	"encoding/binary"
	"slices"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// folding says what becomes of each character inside a word: index 0 keeps it,
// i > 0 replaces it by text[i-1]. ASCII is apart: 0 drops it.
type folding struct {
	ascii [utf8.RuneSelf]byte
	index [1 << 16]uint16
	text  []string
}

var folds = sync.OnceValue(func() *folding {
	f := new(folding)
	for c := range f.ascii {
		if folded := fold(rune(c)); folded != "" {
			f.ascii[c] = folded[0]
		}
	}
	known := map[string]uint16{}
	for r := rune(utf8.RuneSelf); r < rune(len(f.index)); r++ {
		folded := fold(r)
		if folded == string(r) {
			continue
		}
		i, ok := known[folded]
		if !ok {
			f.text = append(f.text, folded)
			i = uint16(len(f.text))
			known[folded] = i
		}
		f.index[r] = i
	}
	return f
})

// appendLetters is appendWord for a word of ASCII letters, from start to end of a
// text, eight at a time: several times as fast. Of any other word, and one within
// eight bytes of the end of the text, it makes nothing.
func appendLetters(dst []byte, text string, start, end int) (out []byte, digits bool) {
	const each = 0x0101010101010101 // times a byte: that byte eight times
	if text[start] >= utf8.RuneSelf {
		return nil, false
	}
	n := len(dst)
	out = slices.Grow(dst, end-start+8)
	out = out[:cap(out)]
	for at := start; at < end; at += 8 {
		if at+8 > len(text) {
			return nil, false
		}
		lower := load(text[at:at+8]) | 0x20*each
		others := lower | ^(lower + (0x80-'a')*each) | (lower + (0x7f-'z')*each) // the highest bit of these
		if left := end - at; left < 8 {
			others &= 1<<(8*left) - 1
		}
		if others&(0x80*each) != 0 {
			return nil, false
		}
		binary.LittleEndian.PutUint64(out[n+at-start:], lower)
	}
	return out[:n+end-start], false
}

// load is eight bytes as a number, the first lowest.
func load(s string) uint64 {
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// appendWord adds the normalised word to dst and says whether it has a digit.
func (f *folding) appendWord(dst []byte, word string) (out []byte, digits bool) {
	for i := 0; i < len(word); {
		if c := word[i]; c < utf8.RuneSelf {
			if c = f.ascii[c]; c != 0 {
				dst = append(dst, c)
				digits = digits || c <= '9'
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(word[i:])
		folded := word[i : i+n]
		if int(r) >= len(f.index) {
			folded = fold(r)
		} else if k := f.index[r]; k > 0 {
			folded = f.text[k-1]
		}
		digits = digits || folded != "" && folded[0] <= '9'
		dst = append(dst, folded...)
		i += n
	}
	return dst, digits
}

// fold is the compatibility form of r in lower case, digits as ASCII, without
// accents and without anything but letters, numbers and marks.
func fold(r rune) string {
	var out []rune
	for _, d := range norm.NFKD.String(string(r)) {
		d = unicode.ToLower(unicode.ToUpper(d))
		switch {
		case optional(d):
		case unicode.Is(unicode.Nd, d):
			out = append(out, '0'+digit(d))
		case unicode.IsLetter(d), unicode.IsNumber(d), unicode.IsMark(d):
			out = append(out, d)
		}
	}
	return string(out)
}

// optional says whether d is an accent of Latin, Greek or Cyrillic, a Hebrew
// point, an Arabic vowel or the Arabic stretching stroke.
func optional(d rune) bool {
	return 0x0300 <= d && d <= 0x036F || 0x0591 <= d && d <= 0x05C7 && unicode.IsMark(d) ||
		0x064B <= d && d <= 0x065F || d == 0x0670 || d == 0x0640
}

// digit is the value of a decimal digit: Unicode has them in tens, from zero.
func digit(d rune) rune {
	for _, r := range unicode.Nd.R16 {
		if rune(r.Lo) <= d && d <= rune(r.Hi) {
			return (d - rune(r.Lo)) % 10
		}
	}
	for _, r := range unicode.Nd.R32 {
		if rune(r.Lo) <= d && d <= rune(r.Hi) {
			return (d - rune(r.Lo)) % 10
		}
	}
	return 0
}

// appendMerged adds the normalised word with every run of digits as one 0.
func appendMerged(dst, word []byte) []byte {
	number := false
	for _, c := range word {
		if c < '0' || c > '9' {
			number = false
			dst = append(dst, c)
		} else if !number {
			number = true
			dst = append(dst, '0')
		}
	}
	return dst
}
