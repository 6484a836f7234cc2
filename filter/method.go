package filter

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"corpus"
)

// Methods of selection, the values of Config.Select.
const (
	SelectDSIR       = "dsir"        // likeness to the target, see Target
	SelectDSIRSample = "dsir-sample" // drawn by importance weight, as DSIR resamples
	SelectQuality    = "quality"     // a trained classifier, see LoadQuality
	SelectPerplexity = "perplexity"  // an n-gram model of the target, see LoadPerplexity
	SelectRandom     = "random"      // drawn evenly
)

// Methods are all methods, the default first.
func Methods() []string {
	return []string{SelectDSIR, SelectDSIRSample, SelectQuality, SelectPerplexity, SelectRandom}
}

// method is how documents are ranked.
type method struct {
	family family // the sidecar with its scores; none: role ""
	column int    // the column that ranks; -1: none
	noise  bool   // the rank is drawn too
	passes []corpus.Pass
}

// method is what c.Select names.
func (c Config) method() method {
	switch c.Select {
	case SelectDSIRSample:
		return method{family: family{roleDSIR, dsirColumns}, column: 1, noise: true, passes: dsirPasses(c)}
	case SelectQuality:
		return method{family: family{roleQuality, qualityColumns}, passes: []corpus.Pass{qualityPass(c.Quality)}}
	case SelectPerplexity:
		return method{family: family{rolePerplexity, perplexityColumns}, passes: []corpus.Pass{perplexityPass(c.Perplexity)}}
	case SelectRandom:
		return method{column: -1, noise: true}
	}
	return method{family: family{roleDSIR, dsirColumns}, passes: dsirPasses(c)}
}

// sidecars are all families: that of the method's scores, if it has any, and what
// is measured; what edits leave with dedup's, if it has any.
func (c Config) sidecars() []family {
	all := c.families()
	if c.DedupEdits {
		all = slices.DeleteFunc(all, func(f family) bool { return slices.Equal(f.columns, leftColumns) })
		all = append(all, family{roleLeft, leftColumns})
	}
	if f := c.method().family; f.role != "" {
		all = append([]family{f}, all...)
	}
	return all
}

// read are those of sidecars that the method or a rule looks at.
func (c Config) read(set ruleSet) []family {
	method := c.method().family.role
	return slices.DeleteFunc(c.sidecars(), func(f family) bool {
		return f.role != method && !slices.ContainsFunc(set.rules, func(r Rule) bool { return slices.Contains(f.columns, r.Attribute) })
	})
}

// checkMethod says what is missing for the method.
func (c Config) checkMethod() error {
	switch {
	case c.Select != "" && !slices.Contains(Methods(), c.Select):
		return fmt.Errorf("filter.select is %q, want %s", c.Select, strings.Join(Methods(), ", "))
	case c.Select == SelectQuality && c.Quality == nil:
		return fmt.Errorf("filter.select is quality, which needs a model: train one with `corpus filter train-quality` and name it in filter.quality_model")
	case c.Select == SelectPerplexity && c.Perplexity == nil:
		return fmt.Errorf("filter.select is perplexity, which needs text to learn from: name files in filter.target")
	}
	return nil
}

// key is what documents are ranked by, high first: the score, drawn or not. What
// was not scored counts as 0.
func (m method) key(score float64, seed uint64, id corpus.ID) float64 {
	if math.IsNaN(score) {
		score = 0
	}
	switch {
	case m.noise && m.column < 0:
		return uniform(seed, id)
	case m.noise:
		return score + gumbel(seed, id)
	}
	return score
}

// scorer gives the scores of a text; each goroutine has its own. NaN: none.
type scorer func(dst []float64, text, lang string)

// scoreTexts writes the sidecar of a method. Documents without a score are
// counted as no_target by language, but for trusted ones, which need none.
func scoreTexts(e corpus.Env, role string, columns []string, workers int, scorerOf func() scorer) error {
	w, err := e.Create(role, floats(columns, 0).Schema)
	if err != nil {
		return err
	}
	scorers := make([]scorer, workers)
	for i := range scorers {
		scorers[i] = scorerOf()
	}
	return texts(e, func(t *corpus.Table) error {
		out := scoreTable(t, columns, scorers)
		for row, s := range t.Column("text").Strings {
			e.Progress(int64(len(s)))
			if math.IsNaN(out.Columns[0].Floats[row]) && !t.Document(row).Trusted {
				e.Count("no_target."+codeOf(t.Column("lang").Strings[row]), 1)
			}
		}
		return w.Write(out)
	})
}

// scoreTable scores a batch.
func scoreTable(t *corpus.Table, columns []string, scorers []scorer) *corpus.Table {
	out := floats(columns, t.Rows)
	text, lang := t.Column("text").Strings, t.Column("lang").Strings
	values := make([]float64, t.Rows*len(columns))
	rows(scorers, t.Rows, func(s scorer, row int) {
		v := values[row*len(columns) : (row+1)*len(columns)]
		s(v, text[row], lang[row])
		for i := range v {
			out.Columns[i].Floats[row] = v[i]
		}
	})
	return out
}

// codeOf is the language code in names of counts: und when there is none.
func codeOf(lang string) string {
	if lang == "" {
		return "und"
	}
	return lang
}
