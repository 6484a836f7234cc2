// Package substring finds the stretches of at least N bytes that occur more than
// once in a corpus, exactly as a suffix array of it would, by sorting what little
// of the corpus is needed for that.
//
// A stretch of N bytes within one document is a window. A suffix array tells
// which windows occur more than once; so does this, in steps of which each is a
// sort outside memory:
//
//   - Of the grams of N/2 bytes in a window the one of the least hash is its
//     anchor (winnowing: Schleimer, Wilkerson, Aiken, SIGMOD 2003; minimizers:
//     Roberts et al., Bioinformatics 2004). Equal windows have equal anchors at
//     the same place in them; one anchor serves N/4 windows in the mean.
//   - The windows of an anchor are one stretch of text, its context. Anchors are
//     sorted by gram and context. Where contexts are equal, so are all their
//     windows: that is the inside of a repeat. A gram of which there is one
//     context has no other repeats.
//   - Of contexts that differ under the same gram, which is what the ends of
//     repeats look like, one of each is looked at again: by grams of 7/8 N bytes,
//     and what is left then by grams of N, each a window by itself.
//
// What is compared are 80 bits of the XXH3 hash of contexts under 48 bits of the
// hash of a gram; contexts that differ are taken for equal with a probability of
// 1e-10 in a corpus of a terabyte.
package substring

// Grams are the bytes of grams, step by step.
func Grams(window int) []int { return []int{window / 2, window - window/8, window} }
