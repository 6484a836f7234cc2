package ingest

import (
	"corpus"
	"corpus/ingest/columns"
)

// Caps on what input decides. Beyond a cap a record is listed as lost, never
// cut short silently.
const (
	// MaxSources is the most files one run takes.
	MaxSources = 1 << 24
	// MaxFile is the largest PDF, EPUB or DOCX; in archives and compressed it is
	// that of a text.
	MaxFile = 1 << 30
	// MaxMembers is the most sources of one archive.
	MaxMembers = 1 << 20
	// ScanSources is the most sources of one task of the scan.
	ScanSources = 4096
	// SniffBytes of decoded content decide the format.
	SniffBytes = 64 << 10
	// ChunkBytes and PackedChunkBytes are how much of a plain and of a compressed
	// file one worker scans at once; files of up to two are scanned by one.
	ChunkBytes       = 64 << 20
	PackedChunkBytes = 16 << 20
	// MaxChunkLog is what a chunk may take that waits for its turn: two to four
	// bytes a record. Where records are smaller than that, one worker scans them.
	MaxChunkLog = 4 << 20
	// MaxBehind is how far behind its end a chunk is decoded for its last record.
	MaxBehind = MaxLine + MaxRecord
	// MaxLine is the longest JSON line, and the longest CSV record.
	MaxLine = corpus.MaxDocument
	// MaxRecord is the largest payload of a WARC record, and of an HTTP body once
	// decoded. Common Crawl cuts at 5 MiB.
	MaxRecord = 16 << 20
	// MaxWARCHeader is the largest header of a WARC record. Common Crawl's stay
	// under 4 kB.
	MaxWARCHeader = 64 << 10
	// MaxARCHeader is the longest line that describes a capture in an ARC file:
	// an address, and the file name and location of version 2.
	MaxARCHeader = 16 << 10
	// MaxRevision is the largest revision of a page in a MediaWiki dump, and of
	// what stands before the first. MediaWiki takes 2 MiB ($wgMaxArticleSize),
	// which escapes make longer.
	MaxRevision = 16 << 20
	// MaxMarkup is how deep links, tables and headings of wiki mark-up may stand in
	// each other: what is deeper is dropped. MediaWiki itself stops at 40 templates.
	MaxMarkup = 30
	// MaxMarks is the most templates, links and tables of a page of wiki mark-up:
	// the longest lists have some 20,000.
	MaxMarks = 1 << 19
	// MaxTag is the longest tag of an XML file or a chapter, in bytes: its attributes
	// are held, at ten times their size. Drawings in a DOCX have some kB.
	MaxTag = 1 << 20
	// MaxNesting is how deep the elements of a DOCX may stand in each other. A text
	// box in a table takes some 30.
	MaxNesting = 256
	// MaxHTTPHeader is the largest status line and header block of a response;
	// servers and proxies stop at 8 to 64 kB.
	MaxHTTPHeader = 256 << 10
	// MaxHTTPEncodings is the most content codings one response may stack.
	MaxHTTPEncodings = 2
	// MaxPage is the largest HTML page that is parsed. Common Crawl cut pages at
	// 1 MiB until 2025; a tree full of attributes takes 40 times the page.
	MaxPage = 2 << 20
	// MaxNodes is the most nodes of an HTML tree that is searched for its main
	// content: the search is quadratic on flat pages.
	MaxNodes = 40_000
	// MaxDepths is the largest sum of the depths of a tree's nodes, and MaxReopened
	// the most elements that a parser may open again because they were not closed;
	// beyond, a page gives its visible text. The search clones the tree level by
	// level, at some 100 bytes a node: the first is 100 MiB. Real pages nest 10 to
	// 20 deep.
	MaxDepths   = 1 << 20
	MaxReopened = 8 * MaxNodes
	// MaxTitle is the longest title, in bytes; longer ones are cut at a character.
	MaxTitle = 4096
	// MaxAuthor is the same for the names of authors.
	MaxAuthor = 512
	// MaxURL is the longest address; longer ones are left out.
	MaxURL = 8192
	// MaxDetail is the longest explanation of a lost record.
	MaxDetail = 200
	// MaxWindow is the largest zstd window: levels up to 20 need no more, --long
	// and levels 21 and 22 do.
	MaxWindow = 32 << 20
	// MaxDictionary is the largest zstd dictionary in front of a file, decoded.
	// zstd trains 110 kB by default, Archive Team's have 1 MiB.
	MaxDictionary = 4 << 20
	// MaxDirectory is the size of the list of a zip file, in bytes: 4 MiB are some
	// 50,000 entries. Long books with every image have a few thousand.
	MaxDirectory = 4 << 20
	// MaxEntry is the largest file inside an EPUB or DOCX that is read, decoded,
	// and MaxPackage the most that is decoded of one in all.
	MaxEntry   = corpus.MaxDocument
	MaxPackage = 4 * corpus.MaxDocument
	// MaxSpine is the most chapters of an EPUB.
	MaxSpine = 10_000
	// MaxPDFMemory is the heap of pdftotext, MaxPDFSpace its address space, in
	// bytes; on manuals of 2,000 pages it takes some 15 MiB. MaxPDFSeconds is its
	// processor time, at some 400 pages a second. They are there for files made to
	// be dear, and the one budget that is a time.
	MaxPDFMemory  = 2 * corpus.MaxDocument
	MaxPDFSpace   = 256 << 20
	MaxPDFSeconds = 120
	// MaxRatio of decoded to compressed bytes, once RatioFloor bytes are decoded,
	// is where a compressed stream counts as a bomb. Text reaches 5 to 20.
	MaxRatio   = 200
	RatioFloor = 64 << 20
	// MaxBodyRatio is the same for an HTTP body once it is BodyFloor long.
	MaxBodyRatio = 100
	BodyFloor    = 64 << 10
	// MaxDamages is the most places where a compressed source is picked up again.
	MaxDamages = 1 << 16
	// SkimBytes of the text of a page tell whether it is in a language asked for.
	SkimBytes = 16 << 10
	// MaxHeld is the largest Parquet or Arrow file inside a compressed archive:
	// its groups are read in any order, so it must be decoded as a whole.
	MaxHeld = 8 << 20
	// MaxFields is the most fields of a CSV file, MaxFieldName the longest name of
	// one; with more it is text.
	MaxFields    = 4096
	MaxFieldName = 128
	// DetectBytes of a text decide its character set.
	DetectBytes = 64 << 10
)

// Memory that a worker holds at most, whatever the input.
const (
	// scanMemory: a zstd or xz window with its tables and dictionary, a line in a
	// buffer that doubled last, and three chunks that wait for their turn.
	scanMemory = 2*MaxWindow + 2*MaxLine + 3*MaxChunkLog
	// workMemory is the text of one document in the forms it passes through
	// (bytes, decoded, parsed, as a string, cleaned twice), or the tree of a page, or
	// a PDF, the process that reads it and the text in two forms.
	workMemory = 6 * corpus.MaxDocument
	// tableMemory is the same for Parquet and Arrow: a group, a copy of its text,
	// and a file inside a compressed archive.
	tableMemory = columns.Memory + corpus.MaxDocument + MaxHeld
	// readMemory: what waits in order for its turn is one document; beside the
	// workers one goroutine decodes, or one for every eight of them (a scan's memory
	// and a copy of the line, or a table), and one writes (a document, in the batch, encoded and compressed).
	readMemory = workMemory + corpus.MaxDocument + max(scanMemory+MaxLine, tableMemory) + 3*corpus.MaxDocument
	// inputMemory is what a listed source takes: names, hash, its place in the plan,
	// what is remembered of it.
	inputMemory = 768
)
