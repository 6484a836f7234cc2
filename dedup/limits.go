package dedup

import "math"

const (
	// MaxValues is the largest Bands × Rows; the largest published setting is
	// RefinedWeb's 450 × 20.
	MaxValues = 16384
	// MaxShingle is the most words or Han characters in a shingle.
	MaxShingle = 1000
	// MaxDocuments is the most documents a dataset may hold: their numbers are
	// 32 bits wide in memory and in the sorts.
	MaxDocuments = math.MaxUint32
)
