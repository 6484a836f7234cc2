package recipe

import (
	"maps"
	"math"
	"math/bits"
	"strings"
	"sync"

	"corpus/internal/spacy"
)

// language is what the rules know of one language.
type language struct {
	english   bool
	spaceless bool     // written without spaces: a word here is one character
	stops     *matcher // nil when there is no list
	limits    map[string]float64
}

// languages are those with stop words or limits of their own, by ISO 639-1 code.
var languages = sync.OnceValue(func() map[string]*language {
	all := map[string]*language{}
	for code, row := range fineweb2() {
		all[code] = &language{limits: maps.Clone(row.limits), stops: listed(code, row.stopWords)}
	}
	all["en"] = &language{english: true} // FineWeb-2 has no English
	for code, list := range ownStopWords {
		all[code].stops = listed(code, strings.Fields(list))
	}
	for _, code := range spacelessLanguages {
		all[code].spaceless = true
		countCharacters(all[code].limits)
	}
	countSpacedWords(all["ko"].limits)
	return all
})

// unknown is a language of which nothing is known.
var unknown = new(language)

// languageOf is what is known of the language code; of an unknown one nothing,
// so that the rules that need a list of its own are not applied.
func languageOf(code string) *language {
	if l := languages()[code]; l != nil {
		return l
	}
	return unknown
}

// listed finds the words of a list: each is one token where datatrove compares it
// with tokens, else it is cut as the texts of the language are.
func listed(code string, list []string) *matcher {
	m := new(matcher)
	for i, w := range list {
		var t tokens
		if spacy.Has(code) {
			t.add(w, false, false)
		} else {
			t.reset(w, new(splitter))
		}
		if len(t.exact) > 0 { // the zero-width space of Lao is no token of ours
			m.add(phrase{hashes: t.exact, id: i})
		}
	}
	return m
}

// byLanguage gives rules the limits that languages have of their own.
func byLanguage(rules []Rule) []Rule {
	for code, l := range languages() {
		for i, r := range rules {
			if limit, ok := l.limits[r.Name]; ok {
				if r.ByLang == nil {
					rules[i].ByLang = map[string]float64{}
				}
				rules[i].ByLang[code] = limit
			}
		}
	}
	return rules
}

// stopWords is the number of distinct stop words in t, as written, or NaN
// without a list.
func (l *language) stopWords(t *tokens) float64 {
	if l.stops == nil {
		return math.NaN()
	}
	seen := uint64(0)
	l.stops.each(t.exact, func(p phrase) { seen |= 1 << p.id })
	return float64(bits.OnesCount64(seen))
}

// spacelessLanguages write no spaces between words.
var spacelessLanguages = []string{"zh", "ja", "th", "lo", "km", "my"}

// charsPerWord is the mean length of a word of modern Chinese.
const charsPerWord = 1.6

// countCharacters turns limits that count words into such that count characters:
// those of length are Gopher's times charsPerWord, that of line breaks a word is
// divided by it. Others stay as FineWeb-2 has them. Its share of tokens with a
// letter is of words: the same page has a higher share of characters (0.91 in the
// mean of the good pages of testdata/zh.txt, where 0.735 of words is about 0.82 of
// characters), so that the rule is the milder, for pages with many figures and
// short lines.
func countCharacters(limits map[string]float64) {
	limits["gopher.min_words"], limits["gopher.max_words"] = 50*charsPerWord, 100_000*charsPerWord
	if breaks, ok := limits["fineweb.list_ratio"]; ok {
		limits["fineweb.list_ratio"] = breaks / charsPerWord
	}
}

// countSpacedWords takes out the limits of Korean that count morphemes, of which
// a word between spaces has two or three: the defaults hold.
func countSpacedWords(limits map[string]float64) {
	delete(limits, "gopher.max_mean_word_length")
	delete(limits, "fineweb.list_ratio")
}

// Fallbacks says what of a language is not as the recipes' own code has it, sorted:
// "tokens" where that code cuts words with a tokenizer that corpus does not have,
// "limits" where no limits and no stop words of the language are known.
func Fallbacks(lang string) []string {
	var all []string
	if languages()[lang] == nil {
		all = append(all, "limits")
	}
	if !spacy.Has(lang) {
		all = append(all, "tokens")
	}
	return all
}
