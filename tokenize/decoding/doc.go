// Package decoding turns the tokens of a model back into text: the decoders of
// Hugging Face's tokenizer.json, as tokenizers 0.23 has them.
//
// Tokens come as a vocabulary writes them, those of byte-level models in
// GPT-2's characters. All decoders are values that many goroutines may use at
// once.
package decoding
