package decoding

// The caps on every size that a tokenizer.json decides.
const (
	// maxDepth is how deep sequences may nest, maxSteps how many decoders there
	// may be in all.
	maxDepth = 8
	maxSteps = 256

	// maxText is the longest text, in bytes, that a decoder puts in or looks for.
	maxText = 1024
)
