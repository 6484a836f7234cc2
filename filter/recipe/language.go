package recipe

import (
	"fmt"
	"math"
	"math/bits"
	"strings"
	"sync"
)

// language is what the rules know of one language.
type language struct {
	code      string
	spaceless bool     // written without spaces: a word here is one character
	stops     *matcher // nil when there is no list
	limits    map[string]float64
}

// languages are those with stop words or limits of their own, by ISO 639-1 code.
var languages = sync.OnceValue(func() map[string]*language {
	all := map[string]*language{}
	get := func(code string) *language {
		if all[code] == nil {
			all[code] = &language{code: code}
		}
		return all[code]
	}
	for code, list := range stopWords {
		l := get(code)
		l.stops = new(matcher)
		for i, w := range strings.Fields(list) {
			l.stops.add(phrase{hashes: phraseOf(w), id: i})
		}
	}
	for _, code := range spacelessLanguages {
		get(code).spaceless = true
		get(code).limits = spacelessLimits(code)
	}
	for code, limits := range languageLimits {
		get(code).limits = limits
	}
	return all
})

// languageOf is what is known of the language code; of an unknown one nothing,
// so that the rules that need a list of its own are not applied.
func languageOf(code string) *language {
	if l := languages()[code]; l != nil {
		return l
	}
	return &language{code: code}
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

// spacelessLimits count characters where the English limits count words: the
// limits of length are Gopher's times charsPerWord. The share of tokens with a
// letter, 0.735, and the limits of n-grams are those of FineWeb-2 for Chinese
// (configs/cmn_Hani.yml at commit d0defb2). It counts words there, so the same
// page has a higher share here (0.91 in the mean of the good pages of
// testdata/zh.txt, where 0.735 of words is about 0.82 of characters): the rule is
// left the milder, for pages with many figures and short lines. Kana repeat more: the duplicate
// n-grams of Japanese have the limits of configs/jpn_Jpan.yml.
func spacelessLimits(code string) map[string]float64 {
	top, dup := []float64{0.256, 0.201, 0.171}, []float64{0.198, 0.182, 0.167, 0.154, 0.140, 0.127}
	if code == "ja" {
		dup = []float64{0.243, 0.225, 0.207, 0.190, 0.175, 0.159}
	}
	limits := map[string]float64{"gopher.min_words": 50 * charsPerWord, "gopher.max_words": 100_000 * charsPerWord, "gopher.alpha_words": 0.735}
	for i, limit := range top {
		limits[fmt.Sprintf("repetition.top_%d_gram", firstTop+i)] = limit
	}
	for i, limit := range dup {
		limits[fmt.Sprintf("repetition.dup_%d_gram", firstDup+i)] = limit
	}
	return limits
}

// languageLimits are FineWeb-2's where they are wider than Gopher's (configs/*.yml
// at commit d0defb2): the share of tokens with a letter, as languages differ in
// how much they punctuate, and the least and the most mean word length, as
// Vietnamese words are syllables, Semitic scripts leave out vowels, and German,
// Finnish or Turkish make long words.
var languageLimits = func() map[string]map[string]float64 {
	all := map[string]map[string]float64{}
	for _, l := range []struct {
		code             string
		alpha, min, most float64
	}{
		{"ar", 0.787, 2, 10},
		{"bg", 0.756, 3, 10},
		{"ca", 0.8, 2, 11},
		{"cs", 0.781, 3, 11},
		{"da", 0.798, 3, 11},
		{"de", 0.774, 3, 15},
		{"el", 0.8, 3, 11},
		{"es", 0.8, 3, 14},
		{"et", 0.722, 3, 13},
		{"fa", 0.8, 2, 10},
		{"fi", 0.755, 3, 14},
		{"fr", 0.8, 2, 11},
		{"he", 0.799, 2, 10},
		{"hi", 0.8, 2, 21},
		{"hr", 0.751, 2, 11},
		{"hu", 0.766, 3, 15},
		{"id", 0.8, 3, 12},
		{"it", 0.8, 3, 21},
		{"ko", 0.791, 1, 10},
		{"nb", 0.783, 3, 12},
		{"nl", 0.8, 3, 17},
		{"pl", 0.726, 3, 12},
		{"pt", 0.8, 3, 13},
		{"ro", 0.779, 1, 14},
		{"ru", 0.713, 3, 11},
		{"sk", 0.752, 2, 11},
		{"sl", 0.781, 2, 12},
		{"sv", 0.8, 3, 12},
		{"tr", 0.773, 3, 21},
		{"uk", 0.694, 3, 11},
		{"ur", 0.8, 2, 31},
		{"vi", 0.8, 2, 11},
	} {
		all[l.code] = map[string]float64{
			"gopher.alpha_words":          l.alpha,
			"gopher.min_mean_word_length": l.min, "gopher.max_mean_word_length": l.most,
		}
	}
	return all
}()
