package shards

const (
	// MaxRange is the largest checked range that is read into memory at once: a
	// record batch holds corpus.BatchBytes plus at most one document.
	MaxRange = 1 << 30

	// verifyAtOnce is the largest set of token shards that is verified as it is
	// opened; it takes a second where the disk is slow.
	verifyAtOnce = 256 << 20

	// maxBatchBuffers is the most buffers of a record batch, or arrays, that are
	// looked at.
	maxBatchBuffers = 1 << 14

	// maxRepeat is the most rows of a document in train, more than any weight.
	maxRepeat = 16

	// maxTallies is how many languages and sources are told apart; what comes after
	// counts as others. tallyMemory is as many with names of usual length.
	maxTallies  = 1 << 16
	tallyMemory = maxTallies * 200

	// maxOverlap is the most 13-grams held; beyond it they are sampled by hash,
	// alike on both sides, which leaves the share unbiased.
	maxOverlap = 1 << 20
)
