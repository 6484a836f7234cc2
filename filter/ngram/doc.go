// Package ngram is a language model of words: interpolated, modified Kneser-Ney
// (Chen and Goodman 1998, An Empirical Study of Smoothing Techniques for Language
// Modeling, §4.1.6), estimated as KenLM's lmplz does it (Heafield et al. 2013),
// with its treatment of <s>, </s> and <unk> and, where too few n-grams are there to
// estimate discounts, its fallback of 0.5, 1 and 1.5.
//
// A text is one sentence of the tokens of package words, in lower case and with
// every digit as 0; line breaks mean nothing. N-grams are told apart by 64-bit
// hashes, so a model is keys and numbers, with no word in it.
package ngram
