package against

const (
	// MaxBytes is the most bytes of all files together, maxLine of a line of them.
	MaxBytes = 4 << 30
	maxLine  = 32 << 20
	// MaxNgrams is the most n-grams and examples there may be.
	MaxNgrams = 64 << 20
	// MaxWords is the longest n-gram.
	MaxWords = 64
	// leastWords is the shortest n-gram, if not fewer are asked for.
	leastWords = 8
	// maxWord is how much of a word is compared, in bytes; batchWords is how many
	// are cut at a time.
	maxWord    = 4096
	batchWords = 2048
	// bytesPerNgram is what an n-gram or an example takes while sets are read: 16
	// bytes with its example, 16 to be found by, and as much while slices grow.
	bytesPerNgram = 64
)
