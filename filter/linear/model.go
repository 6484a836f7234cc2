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
	m      *Model
	cut    Tokenizer
	tokens Tokens
	alone  features // of one token
	sums   []sum    // of the tokens seen last, by hash
}

// sum is what the n-grams within one token weigh, and how many they are.
type sum struct {
	token   [cachedToken]byte
	length  int32
	n       int32
	weights int64
}

// cachedTokens is the tokens of which a scorer knows the sum, a power of two:
// most of a text is a few thousand words. Those longer than cachedToken bytes
// are summed again each time.
const (
	cachedTokens = 1 << 12
	cachedToken  = 24
)

// NewScorer is a scorer that reads texts by cut, which must be the tokenizer
// the model was trained with; nil means Words.
func (m *Model) NewScorer(cut Tokenizer) *Scorer {
	if cut == nil {
		cut = Words
	}
	return &Scorer{m: m, cut: cut, alone: features{shape: m.shape}, sums: make([]sum, cachedTokens)}
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
	weights, n := s.sum(t, from, to)
	return float64(s.m.slope*s.m.margin(weights, n)) + s.m.shift
}

// sum is what the n-grams of the tokens [from, to) weigh and how many they are.
func (s *Scorer) sum(t *Tokens, from, to int) (weights int64, n int) {
	for i := from; i < to; i++ {
		if t.tokens[i].blank {
			n += min(s.m.words, i-from+1)
			continue
		}
		one := s.within(t, i)
		weights, n = weights+one.weights, n+int(one.n)
		if s.m.words > 1 {
			s.alone.buckets, s.alone.n = s.alone.buckets[:0], 0
			s.alone.grams(t, from, i, 2)
			weights, n = weights+s.m.weigh(s.alone.buckets), n+s.alone.n
		}
	}
	return weights, n
}

// within is the sum of token i, which is not blank, without its neighbours.
func (s *Scorer) within(t *Tokens, i int) *sum {
	token := t.bytes[t.edge(i):t.tokens[i].end]
	cached := &s.sums[mix(t.tokens[i].hash)%cachedTokens]
	if len(token) <= cachedToken && int(cached.length) == len(token) && string(cached.token[:len(token)]) == string(token) {
		return cached
	}
	s.alone.buckets, s.alone.n = s.alone.buckets[:0], 0
	s.alone.read(t, i, i+1)
	cached.length = int32(copy(cached.token[:], token))
	if len(token) > cachedToken {
		cached.length = 0 // what is no token is never found
	}
	cached.n, cached.weights = int32(s.alone.n), s.m.weigh(s.alone.buckets)
	return cached
}

// weigh is the sum of the weights of buckets: one of integers, and so exact.
func (m *Model) weigh(buckets []uint32) (sum int64) {
	for _, b := range buckets {
		sum += int64(m.weights[b])
	}
	return sum
}

// margin is the bias and what n features count that weigh so much together.
func (m *Model) margin(weights int64, n int) float64 {
	return m.bias + float64(float64(m.unit*float64(weights))*m.value(n))
}

// short is the features up to which every one counts the same: in a sentence,
// another word takes nothing from those that are there.
const short = 32.0

// value is what each of the n features of a text counts.
func (s shape) value(n int) float64 {
	switch {
	case n == 0:
		return 0
	case s.mean:
		return 1 / float64(n)
	}
	return math.Sqrt(short / max(float64(n), short))
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
