// Package learn merges the symbols of counted words, the most frequent pair
// first: what byte-pair encoding and WordPiece have in common when they learn.
package learn
