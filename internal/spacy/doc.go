// Package spacy cuts text into tokens and sentences as the blank pipelines of
// spaCy 3.8.18 with their sentencizer do, as datatrove 0.10.1 counts them.
//
// The rules are data, made by testdata/scripts/spacy_rules.py: special cases and
// the expressions of prefixes, suffixes and infixes. What departs from spaCy:
//
//   - Exceptions by expression (token_match: French, Hungarian, Turkish) are
//     asked of strings of at most matchBytes, lest a text take quadratic time.
//   - An alternative of Hungarian that only one string of hundreds of symbols
//     matches is left out.
//   - spaCy fails on the token IS_ALPHA, and datatrove then cuts that string out
//     of the whole text; here the token is left out and nothing else.
package spacy
