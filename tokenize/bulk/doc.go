// Package bulk encodes the texts of JSON lines into files of token ids, which
// NumPy and trainers map as they are: ids end to end, little-endian, of two bytes
// or four, and beside them the number of ids of each document.
package bulk
