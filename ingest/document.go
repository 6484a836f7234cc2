package ingest

import (
	"bytes"
	"math"
	"path"
	"strings"

	"corpus"
	"corpus/ingest/columns"
	"corpus/internal/jsontext"
)

// newDocument is a document of a record, without its text.
func newDocument(s *source, rec record) *corpus.Document {
	return &corpus.Document{
		ID: rec.id(s), Source: s.name,
		Fetched: corpus.NullInt, LangScore: math.NaN(),
	}
}

// convert turns a whole record into a document. Neither document nor loss
// means a record that is not meant to be one, such as a WARC request.
func convert(cfg Config, s *source, rec record) (*corpus.Document, *loss) {
	d := newDocument(s, rec)
	var l *loss
	switch s.format {
	case formatHTML:
		l = fillPage(cfg, d, rec.raw, "")
	case formatJSONL:
		l = fillObject(d, rec, cfg.TextField)
	case formatCSV:
		l = fillRecord(d, rec, s.layout)
	case columns.Parquet, columns.Arrow:
		l = fillRow(d, rec)
	case formatWARC, formatARC, formatWiki:
		wanted := false
		if wanted, l = fillArchived(cfg, d, s, rec); !wanted {
			return nil, nil
		}
	case formatEPUB:
		r, size := rec.bytes()
		l = fillEPUB(d, r, size)
	case formatDOCX:
		r, size := rec.bytes()
		l = fillDOCX(d, r, size)
	case formatPDF:
		r, size := rec.bytes()
		l = fillPDF(d, r, size)
	default:
		l = fillText(d, rec.raw, "")
	}
	return d, l
}

// fillArchived takes a record of the formats that hold more than documents.
func fillArchived(cfg Config, d *corpus.Document, s *source, rec record) (wanted bool, l *loss) {
	switch s.format {
	case formatARC:
		return fillARC(cfg, d, rec)
	case formatWiki:
		return fillWiki(d, s.layout, rec)
	}
	return fillWARC(cfg, d, rec)
}

// fillText takes plain text in any character set.
func fillText(d *corpus.Document, b []byte, label string) *loss {
	text := toUTF8(b, label)
	switch {
	case len(text) > corpus.MaxDocument:
		return tooLong()
	case isBinary(text):
		return lose(Binary, "")
	}
	d.Text = string(text)
	return nil
}

func tooLong() *loss { return lose(TooLarge, "text of more than %d bytes", corpus.MaxDocument) }

func fillPage(cfg Config, d *corpus.Document, b []byte, contentType string) *loss {
	p, l := cfg.extract(b, contentType)
	d.Title, d.Author, d.Text = p.title, p.author, p.text
	if lang := said(htmlLang(b)); lang != "" {
		d.Lang = lang
	}
	return l
}

func fillObject(d *corpus.Document, rec record, textField string) *loss {
	line := bytes.TrimSpace(rec.raw)
	if rec.off == 0 {
		line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
	}
	line = toUTF8(line, "")
	o, err := jsontext.Parse(line, wanted(textField))
	switch {
	case len(line) > corpus.MaxDocument:
		return tooLong()
	case err != nil && rec.open:
		return lose(Truncated, "last line: %v", err)
	case err != nil:
		return lose(BadJSON, "%v", err)
	case !fillFields(d, o, textField):
		return lose(NoText, "no field %v with text", textNames(textField))
	}
	return nil
}

// fillWARC takes responses, resources and conversions (WET); other records,
// and protocols other than HTTP, are not wanted.
func fillWARC(cfg Config, d *corpus.Document, rec record) (wanted bool, l *loss) {
	d.URL, d.Fetched = rec.head.target(), rec.head.fetched()
	if !wantedRecord(rec) {
		return false, nil
	}
	if l := wrongDigest(rec.head, rec.body); l != nil {
		return true, l
	}
	if rec.head.get("warc-type") != "response" {
		return true, fillBody(cfg, d, rec.body, rec.head.get("content-type"))
	}
	return true, fillResponse(cfg, d, rec.body)
}

func wantedRecord(rec record) bool {
	switch rec.head.get("warc-type") {
	case "conversion":
		return true
	case "resource":
		return fetchable(rec.head.target()) // wget stores its own log and arguments
	case "response":
		kind, _ := mediaType(rec.head.get("content-type"))
		return kind == "application/http" || bytes.HasPrefix(rec.body, []byte("HTTP/"))
	}
	return false
}

// fillResponse takes the body of an HTTP response when it is one of success.
func fillResponse(cfg Config, d *corpus.Document, b []byte) *loss {
	r, l := parseResponse(b)
	switch {
	case l != nil:
		return l
	case r.status < 200 || r.status > 299:
		return lose(Status, "%d", r.status)
	}
	d.Lang = said(r.head.get("content-language"))
	return fillBody(cfg, d, r.body, r.head.get("content-type"))
}

// fetchable says whether a target is the address of something that was fetched.
func fetchable(url string) bool {
	for _, scheme := range []string{"http:", "https:", "ftp:", "file:"} {
		if strings.HasPrefix(strings.ToLower(url), scheme) {
			return true
		}
	}
	return false
}

// fillBody takes a body by its declared type, or by its content when the type
// says nothing.
func fillBody(cfg Config, d *corpus.Document, b []byte, contentType string) *loss {
	kind, label := mediaType(contentType)
	switch kind {
	case "text/html", "application/xhtml+xml":
		return fillPage(cfg, d, b, contentType)
	case "text/plain", "text/markdown", "text/x-markdown":
		return fillText(d, b, label)
	case "application/pdf", "application/x-pdf":
		return fillPDF(d, bytes.NewReader(b), int64(len(b)))
	case "application/epub+zip":
		return fillEPUB(d, bytes.NewReader(b), int64(len(b)))
	case "application/vnd.openxmlformats-officedocument.wordprocessingml.document":
		return fillDOCX(d, bytes.NewReader(b), int64(len(b)))
	case "", "application/octet-stream", "unknown/unknown":
		if ext, ok := noPage(d.URL); ok {
			return lose(MIME, "no type, and the address ends in %s", ext)
		}
		format, reason, detail := sniff(b[:min(len(b), SniffBytes)], len(b) <= SniffBytes, "")
		switch format {
		case formatHTML:
			return fillPage(cfg, d, b, contentType)
		case formatText:
			return fillText(d, b, label)
		case formatPDF:
			return fillPDF(d, bytes.NewReader(b), int64(len(b)))
		case formatEPUB:
			return fillEPUB(d, bytes.NewReader(b), int64(len(b)))
		case formatDOCX:
			return fillDOCX(d, bytes.NewReader(b), int64(len(b)))
		case "":
			return lose(reason, "%s", detail)
		}
	}
	return lose(MIME, "%s", kind)
}

// noPage says whether an address ends as those of files that are no pages do.
func noPage(address string) (ext string, ok bool) {
	address, _, _ = strings.Cut(address, "?")
	address, _, _ = strings.Cut(address, "#")
	ext = strings.ToLower(path.Ext(address))
	switch ext {
	case ".css", ".js", ".mjs", ".json", ".map", ".xml", ".rss", ".atom", ".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".bmp", ".ico",
		".mp3", ".mp4", ".webm", ".ogg", ".wav", ".avi", ".mov", ".woff", ".woff2", ".ttf", ".otf", ".eot", ".exe", ".dmg", ".apk", ".jar", ".swf", ".wasm", ".csv":
		return ext, true
	}
	return ext, false
}

// locate cleans the address. One that is too long is left out, since a part of
// it would be the address of something else; false says so.
func locate(d *corpus.Document) bool {
	d.URL = oneLine(d.URL, 2*MaxURL)
	if len(d.URL) <= MaxURL {
		return true
	}
	d.URL = ""
	return false
}

// settle cleans a document and gates what is empty or too long. size is the
// text that was decoded, whatever becomes of it.
func settle(d *corpus.Document) (size int64, replaced int, l *loss) {
	d.Text, replaced = clean(d.Text)
	d.Title = oneLine(d.Title, MaxTitle)
	d.Author = oneLine(d.Author, MaxAuthor)
	switch {
	case d.Text == "":
		l = lose(Empty, "")
	case len(d.Text) > corpus.MaxDocument: // U+FFFD is longer than what it replaces
		l = tooLong()
	}
	return int64(len(d.Text)), replaced, l
}
