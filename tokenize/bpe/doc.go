// Package bpe encodes pieces of text by byte-pair encoding (Gage 1994; Sennrich
// et al. 2016): neighbours are merged, those of the lowest rank first, until
// none can be. Models are over characters or over bytes (Radford et al. 2019),
// written in GPT-2's characters for them. Ids are those of Hugging Face
// tokenizers 0.23, or of tiktoken. Train learns the merges from counts of words.
package bpe
