package tokenize

import "corpus/tokenize/bpe"

// The caps on every size that comes from input.
const (
	// minCounter is the memory, in bytes, at which a counter is spilled when the
	// ceiling leaves no more.
	minCounter = 4 << 20

	// tableFanIn and fileFanIn are how many tables and count files are merged at
	// a time: each open table takes 6 to 14 MB, each file a buffer of 64 kB.
	tableFanIn = 8
	fileFanIn  = 64

	// MaxVocab is the largest vocabulary that is trained or read.
	MaxVocab = bpe.MaxVocab

	// MaxTokenBytes is the longest token that is read from a tokenizer.json.
	MaxTokenBytes = 1 << 16

	// MaxSpecials is the largest number of special tokens that is read.
	MaxSpecials = 1 << 14

	// MaxJSONBytes is the largest tokenizer.json that is read.
	MaxJSONBytes = 256 << 20

	// MaxSpecialBytes is the longest special token that is read.
	MaxSpecialBytes = 256
)
