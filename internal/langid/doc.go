// Package langid tells the language of a text.
//
// The letters of a few windows of the text are looked at (see sample), so that a
// document costs the same at any length. The script that most of their words are
// written in decides where only one language of note uses it; Chinese, Japanese
// and Korean are told by their characters. Among the languages that share Latin,
// Cyrillic, Arabic or Devanagari script the trigrams decide, with the models and
// the back-off of lingua-go in its low-accuracy mode, packed into models.gz by
// testdata/scripts/langid_models. Sums are of integers, so that an answer never depends on their order.
package langid
