// Package normal rewrites text before it is cut into words: the normalizers of
// Hugging Face's tokenizer.json and SentencePiece's charsmaps.
//
// What they know of Unicode is frozen in unicode.txt as tokenizers 0.23 has it,
// whose parts are of different ages: normal forms and combining marks of
// Unicode 9.0, BERT's categories of 8.0, lower case and grapheme clusters of
// 17.0. What was added to Unicode later passes unchanged.
//
// Text is valid UTF-8 throughout. All normalizers are values that many
// goroutines may use at once.
package normal
