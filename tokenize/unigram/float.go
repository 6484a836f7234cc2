package unigram

import "math"

// Training decides by sums of floats, so these are the same on every machine:
// no fused multiply-add, which an explicit conversion forbids the compiler, and
// no function of package math that is not exact.

const (
	ln2         = 0.693147180559945309417232121458
	expSteps    = 64 // of 2^x for x in [0, 1)
	negligible  = -50
	digammaFrom = 7
)

// roots are 2^(i/64).
var roots = func() (r [expSteps]float64) {
	root := 2.0
	for range 6 {
		root = math.Sqrt(root)
	}
	for i := range r {
		r[i] = 1
		for range i {
			r[i] = float64(r[i] * root)
		}
	}
	return r
}()

// exp is e^x for x ≤ 0, to a part in 10^13, and 0 below [negligible].
func exp(x float64) float64 {
	if x < negligible {
		return 0
	}
	k := math.Floor(float64(x * (expSteps / ln2)))
	r := x - float64(k*(ln2/expSteps))
	p := 1 + float64(r/5)
	p = 1 + float64(float64(r/4)*p)
	p = 1 + float64(float64(r/3)*p)
	p = 1 + float64(float64(r/2)*p)
	p = 1 + float64(r*p)
	n := int(k)
	scale := math.Float64frombits(uint64(1023+n>>6) << 52)
	return float64(float64(p*roots[n&(expSteps-1)]) * scale)
}

// log is the natural logarithm of x > 0: of the fraction by the series of the
// inverse hyperbolic tangent.
func log(x float64) float64 {
	f, e := math.Frexp(x)
	if f < math.Sqrt2/2 {
		f, e = 2*f, e-1
	}
	s := (f - 1) / (f + 1)
	z := float64(s * s)
	sum := 0.0
	for n := 23; n >= 1; n -= 2 {
		sum = 1/float64(n) + float64(sum*z)
	}
	return float64(2*float64(s*sum)) + float64(float64(e)*ln2)
}

// digamma is the derivative of the logarithm of the gamma function for x > 0,
// by recurrence to where the asymptotic series holds.
func digamma(x float64) float64 {
	below := 0.0
	for ; x < digammaFrom; x++ {
		below -= 1 / x
	}
	// around x-1/2 the series has even powers only (Blei's and Minka's lightspeed)
	y := 1 / (x - 0.5)
	z := float64(y * y)
	series := 31.0/8064 - float64(z*(127.0/30720))
	series = -7.0/960 + float64(z*series)
	series = 1.0/24 + float64(z*series)
	return below + log(x-0.5) + float64(z*series)
}
