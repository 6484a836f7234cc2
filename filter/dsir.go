package filter

import "math"

// Importance weights after DSIR (Xie et al. 2023, arXiv 2302.03169): a text is a
// bag of hashed 1- and 2-grams of lower-case tokens, and its score says how much
// likelier the bag is under the target's model than under the pool's. DSIR sums
// the logarithms over the text, which makes length decide: twice the text is
// twice the score. Here it is their mean, in nats an n-gram.
const (
	buckets = 10_000 // as in DSIR's hashed_ngram_dsir.py
	// smoothing is the share of the uniform distribution in each model, so that
	// no bucket is impossible and one rare n-gram cannot decide.
	smoothing = 0.05
)

// bag is counts of hashed n-grams.
type bag [buckets]uint64

// each calls f with the bucket of every 1- and 2-gram of t.
func (t *tokens) each(f func(bucket int)) {
	before := uint64(0)
	for i, h := range t.folded {
		f(int(h % buckets))
		if i > 0 {
			f(int(mix(before*foldPrime+h) % buckets))
		}
		before = h
	}
}

// add counts the n-grams of t.
func (b *bag) add(t *tokens) { t.each(func(i int) { b[i]++ }) }

// merge adds the counts of other.
func (b *bag) merge(other *bag) {
	for i, n := range other {
		b[i] += n
	}
}

// logs are the logarithms of the smoothed probabilities.
func (b *bag) logs() (logs [buckets]float64) {
	sum := uint64(0)
	for _, n := range b {
		sum += n
	}
	for i, n := range b {
		logs[i] = math.Log((1-smoothing)*ratio(float64(n), float64(sum)) + smoothing/buckets)
	}
	return logs
}

// weights is the log-likelihood ratio of each bucket.
type weights [buckets]float64

// newWeights compares a target with a pool.
func newWeights(target, pool *bag) *weights {
	w, p := weights(target.logs()), pool.logs()
	for i := range w {
		w[i] -= p[i]
	}
	return &w
}

// score is the mean weight of the n-grams of t, 0 for an empty text.
func (w *weights) score(t *tokens) float64 {
	sum, n := 0.0, 0
	t.each(func(i int) { sum += w[i]; n++ })
	return ratio(sum, float64(n))
}

// ratio is a/b, and 0 when there is nothing to divide by.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}
