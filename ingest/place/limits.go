package place

import "time"

// Caps on what a server or a list decides.
const (
	// MaxFiles is the most files that one address lists, MaxPages the most pages of
	// a listing (of 1,000 keys, which a pattern may all leave out).
	MaxFiles = 1 << 22
	MaxPages = 1 << 17
	// MaxRedirects is the most hops to a file (what browsers follow is 20).
	MaxRedirects = 10
	// MaxHeader is the largest header block of a response, MaxFault what is read
	// of the body of a refusal.
	MaxHeader = 64 << 10
	MaxFault  = 4 << 10
	// MaxRetryAfter is the longest wait that a server may ask for; who asks for
	// more is not waited for.
	MaxRetryAfter = 2 * time.Minute
	// MaxRetries is the most retries of a run, over all its files.
	MaxRetries = 10_000
	// MaxList is the bytes of a list file as stored, MaxListDecoded those without
	// compression, MaxListLine those of a line, MaxNames the most names
	// (as many lines again may be blank or comments). Common Crawl's lists have 100,000 names in 15 MB.
	MaxList        = 64 << 20
	MaxListDecoded = 256 << 20
	MaxListLine    = 8 << 10
	MaxNames       = 1 << 21
	// MaxWindow is the largest zstd window of a list.
	MaxWindow = 32 << 20
)

// FileMemory is what an open File holds at most, beside what its readers are
// copying from: the block before, the block read, the block ahead.
const FileMemory = maxBlocks * BlockBytes

const (
	// BlockBytes is the size of a request. At 50 MB/s it takes longer than the
	// 100 ms that S3 takes to answer, so that one request ahead hides the latency.
	BlockBytes = 8 << 20
	maxBlocks  = 3

	// retries of one request, the first after up to firstWait, each later one
	// after up to twice as long, maxWait at most: a minute in all.
	retries   = 8
	firstWait = 250 * time.Millisecond
	maxWait   = 30 * time.Second
	// stall is how long a server may send nothing.
	stall = time.Minute
)
