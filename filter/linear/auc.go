package linear

import (
	"math"
	"slices"
)

// AUC is the area under the ROC curve: the share of pairs of a positive and a
// negative in which the positive scores higher, equal ones half (the Mann-Whitney
// statistic). NaN without both.
func AUC(positive, negative []float64) float64 {
	negative = slices.Sorted(slices.Values(negative))
	wins := 0.0
	for _, p := range positive {
		below, _ := slices.BinarySearch(negative, p)
		equal, _ := slices.BinarySearch(negative[below:], math.Nextafter(p, math.Inf(1)))
		wins += float64(below) + float64(equal)/2
	}
	return wins / (float64(len(positive)) * float64(len(negative)))
}
