// Package against finds the examples of evaluation sets in texts, by the sequences
// of words that both have.
//
// As in Brown et al. (2020, appendix C) a sequence is 13 words, compared without
// case and punctuation, and shared n-grams are those of whole examples: question,
// choices and answer one after the other. An example of fewer words counts where
// all of it stands in a text, unless it has fewer than 8, which is found by chance;
// that is their least n-gram too. (datatrove takes 12 words, Dolma whole paragraphs
// of 13 or more, NeMo Curator 8 to 13 words by set.)
package against
