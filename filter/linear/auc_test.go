package linear

import (
	"math"
	"testing"
)

// TestAUC holds the statistic against pairs counted one by one.
func TestAUC(t *testing.T) {
	pos, neg := []float64{0.9, 0.5, 0.5, 0.1}, []float64{0.5, 0.2, 0.1}
	wins := 0.0
	for _, p := range pos {
		for _, n := range neg {
			if p > n {
				wins++
			} else if p == n {
				wins += 0.5
			}
		}
	}
	if got := AUC(pos, neg); math.Abs(got-wins/12) > 1e-12 {
		t.Errorf("AUC %v, want %v", got, wins/12)
	}
	if !math.IsNaN(AUC(nil, neg)) || AUC([]float64{1}, []float64{0}) != 1 {
		t.Error("AUC of nothing, or of a perfect order, is wrong")
	}
}
