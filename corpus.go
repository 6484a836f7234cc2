// Package corpus is the vocabulary of the program: documents, verdicts, tables,
// passes, manifests, error kinds and limits. It imports the standard library
// only and does no work of its own.
package corpus

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// ID names a document for ever: the first 16 bytes of
// SHA-256(source, 0, offset, 0, SHA-256 of the raw record).
type ID [16]byte

// NewID is the id of the record that begins at offset (bytes of the decoded
// stream) of source, a name relative to the SOURCE that was given.
func NewID(source string, offset int64, record []byte) ID {
	return IDOf(source, offset, sha256.Sum256(record))
}

// IDOf is the same of a record whose SHA-256 is known.
func IDOf(source string, offset int64, sum [32]byte) ID {
	h := sha256.New()
	h.Write([]byte(source))
	h.Write([]byte{0})
	h.Write(binary.LittleEndian.AppendUint64(nil, uint64(offset)))
	h.Write([]byte{0})
	h.Write(sum[:])
	var id ID
	copy(id[:], h.Sum(nil))
	return id
}

// String is the id as 32 hex digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// Document is one text with what is known about it. Text is valid UTF-8 and is
// written once, by ingest; later stages decide about it and never copy it.
type Document struct {
	ID        ID
	Source    string  // file or archive it came from, relative to the SOURCE given
	URL       string  // "" when there is none
	Title     string  // "" when there is none
	Fetched   int64   // Unix seconds from WARC or HTTP; NullInt when unknown
	Lang      string  // ISO 639-1 code, "" = could not be told
	LangScore float64 // 0..1; NaN when not measured
	Text      string
	Author    string // as the page or record names them, "; " between several; "" when it does not
	Trusted   bool   // of a trusted source: the filter asks it for neither quality nor budget
}

// Failure is one rule that a document failed, with what was measured and where
// the rule draws the line.
type Failure struct {
	Rule  string  `json:"rule"`
	Value float64 `json:"value"`
	Limit float64 `json:"limit"`
}

// Edit cuts text[Start:End] of an ingested text, or puts With in its place; Rule
// is who asked for it. Both ends are at whole characters.
type Edit struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	With  string `json:"with"`
	Rule  string `json:"rule"`
}
