package linear

const (
	// minBits and maxBits are the binary logarithm of the number of buckets: a
	// model of the most is 8 MiB in memory, and 64 MiB while it is trained.
	minBits, maxBits = 8, 22
	// maxGram is the longest n-gram, of words or of characters.
	maxGram = 8
	// maxEpochs is the most passes over the examples.
	maxEpochs = 1000
	// maxToken is the bytes of a word whose characters are looked at.
	maxToken = 256
	// maxExample is the tokens of one example that are looked at: the first.
	maxExample = 1 << 16
	// maxFeatures is the features of all examples, four bytes each.
	maxFeatures = 1 << 28
	// maxKind is the bytes of a model's kind.
	maxKind = 64
	// maxNumber is the largest number in a model file, so that no score overflows.
	maxNumber = 1e9
	// maxModel is the bytes of a model file, compressed and not.
	maxModel = 16 << 20
)
