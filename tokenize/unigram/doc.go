// Package unigram encodes pieces of text by a Unigram language model (Kudo
// 2018), the likeliest way to put a piece together from tokens, and trains one
// from counts of words.
package unigram
