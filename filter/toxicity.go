package filter

import (
	"embed"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// toxicityColumns are the attributes of the word lists.
var toxicityColumns = []string{
	"toxicity.share", // weight of the listed words a word; null without a list
}

// toxicityLimit lets one listed word of full weight pass in 50 words, the least
// that a document has, and the mild words of a medical text or of a news report
// (weight 0.25) up to one word in twelve.
const toxicityLimit = 0.02

// lexiconFiles are lines "weight TAB phrase" by language, made by
// testdata/scripts/filter_lexicon.py from the lists of LDNOOBW (CC-BY-4.0).
//
//go:embed lexicon/*.txt
var lexiconFiles embed.FS

// lexicons are the word lists by language.
var lexicons = sync.OnceValue(func() map[string]*matcher {
	all := map[string]*matcher{}
	files, _ := lexiconFiles.ReadDir("lexicon")
	for _, f := range files {
		text, _ := lexiconFiles.ReadFile(path.Join("lexicon", f.Name()))
		all[strings.TrimSuffix(f.Name(), ".txt")] = parseLexicon(string(text))
	}
	return all
})

// spaceless languages write no spaces between words, of which the mean one of
// modern Chinese has charsPerWord characters.
var spaceless = []string{"zh", "ja", "th", "lo", "km", "my"}

const charsPerWord = 1.6

// parseLexicon reads lines "weight TAB phrase"; lines of another form and
// phrases of more than maxPhrase tokens are left out.
func parseLexicon(text string) *matcher {
	m := new(matcher)
	for line := range strings.Lines(text) {
		number, entry, ok := strings.Cut(strings.TrimSpace(line), "\t")
		weight, err := strconv.ParseFloat(number, 64)
		hashes := phraseOf(entry)
		if !ok || err != nil || !(weight > 0 && weight <= 1) || len(hashes) == 0 || len(hashes) > maxPhrase {
			continue
		}
		m.add(phrase{hashes: hashes, weight: weight})
	}
	return m
}

// toxicity is the weight of the listed words in t, a word of t; NaN when the
// language has no list. A page is held against the list of its own language
// only: what is a slur in one is the word for "end" in another.
func toxicity(t *tokens, lang string) float64 {
	list := lexicons()[lang]
	if list == nil {
		return math.NaN()
	}
	n, sum := float64(t.words), 0.0
	if slices.Contains(spaceless, lang) {
		n /= charsPerWord
	}
	list.each(t.folded, func(p phrase) { sum += p.weight })
	return min(1, ratio(sum, n))
}

// lexiconGauge measures toxicityColumns.
type lexiconGauge struct{ tokens tokens }

func (g *lexiconGauge) Measure(dst []float64, text, lang string) []float64 {
	g.tokens.reset(text)
	return append(dst, toxicity(&g.tokens, lang))
}
