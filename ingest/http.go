package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// response is an HTTP response with its body decoded.
type response struct {
	status int
	head   header
	body   []byte
}

// loss is why a record gives no document.
type loss struct{ reason, detail string }

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
	if strings.Contains(strings.ToLower(r.head.get("transfer-encoding")), "chunked") {
		body, err := unchunk(r.body)
		if err != nil {
			return lose(BadBody, "chunks: %v", err)
		}
		r.body = body
	}
	codings := strings.FieldsFunc(strings.ToLower(r.head.get("content-encoding")), func(c rune) bool { return c == ',' || c == ' ' })
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

// uncode undoes one content coding, up to MaxRecord bytes.
func uncode(b []byte, coding string) ([]byte, *loss) {
	if len(b) == 0 || slices.Contains([]string{"identity", "none", "utf-8"}, coding) {
		return b, nil
	}
	r, err := decoder(b, coding)
	if errors.Is(err, errCoding) {
		return nil, lose(Encoding, "%s", coding)
	}
	if err != nil {
		return stored(b, err)
	}
	defer r.Close()
	most := min(MaxRecord, max(BodyFloor, MaxBodyRatio*len(b)))
	out, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	switch {
	case len(out) > MaxRecord:
		return nil, lose(TooLarge, "body decodes to more than %d bytes", MaxRecord)
	case len(out) > most:
		return nil, lose(Bomb, "body decodes to more than %d times its size", MaxBodyRatio)
	case err != nil:
		return stored(b, err)
	}
	return out, nil
}

var errCoding = errors.New("unknown content coding")

// decoder reads what a content coding stands for.
func decoder(b []byte, coding string) (io.ReadCloser, error) {
	in := bytes.NewReader(b)
	switch coding {
	case "gzip", "x-gzip":
		return gzip.NewReader(in)
	case "deflate":
		r, err := zlib.NewReader(in)
		if err != nil { // many servers send the bare stream
			in.Reset(b)
			return flate.NewReader(in), nil
		}
		return r, nil
	case "br":
		return io.NopCloser(brotli.NewReader(in)), nil
	case "zstd":
		d, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8<<20))
		if err != nil {
			return nil, err
		}
		return d.IOReadCloser(), nil
	}
	return nil, errCoding
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
