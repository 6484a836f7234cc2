// Package normal rewrites text before it is cut into words: the normalizers of
// Hugging Face's tokenizer.json, each with the tables that tokenizers 0.23 has
// (unicode.txt says which), and SentencePiece's compiled charsmaps.
//
// Text is valid UTF-8 throughout. All normalizers are values that many
// goroutines may use at once.
package normal
