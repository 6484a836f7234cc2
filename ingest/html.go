package ingest

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
)

// page is what is taken from an HTML page.
type page struct{ title, author, text string }

// extract takes title and main content from a page. Gates come before the tree
// is built, since building it is the dearest step of all. Where there is no tree
// (golang.org/x/net/html stops at 512 open elements), where it costs too much, or
// no main content is found in it, the visible text is taken: a short or odd page
// is for the filters to judge.
func (c Config) extract(b []byte, contentType string) (page, *loss) {
	if len(b) > MaxPage {
		return page{}, lose(TooLarge, "page of %d bytes", len(b))
	}
	b = toUTF8(b, declared(b, contentType))
	if controls(b) {
		return page{}, lose(Binary, "")
	}
	tags := bytes.Count(b, []byte("<"))
	if tags > 4*MaxNodes {
		return page{}, lose(Nodes, "%d tags", tags)
	}
	if l := c.foreign(b); l != nil {
		return page{}, l
	}
	if c.Extract == ExtractRaw {
		return finish(visible(b))
	}
	if mayReopen(b, tags) > MaxReopened && reopened(b) > MaxReopened {
		return finish(visible(b))
	}
	doc, err := html.Parse(bytes.NewReader(b))
	if err != nil {
		return finish(visible(b))
	}
	nodes, depths := weigh(doc, 0)
	if nodes > MaxNodes {
		return page{}, lose(Nodes, "%d nodes", nodes)
	}
	if depths <= MaxDepths && join(doc) { // what was joined may stand deeper
		_, depths = weigh(doc, 0)
	}
	if depths > MaxDepths {
		return finish(visible(b))
	}
	if p, ok := manual(doc); ok {
		return finish(p)
	}
	find := content
	if c.Extract == ExtractFast {
		find = readable
	}
	p, err := find(doc)
	if err != nil || strings.TrimSpace(p.text) == "" {
		return finish(visible(b))
	}
	return finish(p)
}

func finish(p page) (page, *loss) {
	if strings.TrimSpace(p.text) == "" {
		return p, lose(NoText, "no visible text")
	}
	return p, nil
}

// controls says whether more than one byte in ten is a control character. NUL
// alone does not make a page binary: the parser replaces it.
func controls(b []byte) bool {
	n := 0
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' {
			n++
		}
	}
	return n > len(b)/10
}
