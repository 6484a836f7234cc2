package dsir

import "math"

// Buckets is the number of buckets, as in DSIR.
const Buckets = 10_000

// floor is what DSIR adds to each probability, so that no logarithm is infinite.
const floor = 1e-8

// Counts is how many n-grams of some text fall in each bucket.
type Counts [Buckets]uint64

// Merge adds the counts of other.
func (c *Counts) Merge(other *Counts) {
	for i, n := range other {
		c[i] += n
	}
}

// logs are the logarithms of the probabilities of c, all log(floor) of nothing.
func (c *Counts) logs() (logs [Buckets]float64) {
	sum := uint64(0)
	for _, n := range c {
		sum += n
	}
	for i, n := range c {
		logs[i] = math.Log(float64(n)/float64(max(sum, 1)) + floor)
	}
	return logs
}

// Weights is the log-likelihood ratio of each bucket, in nats.
type Weights [Buckets]float64

// NewWeights compares a target with a pool.
func NewWeights(target, pool *Counts) *Weights {
	w, p := Weights(target.logs()), pool.logs()
	for i := range w {
		w[i] -= p[i]
	}
	return &w
}
