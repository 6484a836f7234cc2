// Package term writes for people: live progress on a terminal or a line a
// minute without one, tables, sizes and counts.
package term
