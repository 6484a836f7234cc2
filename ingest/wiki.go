package ingest

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"net/url"
	"regexp"
	"strings"
	"time"

	"corpus"
)

// isWiki says whether content is a MediaWiki dump (its XML export format).
func isWiki(b []byte) bool {
	if bytes.HasPrefix(b, []byte("<?xml")) {
		_, b, _ = bytes.Cut(b, []byte("?>"))
		b = bytes.TrimLeft(b, " \t\r\n")
	}
	rest, ok := bytes.CutPrefix(b, []byte("<mediawiki"))
	return ok && len(rest) > 0 && bytes.IndexByte([]byte(" \t\r\n>"), rest[0]) >= 0
}

// The tags that the records of a dump are told by. They cannot stand in text,
// where < is escaped.
const (
	pageStart = "<page>"
	pageEnd   = "</page>"
	revStart  = "<revision>"
	revEnd    = "</revision>"
)

// wiki reads the pages of a dump. The bytes of a record are what stands before
// the first revision of a page and its last revision: a history of gigabytes
// needs no more memory than that.
type wiki struct {
	c     *cursor
	max   int    // of a revision, and of what stands before the first
	page  []byte // head and last revision, until the next call
	head  int    // bytes of the head in it, 0 until it is there
	large bool   // the part at hand is longer than max
}

func (w *wiki) next() (record, error) {
	if !w.find(pageStart) {
		w.c.skip(len(w.c.window()))
		if err := w.c.fault(); err != nil {
			return record{}, err
		}
		return record{}, io.EOF
	}
	rec := record{off: w.c.off}
	w.read(&rec)
	rec.end = w.c.off
	return rec, w.c.fault()
}

// find moves the window to the next tag; false at the end of the stream.
func (w *wiki) find(tag string) bool {
	for {
		b := w.c.window()
		if i := bytes.Index(b, []byte(tag)); i >= 0 {
			w.c.skip(i)
			return true
		}
		w.c.skip(max(0, len(b)-len(tag)+1))
		if !w.c.more() {
			return false
		}
	}
}

// read takes the page at hand: its head, then one revision after the other in
// the place of the last.
func (w *wiki) read(rec *record) {
	w.page, w.head, w.large = w.page[:0], 0, false
	for from := len(pageStart); ; {
		tag, n := w.until(from)
		from, w.large = 0, w.large || n > w.max
		switch {
		case tag == pageEnd:
			w.end(rec, n)
			return
		case tag == pageStart:
			w.c.skip(n)
			rec.lost, rec.detail = BadXML, "a page begins inside a page"
			return
		case tag == revStart:
			w.keepHead(n)
			w.c.skip(n)
			w.large = w.large && w.head == 0
			from = len(revStart)
		case tag == revEnd:
			n += len(revEnd)
			if !w.large && w.head > 0 {
				w.page = append(w.page[:w.head], w.c.window()[:n]...)
			}
			w.c.skip(n)
		case w.c.err == nil:
			w.c.skip(n - len(revEnd))
		default:
			w.cut(rec)
			return
		}
	}
}

// keepHead keeps what stands before the first revision.
func (w *wiki) keepHead(n int) {
	if w.head == 0 && !w.large {
		w.page = append(w.page, w.c.window()[:n]...)
		w.head = n
	}
}

// end makes the record of a page whose end tag is at n.
func (w *wiki) end(rec *record, n int) {
	w.keepHead(n)
	w.c.skip(n + len(pageEnd))
	rec.raw = w.page
	if w.large {
		rec.raw, rec.lost, rec.detail = nil, TooLarge, fmt.Sprintf("revision of more than %d bytes", w.max)
	}
}

// cut makes the record of a page that the end of the stream cuts.
func (w *wiki) cut(rec *record) {
	rec.lost, rec.detail, rec.open = Truncated, "the dump ends inside a page", true
	if why := w.c.broken(); why != "" {
		rec.lost, rec.detail = why, w.c.err.Error()
	}
	w.c.skip(len(w.c.window()))
}

// until is the first tag at or behind from and its offset in the window; "" and
// the length of the window at the end of the stream, and when more than max
// bytes have none.
func (w *wiki) until(from int) (tag string, n int) {
	for {
		b := w.c.window()
		for from < len(b) {
			i := bytes.IndexByte(b[from:], '<')
			if i < 0 {
				from = len(b)
				break
			}
			from += i
			if len(b)-from < len(revEnd) && w.c.err == nil {
				break // may be cut
			}
			if tag := tagAt(b[from:]); tag != "" {
				return tag, from
			}
			from++
		}
		if w.c.err != nil || len(b) > w.max+len(revEnd) {
			return "", len(b)
		}
		w.c.more()
	}
}

func tagAt(b []byte) string {
	for _, tag := range []string{pageStart, pageEnd, revStart, revEnd} {
		if bytes.HasPrefix(b, []byte(tag)) {
			return tag
		}
	}
	return ""
}

// wikiLayout is what the head of a dump says of all its pages: the address that
// titles are added to, then the local names of the namespaces of files and
// categories, with a tab between.
func wikiLayout(head []byte) string {
	if text, ok := fromBOM(head); ok {
		head = text
	}
	base := html.UnescapeString(element(head, "base"))
	if i := strings.LastIndexAny(base, "/="); i >= 0 {
		base = base[:i+1]
	}
	layout := []string{base}
	for _, m := range fileNamespace.FindAllSubmatch(head, 8) {
		layout = append(layout, html.UnescapeString(string(m[1])))
	}
	for i := range layout {
		layout[i] = oneLine(layout[i], MaxURL)
	}
	return strings.Join(layout, "\t")
}

var fileNamespace = regexp.MustCompile(`<namespace key="(?:6|14)"[^>]*>([^<]{1,200})</namespace>`)

// element is the text between the first <name> and the </name> behind it, "" when
// there is none.
func element(b []byte, name string) string {
	_, rest, ok := bytes.Cut(b, []byte("<"+name+">"))
	if !ok {
		return ""
	}
	text, _, ok := bytes.Cut(rest, []byte("</"+name+">"))
	if !ok {
		return ""
	}
	return string(text)
}

// fillWiki takes the last revision of a page that is an article: in namespace
// 0, no redirect.
func fillWiki(d *corpus.Document, layout string, rec record) (wanted bool, l *loss) {
	head, revision, _ := bytes.Cut(rec.raw, []byte(revStart))
	if element(head, "ns") != "0" && element(head, "ns") != "" || bytes.Contains(head, []byte("<redirect")) {
		return false, nil
	}
	parts := strings.Split(layout, "\t")
	d.Title = html.UnescapeString(element(head, "title"))
	if parts[0] != "" && d.Title != "" {
		d.URL = parts[0] + pathEscaped(strings.ReplaceAll(d.Title, " ", "_"))
	}
	if t, err := time.Parse(time.RFC3339, element(revision, "timestamp")); err == nil {
		d.Fetched = t.Unix()
	}
	if model := element(revision, "model"); model != "" && model != "wikitext" {
		return true, lose(Unsupported, "content model %s", model)
	}
	text, ok := wikiText(revision)
	switch {
	case !ok:
		return true, lose(NoText, "the dump has no text of this page")
	case isRedirect(text):
		return false, nil
	}
	plain, err := plainWiki(text, parts[1:])
	if err != nil {
		return true, lose(TooLarge, "%v", err)
	}
	if d.Text = plain; strings.TrimSpace(d.Text) == "" {
		return true, lose(NoText, "nothing but templates, tables of files and the like")
	}
	return true, nil
}

// isRedirect tells redirects of dumps before 0.4, which had no element for them.
func isRedirect(text string) bool {
	return len(text) > 9 && strings.EqualFold(text[:9], "#redirect")
}

// pathEscaped escapes what may not stand in a path, with : and / left as they
// are, as MediaWiki does.
func pathEscaped(title string) string {
	return strings.TrimPrefix((&url.URL{Path: "/" + title}).EscapedPath(), "/")
}

// wikiText is the text of a revision; false when it is not in the dump, as in
// stubs, or was deleted.
func wikiText(revision []byte) (string, bool) {
	i := bytes.Index(revision, []byte("<text"))
	if i < 0 {
		return "", false
	}
	tag, rest, ok := bytes.Cut(revision[i:], []byte(">"))
	if !ok || bytes.HasSuffix(tag, []byte("/")) {
		return "", false
	}
	text, _, ok := bytes.Cut(rest, []byte("</text>"))
	return html.UnescapeString(string(text)), ok
}
