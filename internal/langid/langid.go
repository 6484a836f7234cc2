package langid

import (
	"math"
	"slices"
)

// Detector tells languages apart. It may be used by many goroutines at once.
type Detector struct {
	models *models
}

// New is a detector of 81 languages: lingua's 75 and six that a script of their
// own tells. All detectors share one set of models, about 25 MB of heap.
func New() *Detector { return &Detector{embedded()} }

// Detect gives the ISO 639-1 code of the language of text in lower case, and how
// sure that is, from 0 to 1, in steps of a thousandth. It is "" and 0 when there
// are no letters, or too few to tell. The score is the share of the words that
// are written in the script of the language, times the probability of the
// language among those of the script.
func (d *Detector) Detect(text string) (lang string, score float64) {
	s := sample(text)
	c := takeCensus(s)
	in, share := c.main()
	switch {
	case in < 0:
		return "", 0
	case in == han && float64(c.kana) >= kanaShare*float64(c.words[han]):
		return "ja", round(share)
	case scripts[in].lang != "":
		return scripts[in].lang, round(share)
	}
	lang, p := d.models.best(in, trigrams(s, in))
	if score = round(share * p); score == 0 {
		return "", 0
	}
	return lang, score
}

// Languages are the codes that Detect may give, in order.
func Languages() []string {
	all := slices.Clone(embedded().langs)
	for _, s := range scripts {
		if s.lang != "" {
			all = append(all, s.lang)
		}
	}
	all = append(all, "ja")
	slices.Sort(all)
	return slices.Compact(all)
}

// round cuts a score to three decimals.
func round(score float64) float64 { return math.Round(score*1000) / 1000 }
