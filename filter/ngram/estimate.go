package ngram

import "math"

// discounts is what is taken off a count of 1, 2, and 3 or more.
type discounts [4]float64

// estimate is Chen and Goodman's: from how many n-grams have the counts 1 to 4.
// Where these do not allow it, as in small texts, it is KenLM's fallback.
func estimate(grams []gram) discounts {
	var t [5]float64
	for _, g := range grams {
		if g.count > 0 && g.count < 5 {
			t[g.count]++
		}
	}
	var d discounts
	for k := 1; k <= 3; k++ {
		d[k] = float64(k) - float64(k+1)*t[1]/(t[1]+2*t[2])*t[k+1]/t[k] // NaN or infinite without t[k]
		if !(d[k] > 0 && d[k] <= float64(k)) {
			return discounts{0, 0.5, 1, 1.5}
		}
	}
	return d
}

// of is what is taken off a count.
func (d discounts) of(count uint32) float64 { return d[min(count, 3)] }

// following is what comes after a context: how often, and what is taken off.
type following struct{ sum, off float64 }

// Model estimates the model of what was added. The trainer is spent then.
func (t *Trainer) Model() *Model {
	m := &Model{}
	// Below all is the even distribution over what can be predicted: all words,
	// </s> and the unknown word, but not <s>.
	p := []float64{1 / float64(len(t.grams[1]))}
	for n := 1; n <= Order; n++ {
		after := follow(t.grams[n], len(t.grams[n-1]))
		if n == 1 {
			m.unknown = math.Log(after[0].off / after[0].sum * p[0])
		} else {
			m.tables[n-1] = newTable(t.grams[n-1], p, after)
		}
		p = interpolate(t.grams[n], after, p)
		t.index[n] = index{}
	}
	m.tables[Order] = newTable(t.grams[Order], p, make([]following, len(p)))
	return m
}

// follow sums up for each of n contexts what comes after it.
func follow(grams []gram, n int) []following {
	after, d := make([]following, n), estimate(grams)
	for i := range grams {
		g := &grams[i]
		after[g.context].sum += float64(g.count)
		after[g.context].off += d.of(g.count)
		g.left = float64(g.count) - d.of(g.count)
	}
	return after
}

// interpolate gives the probabilities of n-grams from those one shorter.
func interpolate(grams []gram, after []following, lower []float64) []float64 {
	p := make([]float64, len(grams))
	for i, g := range grams {
		if a := after[g.context]; a.sum > 0 {
			p[i] = (g.left + a.off*lower[g.suffix]) / a.sum
		}
	}
	return p
}
