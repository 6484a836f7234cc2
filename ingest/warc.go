package ingest

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"corpus"
)

// header is the named fields of a WARC record or an HTTP message.
type header []field

// warc reads records of WARC 0.17 to 1.1 (ISO 28500): a version line, named
// fields, an empty line, Content-Length bytes, two line ends. After damage it
// goes on at the next line that is a version.
type warc struct {
	c   *cursor
	max int // of a payload
}

func (w *warc) next() (record, error) {
	w.blank()
	rec := record{off: w.c.off}
	if len(w.c.ensure(1)) == 0 {
		return rec, w.end()
	}
	w.read(&rec)
	rec.end = w.c.off
	return rec, w.c.fault()
}

func (w *warc) end() error {
	if err := w.c.fault(); err != nil {
		return err
	}
	return io.EOF
}

// blank skips line ends between records, and the byte order mark that an editor
// put before the first.
func (w *warc) blank() {
	const bom = "\xef\xbb\xbf"
	if w.c.off == 0 && bytes.HasPrefix(w.c.ensure(len(bom)), []byte(bom)) {
		w.c.skip(len(bom))
	}
	for b := w.c.ensure(1); len(b) > 0 && (b[0] == '\r' || b[0] == '\n'); b = w.c.ensure(1) {
		w.c.skip(1)
	}
}

// read takes one record, or what stands in the place of one.
func (w *warc) read(rec *record) {
	n := w.header()
	if n == 0 {
		w.lose(rec, 1, BadHeader, "no version line and fields")
		return
	}
	rec.head = parseHeader(w.c.window()[:n])
	length, err := strconv.ParseInt(rec.head.get("content-length"), 10, 64)
	switch {
	case err != nil || length < 0:
		w.lose(rec, n, BadHeader, "Content-Length is "+strconv.Quote(rec.head.get("content-length")))
	case length > int64(w.max):
		w.tooLarge(rec, n, length)
	default:
		w.payload(rec, n, int(length))
	}
}

// header is the length of the version line and fields with the empty line that
// ends them; 0 when there is none within MaxWARCHeader.
func (w *warc) header() int {
	w.c.ensure(len("WARC/"))
	for seen := 0; ; {
		b := w.c.window()
		if len(b) >= 5 && !bytes.HasPrefix(b, []byte("WARC/")) {
			return 0
		}
		if n := headerEnd(b[:min(len(b), MaxWARCHeader)], seen); n > 0 {
			return n
		}
		seen = max(0, len(b)-3)
		if len(b) >= MaxWARCHeader || !w.c.more() {
			return 0
		}
	}
}

// headerEnd is the offset behind the first empty line at or after from, 0 when
// there is none.
func headerEnd(b []byte, from int) int {
	for from < len(b) {
		i := bytes.IndexByte(b[from:], '\n')
		if i < 0 {
			return 0
		}
		from += i + 1
		switch rest := b[from:]; {
		case len(rest) > 0 && rest[0] == '\n':
			return from + 1
		case len(rest) > 1 && rest[0] == '\r' && rest[1] == '\n':
			return from + 2
		}
	}
	return 0
}

// payload takes the record whose header has n bytes when its length leads to
// the next record or the end.
func (w *warc) payload(rec *record, n, length int) {
	b := w.c.ensure(n + length)
	if len(b) < n+length {
		w.lose(rec, n, Truncated, fmt.Sprintf("payload of %d bytes has %d", length, len(b)-n))
		return
	}
	tail := w.tail(n + length)
	if tail < 0 {
		w.lose(rec, n, BadLength, fmt.Sprintf("no record behind %d bytes", length))
		return
	}
	b = w.c.window()
	rec.raw, rec.body = b[:n+length], b[n:n+length]
	w.c.skip(tail)
}

// tail is the offset of the next record when only line ends lie between at and
// it, or of the end; -1 when something else does, unless two line ends say that
// the record itself was whole.
func (w *warc) tail(at int) int {
	ends := 0
	for most := at + 1024; at < most; {
		b := w.c.ensure(at + len("WARC/"))
		switch {
		case len(b) <= at:
			return len(b)
		case b[at] == '\r':
			at++
		case b[at] == '\n':
			at++
			ends++
		case bytes.HasPrefix(b[at:], []byte("WARC/")) || len(b) < at+5 && strings.HasPrefix("WARC/", string(b[at:])):
			return at
		case ends >= 2:
			return at
		default:
			return -1
		}
	}
	return at
}

// lose lists a damaged record and goes on at the next version line at or after
// from. When none follows, damage of the stream or its end is the reason.
func (w *warc) lose(rec *record, from int, reason, detail string) {
	start := w.isStart()
	found := w.resync(from)
	if reason == Truncated && found {
		reason = BadLength
	}
	if why := w.c.broken(); !found && why != "" {
		reason, detail = why, w.c.err.Error()
	} else if near := w.c.off + int64(len(w.c.window())) - rec.off; !found && reason != BadLength && start && near <= int64(w.max) {
		reason = Truncated
	}
	rec.lost, rec.detail, rec.open = reason, detail, !found
	if !found {
		w.c.skip(len(w.c.window()))
	}
}

// isStart says whether the record at hand began as one should.
func (w *warc) isStart() bool {
	b := w.c.window()
	return bytes.HasPrefix(b, []byte("WARC/")) || strings.HasPrefix("WARC/", string(b))
}

// resync moves the window to the next version line that begins at or after
// from; false at the end of the stream, with less than a line left to skip.
func (w *warc) resync(from int) bool {
	for {
		b := w.c.window()
		for i := from; i < len(b); i++ {
			j := bytes.Index(b[i:], []byte("WARC/"))
			if j < 0 {
				break
			}
			i += j
			if (i == 0 || b[i-1] == '\n') && versionLine(w.c.ensure(i + 16)[i:]) {
				w.c.skip(i)
				return true
			}
			b = w.c.window()
		}
		if len(b) > w.max {
			drop := len(b) - 16
			w.c.skip(drop)
			from = max(1, from-drop)
		} else {
			from = max(from, len(b)-16)
		}
		if !w.c.more() {
			return false
		}
	}
}

// versionLine says whether b begins with "WARC/d.d" and a line end.
func versionLine(b []byte) bool {
	b, ok := bytes.CutPrefix(b, []byte("WARC/"))
	if !ok {
		return false
	}
	line, _, ok := bytes.Cut(b[:min(len(b), 11)], []byte("\n"))
	if !ok {
		return false
	}
	_, err := strconv.ParseFloat(strings.TrimRight(string(line), "\r "), 64)
	return err == nil
}

// tooLarge skips a record beyond the cap: to its end, or to the next version
// line when that comes first, so that a wrong length does not swallow the rest.
func (w *warc) tooLarge(rec *record, n int, length int64) {
	rec.lost, rec.detail = TooLarge, fmt.Sprintf("payload of %d bytes", length)
	end := w.c.off + int64(n) + length
	w.c.skip(n)
	for w.c.off < end {
		b := w.c.ensure(64 << 10)
		b = b[:min(int64(len(b)), end-w.c.off)]
		if i := bytes.Index(b, []byte("\nWARC/")); i >= 0 {
			version := versionLine(w.c.ensure(i + 17)[i+1:])
			if w.c.skip(i + 1); version {
				return
			}
			continue
		}
		if len(b) == 0 {
			rec.open, rec.lost = true, Truncated
			if why := w.c.broken(); why != "" {
				rec.lost = why
			}
			return
		}
		w.c.skip(max(1, len(b)-16))
	}
}

// field is a named field; its name is as the file has it, in any case.
type field struct{ name, value string }

// get is the value of the first field of the name, "" when there is none.
func (h header) get(name string) string {
	for _, f := range h {
		if len(f.name) == len(name) && strings.EqualFold(f.name, name) {
			return f.value
		}
	}
	return ""
}

// parseHeader reads "Name: value" lines behind the first line; a line that
// begins with white space goes on the value before it. All names and values are
// slices of one string.
func parseHeader(b []byte) header {
	_, text, _ := strings.Cut(string(b), "\n")
	h := make(header, 0, min(strings.Count(text, "\n"), 32))
	for more := text != ""; more; {
		var line string
		line, text, more = strings.Cut(text, "\n")
		line = strings.TrimRight(line, "\r")
		if line != "" && (line[0] == ' ' || line[0] == '\t') && len(h) > 0 {
			h[len(h)-1].value += " " + strings.TrimSpace(line)
			continue
		}
		if name, value, ok := strings.Cut(line, ":"); ok {
			h = append(h, field{strings.TrimSpace(name), strings.TrimSpace(value)})
		}
	}
	return h
}

// target is the address of a record. Wget up to 1.20 wrote it as <uri>.
func (h header) target() string {
	uri := h.get("warc-target-uri")
	return strings.TrimSuffix(strings.TrimPrefix(uri, "<"), ">")
}

// fetched is the time of capture in Unix seconds.
func (h header) fetched() int64 {
	t, err := time.Parse(time.RFC3339, h.get("warc-date"))
	if err != nil {
		return corpus.NullInt
	}
	return t.Unix()
}
