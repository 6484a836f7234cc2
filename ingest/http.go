package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"corpus"
)

// response is an HTTP response with its body decoded.
type response struct {
	status int
	head   header
	body   []byte
}

// loss is why a record gives no document.
type loss struct{ reason, detail string }

func (l *loss) Error() string { return l.reason + ": " + l.detail }

func lose(reason, format string, args ...any) *loss {
	return &loss{reason, oneLine(fmt.Sprintf(format, args...), MaxDetail)}
}

// parseResponse reads the payload of a WARC response: status line, fields,
// body (RFC 9112). Bodies that an archiver stored decoded while it kept the
// fields that say otherwise are taken as they are.
func parseResponse(b []byte) (response, *loss) {
	var r response
	n := headerEnd(b[:min(len(b), MaxHTTPHeader)], 0)
	if n == 0 {
		return r, lose(BadHTTP, "no end of the header within %d bytes", min(len(b), MaxHTTPHeader))
	}
	line, _, _ := strings.Cut(string(b[:min(n, 256)]), "\n")
	version, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	code, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	status, err := strconv.Atoi(code)
	if !strings.HasPrefix(version, "HTTP/") || err != nil || status < 100 || status > 999 {
		return r, lose(BadHTTP, "status line %q", short(line, 80))
	}
	r = response{status: status, head: parseHeader(b[:n]), body: b[n:]}
	return r, r.decode()
}

// decode undoes the transfer coding, then the content codings.
func (r *response) decode() *loss {
	if strings.Contains(strings.ToLower(r.head["transfer-encoding"]), "chunked") {
		body, err := unchunk(r.body)
		if err != nil {
			return lose(BadBody, "chunks: %v", err)
		}
		r.body = body
	}
	codings := strings.FieldsFunc(strings.ToLower(r.head["content-encoding"]), func(c rune) bool { return c == ',' || c == ' ' })
	if len(codings) > MaxHTTPEncodings {
		return lose(Encoding, "%d content codings", len(codings))
	}
	for i := len(codings) - 1; i >= 0; i-- {
		body, l := uncode(r.body, codings[i])
		if l != nil {
			return l
		}
		r.body = body
	}
	return nil
}

// unchunk decodes chunks. A body whose first line is no chunk size was stored
// decoded. A body that ends before its last chunk is cut, as browsers take it.
func unchunk(b []byte) ([]byte, error) {
	out := make([]byte, 0, len(b))
	for rest := b; len(rest) > 0; {
		line, after, ok := bytes.Cut(rest, []byte("\n"))
		digits, _, _ := bytes.Cut(line, []byte(";"))
		size, err := strconv.ParseUint(strings.TrimSpace(string(digits[:min(len(digits), 32)])), 16, 63)
		if !ok || err != nil {
			if len(rest) == len(b) {
				return b, nil
			}
			return nil, fmt.Errorf("no chunk size at byte %d", len(b)-len(rest))
		}
		if size == 0 {
			return out, nil
		}
		if size >= uint64(len(after)) {
			return append(out, after...), nil
		}
		out = append(out, after[:size]...)
		rest = bytes.TrimPrefix(bytes.TrimPrefix(after[size:], []byte("\r")), []byte("\n"))
	}
	return out, nil
}

// uncode undoes one content coding, up to corpus.MaxDocument bytes.
func uncode(b []byte, coding string) ([]byte, *loss) {
	if len(b) == 0 {
		return b, nil
	}
	in := bytes.NewReader(b)
	var r io.Reader
	var err error
	switch coding {
	case "identity", "none", "utf-8", "":
		return b, nil
	case "gzip", "x-gzip":
		if sniffCompression(b) != gzipped {
			return stored(b, errors.New("not gzip"))
		}
		r, err = gzip.NewReader(in)
	case "deflate":
		if r, err = zlib.NewReader(in); err != nil { // many servers send the bare stream
			in.Reset(b)
			r, err = flate.NewReader(in), nil
		}
	case "br":
		r = brotli.NewReader(in)
	case "zstd":
		var d *zstd.Decoder
		d, err = zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8<<20))
		if err == nil {
			defer d.Close()
			r = d
		}
	default:
		return nil, lose(Encoding, "%s", coding)
	}
	if err != nil {
		return stored(b, err)
	}
	out, err := io.ReadAll(io.LimitReader(r, corpus.MaxDocument+1))
	if len(out) > corpus.MaxDocument {
		return nil, lose(TooLarge, "body decodes to more than %d bytes", corpus.MaxDocument)
	}
	if err != nil {
		return stored(b, err)
	}
	return out, nil
}

// stored takes a body as it is when it is text: the coding was undone before
// it was stored.
func stored(b []byte, err error) ([]byte, *loss) {
	if isHTML(bytes.TrimLeft(b, " \t\r\n")) || utf8.Valid(b) && !isBinary(b) {
		return b, nil
	}
	return nil, lose(BadBody, "content coding: %v", err)
}

// mediaType splits a Content-Type into type and charset, both in lower case.
func mediaType(s string) (kind, label string) {
	kind, params, _ := strings.Cut(strings.ToLower(s), ";")
	if _, after, ok := strings.Cut(params, "charset="); ok {
		label, _, _ = strings.Cut(after, ";")
		label = strings.Trim(label, " \t\"'")
	}
	kind, _, _ = strings.Cut(kind, ",")
	return strings.TrimSpace(kind), label
}
