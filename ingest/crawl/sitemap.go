package crawl

import (
	"bytes"
	"encoding/xml"
	"io"
	"net/url"
	"strings"

	"golang.org/x/net/html/charset"
)

// isFeed says whether a media type is that of a sitemap or a feed.
func isFeed(kind string) bool {
	switch kind {
	case "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/xml", "text/xml":
		return true
	}
	return false
}

// list is the addresses of a sitemap, a sitemap index, or a feed.
type list struct {
	sitemaps, pages []*url.URL
}

// parseList reads a sitemap or index (sitemaps.org), RSS, RDF or Atom, or a text
// of one address a line. What is damaged gives what stands before the damage.
func parseList(base *url.URL, b []byte) list {
	l := listReader{base: base}
	if trimmed := bytes.TrimLeft(b, "\xef\xbb\xbf \t\r\n"); !bytes.HasPrefix(trimmed, []byte("<")) {
		l.lines(string(trimmed))
		return l.list
	}
	d := xml.NewDecoder(bytes.NewReader(b))
	d.Strict, d.CharsetReader = false, func(label string, r io.Reader) (io.Reader, error) { return charset.NewReaderLabel(label, r) }
	for {
		t, err := d.RawToken()
		if err != nil || l.token(t) != nil {
			return l.list
		}
	}
}

type listReader struct {
	list
	base  *url.URL
	inMap bool   // inside <sitemap>
	open  string // element whose text is an address
	text  strings.Builder
}

// lines takes whole addresses only: what is no sitemap has none.
func (l *listReader) lines(text string) {
	l.base = nil
	for line := range strings.Lines(text) {
		if l.add(strings.TrimSpace(line)) != nil {
			return
		}
	}
}

func (l *listReader) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		return l.start(t)
	case xml.CharData:
		if l.open != "" && l.text.Len() <= MaxURL {
			l.text.Write(t)
		}
	case xml.EndElement:
		return l.end(t.Name.Local)
	}
	return nil
}

// start looks for <loc> of sitemaps, <link> of RSS, <link href> of Atom; <image:loc>
// and <video:loc> are no pages.
func (l *listReader) start(t xml.StartElement) error {
	if t.Name.Space == "image" || t.Name.Space == "video" {
		return nil
	}
	switch t.Name.Local {
	case "sitemap":
		l.inMap = true
	case "loc", "link":
		l.open = t.Name.Local
		l.text.Reset()
	}
	if t.Name.Local != "link" {
		return nil
	}
	rel, href := "alternate", ""
	for _, a := range t.Attr {
		switch a.Name.Local {
		case "rel":
			rel = a.Value
		case "href":
			href = a.Value
		}
	}
	if href == "" || rel != "alternate" && rel != "next" {
		return nil
	}
	return l.add(href)
}

func (l *listReader) end(name string) error {
	if name == "sitemap" {
		l.inMap = false
	}
	if name != l.open {
		return nil
	}
	l.open = ""
	return l.add(strings.TrimSpace(l.text.String()))
}

func (l *listReader) add(ref string) error {
	if len(l.pages)+len(l.sitemaps) >= MaxEntries {
		return errMany
	}
	u, err := canonical(l.base, ref)
	switch {
	case err != nil || ref == "":
	case l.inMap:
		l.sitemaps = append(l.sitemaps, u)
	default:
		l.pages = append(l.pages, u)
	}
	return nil
}
