package ingest

import "corpus"

// Caps on what input decides. Beyond a cap a record is listed as lost, never
// cut short silently.
const (
	// MaxSources is the most files one run takes.
	MaxSources = 1 << 24
	// ScanSources is the most sources of one task of the scan.
	ScanSources = 4096
	// SniffBytes of decoded content decide the format.
	SniffBytes = 64 << 10
	// MaxLine is the longest JSON line: escapes such as \u4e2d take six bytes
	// for three of text, so twice a document.
	MaxLine = 2 * corpus.MaxDocument
	// MaxRecord is the largest payload of a WARC record.
	MaxRecord = corpus.MaxDocument
	// MaxWARCHeader is the largest header of a WARC record. Common Crawl's stay
	// under 4 kB.
	MaxWARCHeader = 64 << 10
	// MaxHTTPHeader is the largest status line and header block of a response;
	// servers and proxies stop at 8 to 64 kB.
	MaxHTTPHeader = 256 << 10
	// MaxHTTPEncodings is the most content codings one response may stack.
	MaxHTTPEncodings = 2
	// MaxPage is the largest HTML page that is parsed, in bytes after decoding.
	// Common Crawl cut pages at 1 MiB until 2025; building and cloning the tree
	// takes some 100 times the page.
	MaxPage = 2 << 20
	// MaxNodes is the most nodes of an HTML tree that is searched for its main
	// content: the search is quadratic on flat pages.
	MaxNodes = 40_000
	// MaxNesting is where golang.org/x/net/html stops (open elements); deeper
	// pages give their visible text.
	MaxNesting = 512
	// MaxTitle is the longest title, in bytes; longer ones are cut at a character.
	MaxTitle = 4096
	// MaxURL is the longest address; longer ones are left out.
	MaxURL = 8192
	// MaxDetail is the longest explanation of a lost record.
	MaxDetail = 200
	// MaxWindow is the largest zstd window (zstd's own limit without --long=31).
	MaxWindow = 128 << 20
	// MaxRatio of decoded to compressed bytes, once RatioFloor bytes are decoded,
	// is where a compressed stream counts as a bomb. Text reaches 5 to 20.
	MaxRatio   = 200
	RatioFloor = 64 << 20
	// MaxDamages is the most places where a compressed source is picked up again.
	MaxDamages = 1 << 16
	// DetectBytes of a text decide its character set.
	DetectBytes = 64 << 10
)
