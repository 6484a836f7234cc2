package filter

import (
	"slices"

	"corpus"
	"corpus/filter/pii"
)

// What is done about personal data, the values of Config.PII.
const (
	PIIMask  = "mask"  // placeholders in its place
	PIICount = "count" // counted, left as it is
	PIIOff   = "off"   // not looked for; so is ""
)

var piiModes = []string{PIIMask, PIICount, PIIOff}

// piiGauge counts personal data by kind, and masks it where that is wanted.
type piiGauge struct {
	finder *pii.Finder
	kinds  []string
	mask   bool
	found  []corpus.Edit
}

func newPIIGauge(mask bool) *piiGauge {
	f, err := pii.New()
	if err != nil {
		panic(err) // only a wrong name of a kind is an error
	}
	return &piiGauge{finder: f, kinds: pii.Kinds(), mask: mask}
}

func (g *piiGauge) Measure(dst []float64, text, _ string) []float64 {
	g.found = g.finder.Append(g.found[:0], text)
	at := len(dst)
	dst = append(dst, make([]float64, len(g.kinds))...)
	for _, e := range g.found {
		dst[at+slices.Index(g.kinds, e.Rule)]++
	}
	return dst
}

func (g *piiGauge) AppendEdits(dst []corpus.Edit) []corpus.Edit {
	if !g.mask {
		return dst
	}
	return append(dst, g.found...)
}
