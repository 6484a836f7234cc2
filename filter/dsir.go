package filter

import (
	"math"
	"strings"

	"corpus"
	"corpus/filter/dsir"
)

// The columns of roleDSIR, null without a target: DSIR's importance weight in
// nats, which is a sum over the text, and its mean, in nats an n-gram.
var dsirColumns = []string{"dsir.score", "dsir.weight"}

// dsirPasses count the n-grams of each part, add them up and hold each text
// against target and pool.
func dsirPasses(c Config) []corpus.Pass {
	return []corpus.Pass{
		{Name: "ngrams", Inputs: []string{rolePart, roleLang}, Memory: ngramsMemory + baggerMemory, Run: ngrams},
		{Name: "pool", Inputs: []string{roleCounts}, Tasks: corpus.One, Memory: 2*tableMemory + bagsMemory, Run: pool},
		{
			Name: "score", Config: c.Target, Inputs: []string{rolePart, roleLang, rolePool}, Memory: dsirMemory + dsir.Memory,
			Run: func(e corpus.Env) error { return weigh(e, c.Target) },
		},
	}
}

// bagger counts n-grams by language; each goroutine has its own.
type bagger struct {
	grams *dsir.Grams
	bags  map[string]*dsir.Counts
}

func newBagger() *bagger { return &bagger{dsir.NewGrams(), map[string]*dsir.Counts{}} }

// add counts the n-grams of a text.
func (c *bagger) add(text, lang string) {
	b := c.bags[lang]
	if b == nil {
		b = new(dsir.Counts)
		c.bags[strings.Clone(lang)] = b
	}
	c.grams.Spaceless = dsir.Spaceless(lang)
	c.grams.Count(b, text)
}

// ngrams is the pass that counts the n-grams of a part, of which trusted documents
// are no part.
func ngrams(e corpus.Env) error {
	workers := make([]*bagger, crew(e, ngramsMemory, baggerMemory))
	for i := range workers {
		workers[i] = newBagger()
	}
	err := texts(e, func(t *corpus.Table) error {
		text, lang := t.Column("text").Strings, t.Column("lang").Strings
		rows(workers, t.Rows, func(c *bagger, row int) {
			if !t.Document(row).Trusted {
				c.add(text[row], lang[row])
			}
		})
		for _, s := range text {
			e.Progress(int64(len(s)))
		}
		return nil
	})
	if err != nil {
		return err
	}
	sum := map[string]*dsir.Counts{}
	for _, w := range workers {
		mergeBags(sum, w.bags)
	}
	return writeBags(e, roleCounts, sum)
}

// pool adds up the n-grams of all parts.
func pool(e corpus.Env) error {
	sum := map[string]*dsir.Counts{}
	first, n := e.Parts()
	for p := first; p < first+n; p++ {
		if err := readBags(e, roleCounts, p, sum); err != nil {
			return err
		}
	}
	return writeBags(e, rolePool, sum)
}

// weigh is the pass that holds every text against target and pool. A document of
// a language without a target has no score; so has a trusted one of a language
// that nothing else is in, which needs none.
func weigh(e corpus.Env, target *Target) error {
	first, _ := e.Parts()
	pooled := map[string]*dsir.Counts{}
	if err := readBags(e, rolePool, first, pooled); err != nil {
		return err
	}
	models := map[string]*dsir.Weights{}
	for lang, b := range pooled {
		if t := target.bag(lang); t != nil {
			models[lang] = dsir.NewWeights(t, b)
		}
	}
	return scoreTexts(e, roleDSIR, dsirColumns, crew(e, dsirMemory, dsir.Memory), func() scorer {
		grams := dsir.NewGrams()
		return func(dst []float64, text, lang string) {
			w := models[lang]
			if w == nil {
				dst[0], dst[1] = math.NaN(), math.NaN()
				return
			}
			grams.Spaceless = dsir.Spaceless(lang)
			sum, n := grams.Weight(w, text)
			dst[0], dst[1] = ratio(sum, float64(n)), sum
		}
	})
}

// ratio is a/b, and 0 when there is nothing to divide by.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}
