// Package dsir weighs texts as DSIR does (Data Selection with Importance
// Resampling, Xie et al. 2023, arXiv 2302.03169): a text is a bag of hashed 1- and
// 2-grams, and its weight says how much likelier the bag is under the model of a
// target than under that of the pool. The numbers are those of the authors'
// package data-selection 1.0.3 (github.com/p-lambda/dsir,
// data_selection/hashed_ngram_dsir.py) with its defaults:
//
//   - The text is put in lower case as Python's str.lower does it, and cut as
//     NLTK's WordPunctTokenizer does: a token is a run of letters, numbers and
//     underscores (\w+), or a run of what is neither that nor white space.
//   - A bucket is the SHA-256 of an n-gram's UTF-8, its tokens joined by one
//     space, as a big-endian number modulo 10,000.
//   - A model is the share of each bucket in all n-grams, and the weight of a
//     bucket log(target + 1e-8) − log(pool + 1e-8), in nats.
//
// In languages that write no spaces a run of letters is a clause, of which no two
// are alike. There (see Spaceless) a letter is a token, which is the one
// difference, and the caller's to ask for.
package dsir
