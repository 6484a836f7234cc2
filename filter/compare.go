package filter

import (
	"corpus"
	"corpus/filter/recipe"
)

// Comparison decides documents by several recipes; each goroutine has its own.
type Comparison struct {
	recipes []recipe.Recipe
	meters  []*recipe.Meter
	values  []float64
}

// NewComparison compares the recipes of these names; errors are of class
// BadConfig.
func NewComparison(names []string) (*Comparison, error) {
	c := new(Comparison)
	for _, name := range names {
		r, err := recipe.Named(name)
		if err != nil {
			return nil, corpus.Errorf(corpus.BadConfig, "%v", err)
		}
		c.recipes, c.meters = append(c.recipes, r), append(c.meters, r.New())
	}
	return c, nil
}

// Failures are the rules that a text fails, by recipe.
func (c *Comparison) Failures(text, lang string) [][]corpus.Failure {
	all := make([][]corpus.Failure, len(c.recipes))
	for i, r := range c.recipes {
		c.values = c.meters[i].Measure(c.values[:0], text, lang)
		all[i] = r.Decide(c.values, lang)
	}
	return all
}
