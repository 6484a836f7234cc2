package linear

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
)

// Model is a trained classifier. It may be used by many goroutines at once, each
// with a Scorer of its own.
type Model struct {
	shape
	kind    string
	weights []int16 // by bucket, in steps of unit
	unit    float64
	bias    float64
	// slope and shift make a margin m the logit slope·m + shift (Platt 1999).
	slope, shift float64
}

// Kind is what the model was trained to tell, as Options named it.
func (m *Model) Kind() string { return m.kind }

// Hash is the SHA-256 of the encoded model in hex digits.
func (m *Model) Hash() string {
	sum := sha256.Sum256(m.raw())
	return hex.EncodeToString(sum[:])
}

// Scorer scores texts with buffers of its own.
type Scorer struct {
	m        *Model
	cut      Tokenizer
	tokens   Tokens
	features features
}

// NewScorer is a scorer that reads texts by cut, which must be the tokenizer
// the model was trained with; nil means Words.
func (m *Model) NewScorer(cut Tokenizer) *Scorer {
	if cut == nil {
		cut = Words
	}
	return &Scorer{m: m, cut: cut, features: features{shape: m.shape}}
}

// Score is the probability, 0 to 1, that text is of the class that labels say
// true of. A text without features gets that of the bias alone. The steady state
// allocates nothing; the time is linear in the text.
func (s *Scorer) Score(text string) float64 { return logistic(s.Logit(text)) }

// Logit is the logarithm of the odds of Score, which tells apart what is close
// to 0 or 1.
func (s *Scorer) Logit(text string) float64 {
	s.tokens.Reset()
	s.cut(&s.tokens, text)
	return s.LogitOf(&s.tokens, 0, s.tokens.Len())
}

// ScoreOf is Score of the tokens [from, to) of t, as the model's tokenizer left
// them.
func (s *Scorer) ScoreOf(t *Tokens, from, to int) float64 { return logistic(s.LogitOf(t, from, to)) }

// LogitOf is Logit of the tokens [from, to) of t.
func (s *Scorer) LogitOf(t *Tokens, from, to int) float64 {
	s.features.read(t, from, to)
	return float64(s.m.slope*s.m.margin(s.features.buckets, s.features.n)) + s.m.shift
}

// margin is the bias and the weighted sum of n features, of which those that
// have a bucket weigh something; the sum is one of integers and therefore exact.
func (m *Model) margin(buckets []uint32, n int) float64 {
	sum := int64(0)
	for _, b := range buckets {
		sum += int64(m.weights[b])
	}
	return m.bias + float64(float64(m.unit*float64(sum))*m.value(n))
}

// short is the features up to which every one counts the same: in a sentence,
// another word takes nothing from those that are there.
const short = 32

// value is what each of the n features of a text counts.
func (s shape) value(n int) float64 {
	switch {
	case n == 0:
		return 0
	case s.mean:
		return 1 / float64(n)
	}
	return 1 / math.Sqrt(float64(max(n, short)))
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
