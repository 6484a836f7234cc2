package normal

// The caps on every size that a tokenizer.json decides.
const (
	// maxDepth is how deep sequences may nest, maxSteps how many normalizers
	// there may be in all: each may copy the text once.
	maxDepth = 8
	maxSteps = 256

	// MaxContent is the longest text, in bytes, that one match, one rune or one
	// Prepend may put in, since a text may hold as many matches as it has bytes.
	MaxContent = 1024

	// maxPattern is the longest pattern of a Replace, in bytes.
	maxPattern = 1024

	// maxCharsmap is the largest charsmap, in bytes; SentencePiece's own have
	// 240 kB to 300 kB.
	maxCharsmap = 16 << 20
)
