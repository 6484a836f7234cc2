package filter

import (
	"cmp"
	"math"

	"corpus"
	"corpus/filter/linear"
	"corpus/filter/toxic"
)

// What is done about toxic text, the values of Config.Toxicity.
const (
	ToxicDrop = "drop" // documents go that are toxic as a whole; so is ""
	ToxicCut  = "cut"  // toxic paragraphs go, the rest of the document stays
	ToxicMask = "mask" // placeholders in the place of toxic paragraphs and of listed words
)

var toxicModes = []string{ToxicDrop, ToxicCut, ToxicMask}

// toxicRules are asked of whole documents where these are dropped.
func (c Config) toxicRules() []Rule {
	if cmp.Or(c.Toxicity, ToxicDrop) != ToxicDrop {
		return nil
	}
	return []Rule{
		{Name: "toxicity.share", Attribute: "toxicity.share", Limit: toxic.ShareLimit},
		{Name: "toxicity.score", Attribute: "toxicity.score", Limit: toxic.Limit},
	}
}

// toxicGauge measures toxicity, and edits where that is wanted.
type toxicGauge struct {
	meter      *toxic.Meter
	mode       string
	limit      float64 // of a paragraph's score
	text, lang string
}

// toxicMemory is the tokens of a document in the forms that toxic.Meter holds.
const toxicMemory = 64 << 20

// paragraphLimit is the score above which a paragraph goes. It is higher than that
// of a document, since little text says little: of harmless documentation one
// piece of 1 kB in 900 has such a paragraph (docs/toxicity.md).
const paragraphLimit = 0.9

// listedWeight is the least weight of the words that are masked: not the mild ones
// of a medical text.
const listedWeight = 0.5

func newToxicGauge(mode string, model *linear.Model) *toxicGauge {
	return &toxicGauge{meter: toxic.NewMeter(model), mode: mode, limit: paragraphLimit}
}

func (g *toxicGauge) Measure(dst []float64, text, lang string) []float64 {
	g.text, g.lang = text, lang
	return g.meter.Measure(dst, text, lang)
}

func (g *toxicGauge) AppendEdits(dst []corpus.Edit) []corpus.Edit {
	if g.mode != ToxicCut && g.mode != ToxicMask {
		return dst
	}
	masked := g.mode == ToxicMask
	dst = g.meter.Paragraphs(dst, g.text, g.lang, g.limit, masked)
	if masked {
		dst = g.meter.Words(dst, g.text, g.lang, listedWeight, true)
	}
	return dst
}

// leftColumns tell what edits leave of a document.
var leftColumns = []string{"edits.left"} // share of its bytes

// ruleEmpty drops documents of which nothing is left.
var ruleEmpty = Rule{Name: "edits.left", Attribute: "edits.left", Below: true, Inclusive: true}

// left is the share of a text of size bytes that edits leave, what they put in
// counted; 1 of an empty text.
func left(size int, edits []corpus.Edit) float64 {
	n := size
	for _, e := range edits {
		n += len(e.With) - (e.End - e.Start)
	}
	if size == 0 {
		return 1
	}
	return math.Max(0, float64(n)/float64(size))
}
