package ingest

import (
	"bytes"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"corpus"
	"corpus/internal/jsontext"
)

// lines reads records that end with a newline.
type lines struct {
	c   *cursor
	max int
}

func (l *lines) next() (record, error) {
	for {
		rec, ok := l.line()
		if err := l.c.fault(); err != nil {
			return record{}, err
		}
		if !ok {
			return record{}, io.EOF
		}
		if rec.lost != "" || len(bytes.TrimSpace(rec.raw)) > 0 {
			return rec, nil
		}
	}
}

// line takes the next line with its newline; false at the end.
func (l *lines) line() (record, bool) {
	c, seen := l.c, 0
	for {
		w := c.window()
		i := bytes.IndexByte(w[seen:], '\n')
		if i >= 0 && seen+i <= l.max {
			return l.take(seen + i + 1), true
		}
		seen = len(w)
		if i >= 0 || seen > l.max {
			return l.tooLong(), true
		}
		if !c.more() {
			break
		}
	}
	if seen == 0 {
		return record{}, false
	}
	rec := l.take(seen)
	rec.open = true
	if rec.lost = c.broken(); rec.lost != "" {
		rec.detail = c.err.Error()
	}
	return rec, true
}

// take makes a record of n bytes; its raw bytes are those before the line end,
// which a last line may lack until the file grows.
func (l *lines) take(n int) record {
	w := bytes.TrimSuffix(l.c.window()[:n], []byte("\n"))
	rec := record{off: l.c.off, raw: bytes.TrimSuffix(w, []byte("\r"))}
	l.c.skip(n)
	rec.end = l.c.off
	return rec
}

// tooLong drops a line that is longer than any may be.
func (l *lines) tooLong() record {
	c := l.c
	rec := record{off: c.off, lost: TooLarge, detail: fmt.Sprintf("line of more than %d bytes", l.max)}
	for {
		w := c.window()
		if i := bytes.IndexByte(w, '\n'); i >= 0 {
			c.skip(i + 1)
			break
		}
		c.skip(len(w))
		if !c.more() {
			break
		}
	}
	rec.end = c.off
	return rec
}

// Names under which data sets keep the text, the address, the title and the author, in the
// order tried: text (C4, FineWeb, Dolma, RedPajama), content (The Stack,
// StarCoder), contents (DSIR, Anserini), raw_content (RedPajama-V2, cc_net),
// then what exports of articles use.
var (
	textFields  = []string{"text", "content", "contents", "raw_content", "body", "article", "document", "articleBody"}
	urlFields   = []string{"url", "uri", "link", "source_url", "WARC-Target-URI"}
	titleFields = []string{"title", "headline"}
	// authorFields are asked for one name; lists of authors are not read.
	authorFields = []string{"author", "byline"}
	// idFields count as an address when they hold one.
	idFields = []string{"id", "source"}
	// metaFields are objects that may hold the address and title (Dolma,
	// RedPajama).
	metaFields = []string{"metadata", "meta"}
)

// textNames are the fields that may hold the text.
func textNames(field string) []string {
	if field != "" {
		return []string{field}
	}
	return textFields
}

// wanted are the members that a page is made of.
func wanted(field string) []string {
	return slices.Concat(textNames(field), urlFields, titleFields, idFields, metaFields)
}

// fillFields fills a document from the fields of an object; false when none of
// the text fields is there.
func fillFields(d *corpus.Document, o jsontext.Object, field string) bool {
	text, ok := o.Text(textNames(field))
	if !ok {
		return false
	}
	d.Text = text
	d.URL, _ = o.Text(urlFields)
	d.Title, _ = o.Text(titleFields)
	d.Author, _ = o.Text(authorFields)
	for _, name := range metaFields {
		raw := o.Get(name)
		if len(raw) == 0 || raw[0] != '{' || d.URL != "" && d.Title != "" {
			continue
		}
		meta, err := jsontext.Parse(raw, slices.Concat(urlFields, titleFields))
		if err != nil {
			continue
		}
		if d.URL == "" {
			d.URL, _ = meta.Text(urlFields)
		}
		if d.Title == "" {
			d.Title, _ = meta.Text(titleFields)
		}
		if d.Author == "" {
			d.Author, _ = meta.Text(authorFields)
		}
	}
	for _, name := range idFields {
		if d.URL == "" {
			d.URL = address(o, name)
		}
	}
	return true
}

// address is the named field when it holds an address of the web.
func address(o jsontext.Object, name string) string {
	s, _ := o.Text([]string{name})
	if isAddress(s) {
		return s
	}
	return ""
}

func isAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && strings.HasPrefix(u.Scheme, "http") && u.Host != ""
}
