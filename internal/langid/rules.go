package langid

import (
	"slices"
	"strings"
)

// The rules of lingua-go 1.4.0 (Apache-2.0, Copyright Peter M. Stahl): language.go
// and constant.go name the characters, detector.go what follows from them.

// unique are the letters that one language alone has among those of its script.
var unique = map[string]string{
	"az": "ə", "ca": "ï", "cs": "ěřů", "eo": "ĉĝĥĵŝŭ", "de": "ß", "hu": "őű", "kk": "әғқңұ",
	"lv": "ģķļņ", "lt": "ėįų", "mk": "ѓѕќџ", "mr": "ळ", "mn": "өү", "pl": "łńśź", "ro": "ț",
	"sr": "ђћ", "sk": "ĺľŕ", "uk": "ґєї", "yo": "ōṣ",
	"vi": "ằầảẳẩẵẫắấạặậềẻểẽễếệỉĩịơồờỏổởỗỡốớộợưừủửũữứụựỳỷỹỵ",
}

// shared are letters of a few languages, by the codes of these.
var shared = []struct {
	letters string
	langs   []string
}{
	{"ã", []string{"pt", "vi"}},
	{"ąę", []string{"lt", "pl"}},
	{"ż", []string{"pl", "ro"}},
	{"î", []string{"fr", "ro"}},
	{"ñ", []string{"eu", "es"}},
	{"ňť", []string{"cs", "sk"}},
	{"ă", []string{"ro", "vi"}},
	{"ığ", []string{"az", "tr"}},
	{"јљњ", []string{"mk", "sr"}},
	{"ẹọ", []string{"vi", "yo"}},
	{"ðþ", []string{"is", "tr"}},
	{"û", []string{"fr", "hu"}},
	{"ō", []string{"mi", "yo"}},
	{"āēī", []string{"lv", "mi", "yo"}},
	{"ş", []string{"az", "ro", "tr"}},
	{"ď", []string{"cs", "ro", "sk"}},
	{"ć", []string{"bs", "hr", "pl"}},
	{"đ", []string{"bs", "hr", "vi"}},
	{"і", []string{"be", "kk", "uk"}},
	{"ì", []string{"it", "vi", "yo"}},
	{"ø", []string{"nb", "da", "nn"}},
	{"ū", []string{"lv", "lt", "mi", "yo"}},
	{"ë", []string{"af", "sq", "nl", "fr"}},
	{"èù", []string{"fr", "it", "vi", "yo"}},
	{"ê", []string{"af", "fr", "pt", "vi"}},
	{"õ", []string{"et", "hu", "pt", "vi"}},
	{"ô", []string{"fr", "pt", "sk", "vi"}},
	{"ёыэ", []string{"be", "kk", "mn", "ru"}},
	{"щъ", []string{"bg", "kk", "mn", "ru"}},
	{"ò", []string{"ca", "it", "vi", "yo"}},
	{"æ", []string{"nb", "da", "is", "nn"}},
	{"å", []string{"nb", "da", "nn", "sv"}},
	{"ý", []string{"cs", "is", "sk", "tr", "vi"}},
	{"ä", []string{"et", "fi", "de", "sk", "sv"}},
	{"à", []string{"ca", "fr", "it", "pt", "vi"}},
	{"â", []string{"fr", "pt", "ro", "tr", "vi"}},
	{"ü", []string{"az", "ca", "et", "de", "hu", "es", "tr"}},
	{"čšž", []string{"bs", "cs", "hr", "lv", "lt", "sk", "sl"}},
	{"ç", []string{"sq", "az", "eu", "ca", "fr", "pt", "tr"}},
	{"ö", []string{"az", "et", "fi", "de", "hu", "is", "sv", "tr"}},
	{"ó", []string{"ca", "hu", "is", "ga", "pl", "pt", "sk", "es", "vi", "yo"}},
	{"áíú", []string{"ca", "cs", "is", "ga", "hu", "pt", "sk", "es", "vi", "yo"}},
	{"é", []string{"ca", "cs", "fr", "hu", "is", "ga", "it", "pt", "sk", "es", "vi", "yo"}},
}

// tabulateRules marks the letters of the rules in the table.
func (m *models) tabulateRules() {
	mark := func(letters string, do func(l *letter)) {
		for i := range m.letters {
			if l := &m.letters[i]; l.kind == running && strings.ContainsRune(letters, rune(l.lower)) {
				do(l)
			}
		}
	}
	for lang, letters := range unique {
		own := 1 + m.place(lang)
		mark(letters, func(l *letter) { l.own = own })
	}
	for _, s := range shared {
		langs := make([]uint8, len(s.langs))
		for i, lang := range s.langs {
			langs[i] = m.place(lang)
		}
		for _, c := range s.letters {
			m.shared = append(m.shared, langs)
			mark(string(c), func(l *letter) { l.shared = uint8(len(m.shared)) })
		}
	}
}

// kanaShare is the least share of Kana among the words in Han and Kana of a
// Japanese text. To lingua one word of Kana is enough where there is no third
// language, and where there is one none is.
const kanaShare = 0.1

// byLetters is the language that words are written in that have letters of its
// own, -1 when there is none. Words without such letters speak for none, and
// count when they are at least half of all.
func (r *reading) byLetters() int {
	best, tie := -1, false
	for l, n := range r.votes {
		switch {
		case n == 0 || l == 0 && 2*n < r.words:
		case best < 0 || n > r.votes[best]:
			best, tie = l, false
		case n == r.votes[best]:
			tie = true
		}
	}
	if best <= 0 {
		return -1
	}
	zh, ja := r.own[han], r.own[kana]
	if n := r.votes[ja]; best == int(zh) && float64(n) >= kanaShare*float64(n+r.votes[zh]) {
		return int(ja) - 1
	}
	if tie {
		return -1
	}
	return best - 1
}

// allowed narrows the languages of a script down to those of which letters, though
// shared with others, are so frequent that there is one for every second word.
func (r *reading) allowed(in int) []uint8 {
	clear(r.common[:])
	for i, n := range r.shared {
		if n > 0 {
			for _, l := range r.models.shared[i] {
				r.common[l] += n
			}
		}
	}
	r.subset = r.subset[:0]
	for _, l := range r.candidates[in] {
		if 2*r.common[l] >= r.words {
			r.subset = append(r.subset, l)
		}
	}
	if len(r.subset) > 0 {
		return r.subset
	}
	return r.candidates[in]
}

// disputed says whether the rules might make another language than lang of a longer
// look at a text, where lang is what the trigrams say too: words without letters
// of one language alone may be less than half, and another language has about as
// many with such letters, or more; or there may be enough words with the shared
// letters of another language, and it has about as many of them.
func (r *reading) disputed(in, lang int) bool {
	mine, other := r.votes[lang+1], 0
	for l, n := range r.votes[1:] {
		if l != lang {
			other = max(other, n)
		}
	}
	if 8*r.votes[0] < 5*r.words && 8*(mine-other) < r.words {
		return true
	}
	own := r.common[lang]
	return 4*own <= 3*r.words && slices.ContainsFunc(r.candidates[in], func(l uint8) bool {
		n := r.common[l]
		return n != own && 4*n > r.words && 16*n > 15*own
	})
}
