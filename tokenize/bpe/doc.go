// Package bpe trains byte-level byte-pair encoding from counts of words, and
// splits words with it.
package bpe
