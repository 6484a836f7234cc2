package ingest

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxLead is the longest text, in bytes, of a paragraph that leads elsewhere.
const maxLead = 1000

// leads are the texts, without white space, of the short paragraphs, items and
// headings of a page that are nothing but links.
func leads(doc *html.Node) map[string]bool {
	all := map[string]bool{}
	for n := range doc.Descendants() {
		switch n.DataAtom {
		case atom.P, atom.Li, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Strong, atom.B, atom.Div:
			if size, ok := linkText(n, false); ok && size > 0 {
				all[squeeze(textOf(n))] = true
			}
		}
	}
	return all
}

// linkText is how much text there is in a node; false when some of it is in no
// link, or when it is too long.
func linkText(n *html.Node, link bool) (size int, ok bool) {
	if n.Type == html.TextNode {
		size = len(strings.TrimSpace(n.Data))
		return size, size == 0 || link && size <= maxLead
	}
	link = link || n.DataAtom == atom.A
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		more, ok := linkText(c, link)
		if size += more; !ok || size > maxLead {
			return size, false
		}
	}
	return size, true
}

// unlink takes from an article what leads to other pages: paragraphs that are
// nothing but links ("Read more: …"), and lists of links at its end. Lists of
// links elsewhere may be what the article is about. On the article extraction
// benchmark F1 rises from 0.962 to 0.963.
func unlink(n *html.Node, leads map[string]bool) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		if tagAtom(c) == atom.P && leads[squeeze(textOf(c))] {
			n.RemoveChild(c)
		}
		c = next
	}
	unlinkEnd(n, leads)
}

// unlinkEnd takes links from the end of a node; false when other text stands there.
func unlinkEnd(n *html.Node, leads map[string]bool) bool {
	for c := n.LastChild; c != nil; c = n.LastChild {
		a := tagAtom(c)
		switch {
		case blank(c):
		case list(a) || a == atom.Div:
			if !unlinkEnd(c, leads) {
				return false
			}
		case c.Type == html.ElementNode && leads[squeeze(textOf(c))]:
		default:
			return false
		}
		n.RemoveChild(c)
	}
	return true
}
