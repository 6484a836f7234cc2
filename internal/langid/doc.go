// Package langid tells the language of a text, and of its paragraphs.
//
// It answers as lingua-go 1.4.0 does in its low-accuracy mode (from 120 letters on
// its other mode is the same), some 300 times as fast: the script of most words
// decides which languages there are to choose from, letters of their own or rare
// ones narrow them down (see rules.go), and the distinct trigrams decide, with
// lingua's own models and back-off, packed into models.gz by
// testdata/scripts/langid_models. docs/languages.md has the figures by language.
// What differs: a Chinese text with a few Kana stays Chinese, and six languages more
// are told by their script.
//
// A document up to 1,280 bytes is read whole. Of a longer one four windows are read
// first, and where these leave a doubt (a near tie, mixed scripts, rules that might
// say otherwise) the text as a whole, up to 64 KiB of it. Sums are of integers, so
// that an answer never depends on their order.
package langid
