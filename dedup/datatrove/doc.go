// Package datatrove takes shingles, and permutes them, as datatrove 0.10.1's
// MinhashDedupSignature does with its default settings (those of FineWeb), so that
// signatures have the very values of its own:
//
//   - text: simplify_text of datatrove/utils/text.py, that is lower case, numbers as
//     0, punctuation as blanks, no accents;
//   - words: the tokens of spaCy's blank English pipeline, whatever the language;
//   - shingles: n words in a row with blanks between them, hashed by XXH64; none of
//     a text of fewer words;
//   - values: (a·x + b mod 2^64) mod 2^61-1, with a and b from NumPy's
//     RandomState(1).
//
// A run of more than maxChunk bytes without white space is cut, which datatrove does not do.
package datatrove
