package ingest

// Reasons why a source or record gave no document. Each is counted as
// lost.<reason> and listed in the table of role "lost".
const (
	// Damage of a source as a whole; each makes it a bad source.
	Unreadable = "unreadable" // cannot be opened or read
	Changed    = "changed"    // is no more what it was when it was listed
	Truncated  = "truncated"  // ends inside a record, member or frame
	Corrupt    = "corrupt"    // compressed data that cannot be decoded
	Checksum   = "checksum"   // a gzip member or zstd frame whose checksum is wrong
	Garbage    = "garbage"    // bytes between gzip members that are none
	Bomb       = "bomb"       // decodes to more than MaxRatio (a body: MaxBodyRatio) times its size
	Window     = "window"     // a zstd frame that needs more memory than MaxWindow

	// Damage of one record.
	BadHeader = "bad_header" // no WARC header where one must be
	BadLength = "bad_length" // Content-Length does not lead to the next record
	BadDigest = "bad_digest" // the block is not what its digest says
	BadHTTP   = "bad_http"   // payload is not an HTTP response
	BadBody   = "bad_body"   // chunks or content coding cannot be decoded
	BadJSON   = "bad_json"   // line is not a JSON object
	BadCSV    = "bad_csv"    // quotes without an end, or other fields than the header
	BadXML    = "bad_xml"    // a page of a MediaWiki dump that does not end before the next
	BadEPUB   = "bad_epub"   // an EPUB without the files that one must have, or damaged ones
	BadDOCX   = "bad_docx"   // the same of a DOCX
	BadPDF    = "bad_pdf"    // pdftotext finds no PDF in it, or takes more than its share

	// Whole, but not for us.
	TooLarge    = "too_large"       // beyond a cap of limits.go
	Empty       = "empty"           // nothing, or only white space
	Binary      = "binary"          // NUL bytes or many control characters
	Unsupported = "unsupported"     // a known format that is not read
	NoPDF       = "unsupported.pdf" // a PDF, and no pdftotext (package poppler-utils) to read it
	Encrypted   = "encrypted"       // behind a password, or its owner allows no copies
	NoText      = "no_text"         // JSON object without a text field, page without visible text
	Status      = "http_status"     // a response other than 2xx
	MIME        = "mime"            // a response that is neither HTML nor text
	Language    = "language"        // in none of the languages asked for
	Nodes       = "html_nodes"      // more HTML nodes than MaxNodes
	LinkOut     = "symlink"         // a symbolic link that leaves its SOURCE
	Encoding    = "http_coding"     // a content coding that is not known
)

// badSource says whether a status makes the source count in bad_sources.
func badSource(status string) bool {
	switch status {
	case Unreadable, Changed, Truncated, Corrupt, Checksum, Garbage, Bomb, Window:
		return true
	}
	return false
}

// badRecord says whether a lost record counts in bad_records: damaged, as
// against whole but not wanted.
func badRecord(reason string) bool {
	switch reason {
	case BadHeader, BadLength, BadDigest, BadHTTP, BadBody, BadJSON, BadCSV, BadXML, BadEPUB, BadDOCX, BadPDF:
		return true
	}
	return badSource(reason)
}
