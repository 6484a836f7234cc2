package ingest

import (
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"corpus"
)

const arcMagic = "filedesc://"

// capture is the line before a document in an ARC file.
type capture struct {
	url, date, mime string
	length          int64 // -1 where the line gives none
}

// parseCapture reads "URL IP date type … length" of either version (Internet
// Archive, ARC file format, 1996): version 2 has result code, checksum, location,
// offset and file name before the length. Live archives wrote addresses with
// spaces in them, so the fields are found from IP and date.
func parseCapture(line string) (capture, bool) {
	f := strings.Split(line, " ")
	for i := len(f) - 3; i >= 2; i-- {
		if !isStamp(f[i]) || !isHost(f[i-1]) {
			continue
		}
		n, err := strconv.ParseInt(f[len(f)-1], 10, 64)
		if err != nil || n < 0 {
			n = -1
		}
		url := strings.Join(f[:i-1], " ")
		return capture{url, f[i], f[i+1], n}, hasScheme(url)
	}
	return capture{}, false
}

// isStamp says whether s is a date YYYYMMDD with or without hhmmss; some
// writers went on to smaller parts.
func isStamp(s string) bool {
	return len(s) >= 8 && len(s) <= 18 && strings.Trim(s, "0123456789") == ""
}

func isHost(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil || s == "-"
}

func hasScheme(url string) bool {
	scheme, _, ok := strings.Cut(url, ":")
	return ok && scheme != "" && strings.Trim(strings.ToLower(scheme), "abcdefghijklmnopqrstuvwxyz0123456789+-.") == ""
}

// fetched is the time of capture in Unix seconds.
func (c capture) fetched() int64 {
	for _, layout := range []string{"20060102150405", "200601021504", "20060102"} {
		if t, err := time.Parse(layout, c.date[:min(len(c.date), len(layout))]); err == nil {
			return t.Unix()
		}
	}
	return corpus.NullInt
}

// arc reads records of ARC files: a line that describes a capture, the bytes
// that its last field counts, a line end. After damage it goes on at the next
// line that describes a capture.
type arc struct {
	c   *cursor
	max int // of a payload
}

func (a *arc) next() (record, error) {
	for b := a.c.ensure(1); len(b) > 0 && (b[0] == '\r' || b[0] == '\n'); b = a.c.ensure(1) {
		a.c.skip(1)
	}
	rec := record{off: a.c.off}
	if len(a.c.ensure(1)) == 0 {
		if err := a.c.fault(); err != nil {
			return rec, err
		}
		return rec, io.EOF
	}
	a.read(&rec)
	rec.end = a.c.off
	return rec, a.c.fault()
}

// read takes one record, or what stands in the place of one.
func (a *arc) read(rec *record) {
	line := a.line(0)
	cap, ok := parseCapture(strings.TrimRight(string(line), "\r\n"))
	switch {
	case !ok && a.c.err != nil && len(line) == len(a.c.window()):
		a.lose(rec, len(line), Truncated, "ends inside the line of a capture")
	case !ok:
		a.lose(rec, 1, BadHeader, "no capture begins here")
	case cap.length < 0:
		a.lose(rec, len(line), BadHeader, fmt.Sprintf("length of %q", short(string(line), 80)))
	case cap.length > int64(a.max):
		a.tooLarge(rec, len(line), cap.length)
	default:
		a.payload(rec, len(line), int(cap.length))
	}
}

// line is the line at offset at of the window with its end; without one when
// there is none within MaxARCHeader.
func (a *arc) line(at int) []byte {
	for seen := at; ; {
		b := a.c.window()
		b = b[:min(len(b), at+MaxARCHeader)]
		if i := bytes.IndexByte(b[min(seen, len(b)):], '\n'); i >= 0 {
			return b[at : seen+i+1]
		}
		seen = len(b)
		if len(b) == at+MaxARCHeader || !a.c.more() {
			return b[min(at, len(b)):]
		}
	}
}

// payload takes the record whose line has n bytes when its length leads to the
// next line that describes a capture, or to the end.
func (a *arc) payload(rec *record, n, length int) {
	b := a.c.ensure(n + length)
	if len(b) < n+length {
		a.lose(rec, n, Truncated, fmt.Sprintf("payload of %d bytes has %d", length, len(b)-n))
		return
	}
	tail := n + length
	for b = a.c.ensure(tail + 1); len(b) > tail && (b[tail] == '\r' || b[tail] == '\n'); b = a.c.ensure(tail + 1) {
		tail++
	}
	if len(b) > tail && !a.starts(tail) {
		a.lose(rec, n, BadLength, fmt.Sprintf("no record behind %d bytes", length))
		return
	}
	b = a.c.window()
	rec.raw, rec.body = b[:n+length], b[n:n+length]
	a.c.skip(tail)
}

// starts says whether a line that describes a capture, or what there is of it
// before the end, begins at an offset of the window.
func (a *arc) starts(at int) bool {
	line := a.line(at)
	if !bytes.HasSuffix(line, []byte("\n")) {
		return len(line) < MaxARCHeader && hasScheme(string(line))
	}
	_, ok := parseCapture(strings.TrimRight(string(line), "\r\n"))
	return ok
}

// lose lists a damaged record and goes on at the next capture that begins at or
// after from. When none follows, damage of the stream or its end is the reason.
func (a *arc) lose(rec *record, from int, reason, detail string) {
	found := a.resync(from)
	if found && reason == Truncated {
		reason = BadLength
	}
	if why := a.c.broken(); !found && why != "" {
		reason, detail = why, a.c.err.Error()
	}
	rec.lost, rec.detail, rec.open = reason, detail, !found
	if !found {
		a.c.skip(len(a.c.window()))
	}
}

// resync moves the window to the next line that describes a capture and begins
// at or after from; false at the end of the stream.
func (a *arc) resync(from int) bool {
	for {
		b := a.c.window()
		for i := from; i < len(b); i++ {
			if i > 0 && b[i-1] != '\n' {
				j := bytes.IndexByte(b[i:], '\n')
				if j < 0 {
					break
				}
				i += j + 1
			}
			line := a.line(i)
			if _, ok := parseCapture(strings.TrimRight(string(line), "\r\n")); ok && bytes.HasSuffix(line, []byte("\n")) {
				a.c.skip(i)
				return true
			}
			b = a.c.window()
		}
		from = max(from, len(b)-MaxARCHeader)
		if len(b) > a.max {
			a.c.skip(from - 1)
			from = 1
		}
		if !a.c.more() {
			return false
		}
	}
}

// tooLarge skips a record beyond the cap; what does not begin a capture behind
// it is the next to be lost.
func (a *arc) tooLarge(rec *record, n int, length int64) {
	rec.lost, rec.detail = TooLarge, fmt.Sprintf("payload of %d bytes", length)
	end := a.c.off + int64(n) + length
	for a.c.off < end {
		b := a.c.ensure(64 << 10)
		if len(b) == 0 {
			rec.open, rec.lost = true, Truncated
			if why := a.c.broken(); why != "" {
				rec.lost = why
			}
			return
		}
		a.c.skip(int(min(int64(len(b)), end-a.c.off)))
	}
}

// fillARC takes captures of the web; those of other kinds, such as the record
// that describes the file and name look-ups, are not wanted.
func fillARC(cfg Config, d *corpus.Document, rec record) (wanted bool, l *loss) {
	line := rec.raw[:len(rec.raw)-len(rec.body)]
	c, ok := parseCapture(strings.TrimRight(string(line), "\r\n"))
	if !ok || !fetchable(c.url) {
		return false, nil
	}
	d.URL, d.Fetched = c.url, c.fetched()
	if !bytes.HasPrefix(rec.body, []byte("HTTP/")) {
		return true, fillBody(cfg, d, rec.body, c.mime) // a server of HTTP/0.9, or FTP
	}
	return true, fillResponse(cfg, d, rec.body)
}
