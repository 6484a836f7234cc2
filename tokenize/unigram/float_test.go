package unigram

import (
	"math"
	"testing"
)

func TestFloats(t *testing.T) {
	for x := negligible + 0.001; x <= 0; x += 0.00137 {
		if got, want := exp(x), math.Exp(x); math.Abs(got-want) > 1e-13*want {
			t.Fatalf("exp(%v) is %v, want %v", x, got, want)
		}
	}
	if exp(0) != 1 || exp(negligible-1) != 0 {
		t.Errorf("exp(0) is %v, of far below %v", exp(0), exp(negligible-1))
	}
	for x := 1e-9; x < 1e18; x *= 1.0137 {
		if got, want := log(x), math.Log(x); math.Abs(got-want) > 1e-14*max(1, math.Abs(want)) {
			t.Fatalf("log(%v) is %v, want %v", x, got, want)
		}
	}
	// DLMF 5.4.12 and 5.4.13, and 5.5.2 from there
	const euler = 0.57721566490153286060
	for x, want := range map[float64]float64{
		0.5: -euler - 2*math.Ln2, 1: -euler, 2: 1 - euler, 7: 1 + 1.0/2 + 1.0/3 + 1.0/4 + 1.0/5 + 1.0/6 - euler,
		100: 4.600161852738087400199, 1e9: 20.72326583644641115616,
	} {
		if got := digamma(x); math.Abs(got-want) > 1e-10 {
			t.Errorf("digamma(%v) is %v, want %v", x, got, want)
		}
	}
}
