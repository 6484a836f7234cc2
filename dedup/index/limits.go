package index

const (
	// blockBytes is the size at which a block ends, batchBlocks how many of them
	// make a batch: 64 KiB, the least that is read to look a key up, so that ten
	// million documents have some 20,000 checksums in the manifest.
	blockBytes  = 8 << 10
	batchBlocks = 8
	// maxEntryBytes is the longest entry: two numbers of 10 bytes, one of 5, 8 of
	// the lower half of a key.
	maxEntryBytes = 10 + 10 + 5 + 8
	// minEntryBytes is the shortest one behind the first of a block.
	minEntryBytes = 2
)
