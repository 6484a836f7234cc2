package langid

import "unicode"

// script is a writing system, or several that one language mixes.
type script struct {
	tables []*unicode.RangeTable
	lang   string // told by the script alone; "" where models decide
}

// scripts in the order in which they are looked up; ties between them go to the
// first. Han and Kana count as one, see han.
var scripts = []script{
	{tables: []*unicode.RangeTable{unicode.Latin}},
	{tables: []*unicode.RangeTable{unicode.Cyrillic}},
	{tables: []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo}, lang: "zh"},
	{tables: []*unicode.RangeTable{unicode.Arabic}},
	{tables: []*unicode.RangeTable{unicode.Devanagari}},
	{tables: []*unicode.RangeTable{unicode.Hangul}, lang: "ko"},
	{tables: []*unicode.RangeTable{unicode.Greek}, lang: "el"},
	{tables: []*unicode.RangeTable{unicode.Hebrew}, lang: "he"},
	{tables: []*unicode.RangeTable{unicode.Thai}, lang: "th"},
	{tables: []*unicode.RangeTable{unicode.Armenian}, lang: "hy"},
	{tables: []*unicode.RangeTable{unicode.Georgian}, lang: "ka"},
	{tables: []*unicode.RangeTable{unicode.Bengali}, lang: "bn"},
	{tables: []*unicode.RangeTable{unicode.Gujarati}, lang: "gu"},
	{tables: []*unicode.RangeTable{unicode.Gurmukhi}, lang: "pa"},
	{tables: []*unicode.RangeTable{unicode.Tamil}, lang: "ta"},
	{tables: []*unicode.RangeTable{unicode.Telugu}, lang: "te"},
	{tables: []*unicode.RangeTable{unicode.Kannada}, lang: "kn"},
	{tables: []*unicode.RangeTable{unicode.Malayalam}, lang: "ml"},
	{tables: []*unicode.RangeTable{unicode.Sinhala}, lang: "si"},
	{tables: []*unicode.RangeTable{unicode.Khmer}, lang: "km"},
	{tables: []*unicode.RangeTable{unicode.Lao}, lang: "lo"},
	{tables: []*unicode.RangeTable{unicode.Myanmar}, lang: "my"},
}

// han is the place of Han and Kana in scripts.
const han = 2

// kanaShare is the least share of Kana among Han and Kana in Japanese text;
// lingua draws the line at the same place.
const kanaShare = 0.1

// scriptOf is the place of the script of a letter in scripts, or -1.
func scriptOf(r rune) int {
	if r < 0x80 {
		return 0
	}
	if r == 'ー' { // of no single script
		return han
	}
	for i, s := range scripts {
		if unicode.In(r, s.tables...) {
			return i
		}
	}
	return -1
}

// census is how many words of a sample are written in each script. A character
// of Han or Kana is a word, otherwise a run of letters of one script is.
type census struct {
	words []int
	all   int
	kana  int
}

func takeCensus(sample string) census {
	c := census{words: make([]int, len(scripts))}
	last := -2
	for _, r := range sample {
		if r >= 0x80 && unicode.IsMark(r) {
			continue // goes with the letter before
		}
		s := -2
		if r != ' ' {
			s = scriptOf(r)
			if s == han || s != last {
				c.all++
				if s >= 0 {
					c.words[s]++
				}
			}
			if s == han && !unicode.In(r, unicode.Han, unicode.Bopomofo) {
				c.kana++
			}
		}
		last = s
	}
	return c
}

// main is the script of most words and its share of all words; -1 when there
// is none.
func (c census) main() (best int, share float64) {
	best = -1
	for i, n := range c.words {
		if n > 0 && (best < 0 || n > c.words[best]) {
			best = i
		}
	}
	if best < 0 {
		return -1, 0
	}
	return best, float64(c.words[best]) / float64(c.all)
}
