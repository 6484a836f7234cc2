package tokenize

import "corpus/tokenize/bpe"

// The caps on every size that comes from input.
const (
	// minCounter is the memory, in bytes, at which a counter is spilled when the
	// ceiling leaves no more.
	minCounter = 4 << 20

	// minWordBytes and maxWordBytes bound the distinct words that training holds, in
	// bytes of text: the least whatever the ceiling, and the most.
	minWordBytes = 16 << 20
	maxWordBytes = 256 << 20

	// tableFanIn and fileFanIn are how many tables and count files are merged at
	// a time: each open table takes 6 to 14 MB, each file a buffer of 64 kB.
	tableFanIn = 8
	fileFanIn  = 64

	// MaxVocab is the largest vocabulary that is trained or read.
	MaxVocab = bpe.MaxVocab

	// MaxAdded is the largest number of added tokens that is read.
	MaxAdded = 1 << 17

	// MaxJSONBytes is the largest tokenizer.json that is read.
	MaxJSONBytes = 256 << 20

	// MaxAddedBytes is the longest added token that is read: finding takes at
	// most that many steps a byte.
	MaxAddedBytes = 256

	// MaxUnknown is the share of unknown tokens beyond which a tokenizer is
	// refused: of text in its languages it is next to nothing.
	MaxUnknown = 0.01

	// maxDepth is how deep post-processors may nest.
	maxDepth = 8
)
