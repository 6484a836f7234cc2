//go:build torch

package torch

import "math"

func sqrt(n int) float64 { return math.Sqrt(float64(n)) }

// relativeBuckets gives the bucket of every relative position key - query from
// -(keys-1) to keys-1, in this order: T5 (arXiv 1910.10683 §2.1) and
// _relative_position_bucket of transformers' modeling_t5.py, whose logarithm is
// in float32, which decides at the edges of buckets.
func relativeBuckets(keys, buckets, distance int, bidirectional bool) []int64 {
	out := make([]int64, 2*keys-1)
	for i := range out {
		out[i] = int64(relativeBucket(i-(keys-1), buckets, distance, bidirectional))
	}
	return out
}

func relativeBucket(position, buckets, distance int, bidirectional bool) int {
	base := 0
	if bidirectional {
		buckets /= 2
		if position > 0 {
			base = buckets
		}
		position = max(position, -position)
	} else {
		position = max(-position, 0)
	}
	exact := buckets / 2
	if position < exact {
		return base + position
	}
	log := float32(math.Log(float64(float32(position) / float32(exact))))
	log /= float32(math.Log(float64(distance) / float64(exact)))
	return base + min(exact+int(log*float32(buckets-exact)), buckets-1)
}
