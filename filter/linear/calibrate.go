package linear

import "math"

// calibrate fits slope and shift to examples by Newton's method on their log
// loss, with Platt's targets, which keep a perfect separation finite.
func (m *Model) calibrate(examples []example) {
	var sum [2]float64
	for _, e := range examples {
		sum[class(e.label)] += e.weight
	}
	if sum[0] == 0 || sum[1] == 0 {
		return
	}
	target := [2]float64{1 / (sum[0] + 2), (sum[1] + 1) / (sum[1] + 2)}
	margins := make([]float64, len(examples))
	for i, e := range examples {
		margins[i] = m.margin(m.weigh(e.buckets), e.n)
	}
	a, b := 1.0, 0.0
	for range 100 {
		var ga, gb, haa, hab, hbb float64
		for i, e := range examples {
			x := margins[i]
			p := logistic(float64(a*x) + b)
			d, h := (p-target[class(e.label)])*e.weight, p*(1-p)*e.weight
			ga, gb = ga+float64(d*x), gb+d
			haa, hab, hbb = haa+float64(float64(h*x)*x), hab+float64(h*x), hbb+h
		}
		haa, hbb = haa+1e-9, hbb+1e-9
		det := float64(haa*hbb) - float64(hab*hab)
		da, db := (float64(hbb*ga)-float64(hab*gb))/det, (float64(haa*gb)-float64(hab*ga))/det
		a, b = a-bound(da), b-bound(db)
		if math.Abs(da)+math.Abs(db) < 1e-10 {
			break
		}
	}
	if a > 0 && !math.IsInf(a, 0) && !math.IsNaN(b) && !math.IsInf(b, 0) {
		m.slope, m.shift = a, b
	}
}

// bound keeps a step of Newton's method from leaping out of where it holds.
func bound(step float64) float64 { return max(-1, min(1, step)) }
