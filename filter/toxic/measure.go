package toxic

import (
	"math"

	"corpus/filter/linear"
	"corpus/internal/words"
)

// Attributes are the names of what Measure appends:
//
//	toxicity.share  weight of the listed words a word, 0 to 1; of languages with a list
//	toxicity.score  probability of the classifier that the text is toxic, of a long
//	                one over its windows of 256 words; of English
//	toxicity.worst  the same of the worst paragraph
func Attributes() []string { return []string{"toxicity.share", "toxicity.score", "toxicity.worst"} }

const (
	// ShareLimit lets one listed word of full weight pass in 50 words, the least
	// that a document has, and the mild words of a medical text or of a news report
	// (weight 0.25) up to one word in twelve.
	ShareLimit = 0.02
	// Limit is the score above which English text is toxic: fewer than one in 25 of
	// the harmless comments of the Surge set are above it (docs/toxicity.md).
	Limit = 0.65
)

// charsPerWord is the mean length of a word of modern Chinese, for languages
// that write no spaces.
const charsPerWord = 1.6

// Meter measures texts with buffers of its own; each goroutine makes one.
type Meter struct {
	scorer *linear.Scorer
	tokens linear.Tokens
}

// NewMeter is a meter with the classifier m, nil for the embedded one.
func NewMeter(m *linear.Model) *Meter {
	if m == nil {
		m = embedded()
	}
	return &Meter{scorer: m.NewScorer(cutEnglish)}
}

// Measure appends the attributes of text in language lang (ISO 639 code); NaN is
// not measured. A text is held against the list of its own language only: what
// is a slur in one is the word for "end" in another. The first 2^18 tokens are
// looked at.
func (m *Meter) Measure(dst []float64, text, lang string) []float64 {
	list := lexicons()[lang]
	if list == nil {
		return append(dst, math.NaN(), math.NaN(), math.NaN())
	}
	m.tokens.Reset()
	list.spellings.cut(&m.tokens, text)
	dst = append(dst, m.share(list, lang))
	if lang != "en" {
		return append(dst, math.NaN(), math.NaN())
	}
	blank(&m.tokens, text)
	return append(dst, m.score(), m.worst(text))
}

// window is the tokens that are scored at once, which is as much as the model was
// trained on: over more, what is of no account adds up.
const window = 256

// score is the score of the tokens: of a long text that of the mean logit of its
// windows, which are of one size.
func (m *Meter) score() float64 {
	n := m.tokens.Len()
	windows, sum := max(1, (n+window-1)/window), 0.0
	for i := range windows {
		sum += m.scorer.LogitOf(&m.tokens, i*n/windows, (i+1)*n/windows)
	}
	return 1 / (1 + math.Exp(-sum/float64(windows)))
}

// share is the weight of the listed words, a word.
func (m *Meter) share(list *lexicon, lang string) float64 {
	n, sum := 0.0, 0.0
	for _, s := range m.tokens.Spans {
		if !s.Symbol {
			n++
		}
	}
	if spaceless(lang) {
		n /= charsPerWord
	}
	list.each(&m.tokens, func(_ int, p phrase) { sum += p.weight })
	if n == 0 {
		return min(1, sum)
	}
	return min(1, sum/n)
}

func spaceless(lang string) bool { return lang == "zh" || lang == "ja" || lang == "th" }

// worst is the highest score of a paragraph, that of an empty text if there is
// none.
func (m *Meter) worst(text string) float64 {
	worst := math.Inf(-1)
	ending, at := paragraphEnd(text), 0
	for p := (paragraph{}); p.next < len(text) && at < m.tokens.Len(); {
		p = paragraphAt(text, p.next, ending)
		from, to := p.tokens(m.tokens.Spans, at)
		if at = to; from < to {
			worst = max(worst, m.scorer.LogitOf(&m.tokens, from, to))
		}
	}
	if math.IsInf(worst, -1) {
		worst = m.scorer.LogitOf(&m.tokens, 0, 0)
	}
	return 1 / (1 + math.Exp(-worst))
}

// tokens is the tokens [from, to) of p, of which none is before at.
func (p paragraph) tokens(spans []words.Span, at int) (from, to int) {
	for at < len(spans) && int(spans[at].End) <= p.start {
		at++
	}
	to = at
	for to < len(spans) && int(spans[to].Start) < p.end {
		to++
	}
	return at, to
}
