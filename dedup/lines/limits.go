package lines

const (
	// textBuffer is the normalised text that waits to be hashed, in bytes.
	textBuffer = 64 << 10
	// batchWords is how many tokens of a line are cut at a time to count its words.
	batchWords = 32
	// MaxBloom is the largest filter, in bytes.
	MaxBloom = 1 << 40
	// maxHashes is the most bits that stand for an item: enough for an error of 1e-19.
	maxHashes = 64
)
