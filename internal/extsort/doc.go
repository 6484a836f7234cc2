// Package extsort sorts fixed-width byte records that may not fit in memory:
// sorted runs are spilled to scratch files and merged.
package extsort
