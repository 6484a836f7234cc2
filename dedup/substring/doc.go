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
//     the same place in them, and one window in N/4 begins another anchor's.
//   - The windows of an anchor are one stretch of text, its context. Anchors are
//     sorted by gram and context. Where contexts are equal, so are all their
//     windows: that is the inside of a repeat.
//   - Where contexts differ under the same gram, which is at the ends of repeats,
//     the windows of one anchor of each context are sorted by themselves.
//
// What is compared are 128-bit XXH3 hashes of windows, and 80 bits of those of
// contexts under 48 bits of the hash of a gram; two contexts that differ are taken
// for equal with a probability of 1e-10 in a corpus of a terabyte.
package substring
