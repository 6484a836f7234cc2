// Package diff tells in which runs of elements two sequences differ, by the
// algorithm of Myers ("An O(ND) Difference Algorithm and Its Variations", 1986).
package diff
