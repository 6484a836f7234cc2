// Package index keeps what deduplication has seen: sorted runs of keys with
// document numbers, one for each generation or for several that were merged.
//
// A run is a table of blocks, ordered by key, and a table of fences, the first
// key of every batch of blocks, so that a key is found by reading one batch. A
// generation joins its own sorted keys with every run: those that are near each
// other are found by reading on, others by seeking. Runs are merged
// geometrically (Bentley and Saxe, "Decomposable Searching Problems", 1980), so
// that there are few of them however many generations there were.
package index
