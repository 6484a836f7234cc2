package langid

import "unicode"

// script is a writing system, or several that one language mixes.
type script struct {
	tables []*unicode.RangeTable
	lang   string // told by the script alone; "" where models decide
}

// scripts in the order in which they are looked up; ties between them go to the
// first. The last six lingua does not know.
var scripts = []script{
	{tables: []*unicode.RangeTable{unicode.Latin}},
	{tables: []*unicode.RangeTable{unicode.Cyrillic}},
	{tables: []*unicode.RangeTable{unicode.Han}, lang: "zh"},
	{tables: []*unicode.RangeTable{unicode.Hiragana, unicode.Katakana}, lang: "ja"},
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

// The places in scripts of those that the rules name.
const (
	han    = 2
	kana   = 3
	hangul = 6
)

// kind is what a character does to words. A word is a run of letters; Han, Kana
// and Hangul are words of their own, unless they follow another letter.
type kind uint8

const (
	between     kind     = iota // belongs to no word
	running                     // a letter
	alone                       // Han, Kana, Hangul
	aloneMark                   // of these scripts, but not a letter: never within a run
	tableEnd    = 0x3400        // the letters below are looked up in a table
	firstHan    = 0x4e00
	lastHan     = 0x9fff
	firstHangul = 0xac00
	lastHangul  = 0xd7a3
)

// letter is what is known of a character.
type letter struct {
	lower  uint16 // in lower case
	kind   kind
	scored bool  // trigrams that end with it are looked at: its script alone tells no language
	script int8  // place in scripts, -1 = none of them
	own    uint8 // 1 + the language that it speaks for, 0 = none
	shared uint8 // 1 + its place in the shared characters, 0 = none
}

// letter gives r in lower case and what is known of it.
func (m *models) letter(r rune) (rune, letter) {
	switch {
	case r < tableEnd:
		l := m.letters[r]
		return rune(l.lower), l
	case r >= firstHan && r <= lastHan:
		return r, letter{kind: alone, script: han, own: m.own[han]}
	case r >= firstHangul && r <= lastHangul:
		return r, letter{kind: alone, script: hangul, own: m.own[hangul]}
	}
	r = unicode.ToLower(r)
	return r, m.classify(r)
}

// classify looks at a character in lower case without the table.
func (m *models) classify(r rune) letter {
	l := letter{script: -1}
	if !unicode.IsLetter(r) && !unicode.Is(unicode.Han, r) && !unicode.In(r, scripts[kana].tables...) {
		return l
	}
	for i, s := range scripts {
		if unicode.In(r, s.tables...) {
			l.script, l.own = int8(i), m.own[i]
			break
		}
	}
	l.scored = l.script < 0 || scripts[l.script].lang == ""
	switch {
	case l.script != han && l.script != kana && l.script != hangul:
		l.kind = running
	case unicode.IsLetter(r):
		l.kind = alone
	default:
		l.kind = aloneMark
	}
	return l
}

// tabulate fills the table of letters.
func (m *models) tabulate() {
	m.letters = make([]letter, tableEnd)
	for r := range rune(tableEnd) {
		low := unicode.ToLower(r)
		l := m.classify(low)
		l.lower = uint16(low)
		m.letters[r] = l
	}
	m.tabulateRules()
}
