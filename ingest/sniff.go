package ingest

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"corpus/internal/jsontext"
)

// Formats of a source.
const (
	formatText  = "text"
	formatHTML  = "html"
	formatJSONL = "jsonl"
	formatWARC  = "warc"
	formatCSV   = "csv"
	formatARC   = "arc"
	formatWiki  = "mediawiki"
	formatEPUB  = "epub"
	formatDOCX  = "docx"
	formatPDF   = "pdf"
)

// sniffCompression tells a compression by the first bytes.
func sniffCompression(b []byte) string {
	switch {
	case bytes.HasPrefix(b, gzipMagic):
		return gzipped
	case bytes.HasPrefix(b, zstdMagic):
		return zstdized
	case bzip2Head(b):
		return bzipped
	case xzHead(b):
		return xzed
	case len(b) > 4 && b[0]&0xf0 == 0x50 && bytes.HasPrefix(b[1:], []byte{0x2a, 0x4d, 0x18}):
		return zstdized // a skippable frame first
	}
	return plain
}

// known is formats that are recognised and not read.
var known = []struct{ magic, name string }{
	{"PAR1", "Parquet inside a compressed file"},
	{"ARROW1", "Arrow inside a compressed file"},
	{"BZh", "bzip2 inside a compressed file"},
	{"\xfd7zXZ\x00", "xz inside a compressed file"},
	{"7z\xbc\xaf\x27\x1c", "7-Zip"},
	{"Rar!", "RAR"},
	{"\x1f\x8b\x08", "gzip inside a compressed file"},
	{"\x28\xb5\x2f\xfd", "zstd inside a compressed file"},
	{"\x04\x22\x4d\x18", "lz4"},
}

// sniff tells the format of decoded content by its first SniffBytes. whole
// says that b is all of it. For a source that gives no documents, format is ""
// and reason and detail say why.
func sniff(b []byte, whole bool, textField string) (format, reason, detail string) {
	if format, detail := sniffFile(b); format != "" {
		return format, "", ""
	} else if detail != "" {
		return "", Unsupported, detail
	}
	for _, k := range known {
		if bytes.HasPrefix(b, []byte(k.magic)) {
			return "", Unsupported, k.name
		}
	}
	switch {
	case len(b) > 262 && string(b[257:262]) == "ustar":
		return formatTar, "", ""
	case bytes.HasPrefix(b, []byte("PK\x03\x04")) || bytes.HasPrefix(b, []byte("PK\x05\x06")): // with members, or without any
		return formatZip, "", ""
	}
	if text, ok := fromBOM(b); ok {
		b = text
	}
	head := bytes.TrimLeft(b, " \t\r\n")
	switch {
	case whole && len(head) == 0:
		return "", Empty, ""
	case versionLine(head):
		if isWAT(head) {
			return "", Unsupported, detailWAT
		}
		return formatWARC, "", ""
	case isARC(head):
		return formatARC, "", ""
	case isWiki(head):
		return formatWiki, "", ""
	case isJSONL(head, whole, textField): // also with zeros that a crash left between lines
		return formatJSONL, "", ""
	case isBinary(b):
		return "", Binary, ""
	case isHTML(head):
		return formatHTML, "", ""
	}
	if _, ok := sniffCSV(b, whole, textField); ok {
		return formatCSV, "", ""
	}
	return formatText, "", ""
}

// sniffFile tells the formats that one file is one document of, and names those
// of the same kind that are not read.
func sniffFile(b []byte) (format, unread string) {
	if bytes.Contains(b[:min(len(b), 1024)], []byte("%PDF-")) && isPDF(b) {
		return formatPDF, ""
	}
	if bytes.HasPrefix(b, []byte(zipMagic)) {
		return sniffZip(b)
	}
	return "", ""
}

// isPDF says whether %PDF- stands first or behind nothing but what is no text:
// mail headers and the like come before it in files of the 1990s.
func isPDF(b []byte) bool {
	line, _, _ := bytes.Cut(b[bytes.Index(b, []byte("%PDF-")):], []byte("\n"))
	return bytes.HasPrefix(b, []byte("%PDF-")) || len(line) < 16 && isBinary(b)
}

// isARC says whether content begins with the record that describes an ARC file,
// or with any other: behind a first member that is damaged.
func isARC(b []byte) bool {
	line, _, _ := strings.Cut(string(b[:min(len(b), MaxARCHeader)]), "\n")
	c, ok := parseCapture(strings.TrimRight(line, "\r"))
	return strings.HasPrefix(line, arcMagic) || ok && c.length >= 0 && strings.Contains(c.mime, "/")
}

// isBinary says whether content cannot be text: a NUL byte, or more than one
// control character in ten. (UTF-16 and UTF-32 are recoded before.)
func isBinary(b []byte) bool {
	controls := 0
	for _, c := range b {
		if c == 0 {
			return true
		}
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != '\x1b' {
			controls++
		}
	}
	return controls > len(b)/10
}

// isHTML looks for what only a page begins with. Fragments such as <div> or
// <p> do not count: Markdown files begin with them.
func isHTML(b []byte) bool {
	head := strings.ToLower(string(b))
	for {
		head = strings.TrimLeft(head, " \t\r\n")
		switch {
		case strings.HasPrefix(head, "<!--"):
			_, rest, ok := strings.Cut(head, "-->")
			if !ok {
				return false
			}
			head = rest
		case strings.HasPrefix(head, "<?xml"):
			_, rest, _ := strings.Cut(head, ">")
			head = rest
		default:
			return htmlStart(head)
		}
	}
}

func htmlStart(head string) bool {
	for _, tag := range []string{"<!doctype html", "<html", "<head", "<body", "<title", "<meta"} {
		rest, ok := strings.CutPrefix(head, tag)
		if ok && (rest == "" || strings.ContainsRune(" \t\r\n>/", rune(rest[0]))) {
			return true
		}
	}
	return false
}

// isJSONL says whether most of the first lines are JSON objects. A single
// line must have a text field too: else it is a JSON file, which is text.
func isJSONL(b []byte, whole bool, textField string) bool {
	if len(b) == 0 || bytes.IndexByte(b, '{') < 0 {
		return false
	}
	all := bytes.Split(b, []byte("\n"))
	if !whole && len(all) > 1 {
		all = all[:len(all)-1] // may be cut
	} else if !whole {
		return longObject(b)
	}
	objects, others, texts := 0, 0, 0
	for i, line := range all {
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		var o jsontext.Object
		err := errNoObject
		if line[0] == '{' {
			o, err = jsontext.Parse(line, textNames(textField))
		}
		if err != nil {
			if cut := i == len(all)-1 && line[0] == '{'; !cut {
				others++
			}
			continue
		}
		objects++
		if _, ok := o.Text(textNames(textField)); ok {
			texts++
		}
	}
	return objects >= 2 && objects > others || texts == 1 && others == 0
}

var errNoObject = errors.New("not a JSON object")

// longObject says whether a line that goes on beyond b begins as an object.
func longObject(b []byte) bool {
	rest := bytes.TrimLeft(b[1:], " \t")
	return b[0] == '{' && len(rest) > 0 && rest[0] == '"' && utf8.Valid(b[:min(len(b), 1024)])
}
