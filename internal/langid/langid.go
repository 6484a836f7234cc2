package langid

import (
	"math"
	"slices"
	"strings"
	"sync"
)

// Detector tells languages apart. It may be used by many goroutines at once.
type Detector struct {
	models   *models
	readings sync.Pool
}

// New is a detector of 81 languages: lingua's 75 and six that a script of their
// own tells. All detectors share one set of models.
func New() *Detector {
	d := &Detector{models: embedded()}
	d.readings.New = func() any { return newReading(d.models) }
	return d
}

// Detect gives the ISO 639-1 code of the language of text in lower case, and how
// sure that is, from 0 to 1, in steps of a thousandth. It is "" and 0 when there
// are no letters, or too few to tell. The score is the share of the words that
// are written in the script of the language, times the probability of the
// language among those of the script.
func (d *Detector) Detect(text string) (lang string, score float64) {
	lang, score, _ = d.detect(text)
	return lang, score
}

// Decide is Detect, and gives also what it has read before it answered: the text
// as it is, or its windows, one a line. Another detector that is compared with
// this one should read the same.
func (d *Detector) Decide(text string) (lang string, score float64, read string) {
	lang, score, how := d.detect(text)
	if how.whole(text) {
		return lang, score, text
	}
	var b strings.Builder
	how.take(text, func(window string, n int) {
		b.WriteString(d.models.prefix(window, n))
		b.WriteByte('\n')
	})
	return lang, score, b.String()
}

// detect says also which look the answer comes from.
func (d *Detector) detect(text string) (lang string, score float64, how look) {
	r := d.readings.Get().(*reading)
	defer d.readings.Put(r)
	how = glance
	v := r.look(how, text)
	if v.unsure && !how.whole(text) {
		how = study
		v = r.look(how, text)
	}
	if score = round(v.score); v.lang < 0 || score == 0 {
		return "", 0, how
	}
	return d.models.langs[v.lang], score, how
}

func (r *reading) look(how look, text string) verdict {
	r.reset()
	how.take(text, r.read)
	return r.judge()
}

// Languages are the codes that Detect may give, in order.
func Languages() []string {
	return slices.Sorted(slices.Values(embedded().langs))
}

// round cuts a score to three decimals.
func round(score float64) float64 { return math.Round(score*1000) / 1000 }
