package ingest

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// boilerplate says whether an element of a manual is there to find one's way
// about, by its name, its role (WAI-ARIA 1.2, landmarks) or the class names that
// generators of documentation give.
func boilerplate(n *html.Node) bool {
	switch tagAtom(n) {
	case atom.Nav, atom.Footer, atom.Button, atom.Dialog, atom.Menu:
		return true
	case atom.Header:
		return !holds(n, atom.H1)
	case atom.A:
		return permalink(n)
	case atom.Body, atom.Main, atom.Article:
		return false
	}
	if len(n.Attr) == 0 {
		return false
	}
	switch attr(n, "role") {
	case "navigation", "search", "banner", "contentinfo", "menu", "menubar", "toolbar", "dialog", "alertdialog":
		return true
	}
	return has(n, "hidden") || byClass(n) || hiddenByStyle(n)
}

// byClass knows the class names of DocBook XSL, Sphinx and its themes, Doxygen,
// Javadoc, MkDocs, Docusaurus, mdBook, GitBook, and of blogs with code. Names that
// are given to text too count where links are most of it.
func byClass(n *html.Node) bool {
	maybe := false
	for _, name := range classes(n) {
		switch name {
		case "navheader", "navfooter", "sphinxsidebar", "breadcrumb", "breadcrumbs", "skip-link", "skiplink", "pagination",
			"prev-next", "rst-versions", "rst-footer-buttons", "edit-this-page", "headerlink", "anchor-link", "linenos",
			"linenodiv", "lineno", "linenumber", "gutter", "copybtn", "footer", "site-footer", "cookie-banner", "comments",
			"comment-list", "disqus_thread", "respond", "md-header", "md-footer", "nav-wrapper", "nav-chapters":
			return true
		case "nav", "navbar", "navigation", "related", "sidebar", "menu", "pager", "share", "social", "topnav", "subnav",
			"bottomnav", "navpath", "md-sidebar":
			maybe = true
		}
	}
	return maybe && linked(n)
}

// contents says whether an element is a table of contents.
func contents(n *html.Node) bool {
	topic, local, toc := false, false, false
	for _, name := range classes(n) {
		switch name {
		case "toc", "toctree-wrapper", "table-of-contents", "list-of-tables", "list-of-figures", "list-of-examples", "list-of-procedures", "tableofcontents":
			toc = true
		case "contents":
			topic = true
		case "topic", "local":
			local = true
		}
	}
	return (toc || topic && local) && linked(n)
}

// linked says whether links are most of an element's text.
func linked(n *html.Node) bool {
	in, all := 0, 0
	var count func(n *html.Node, link bool)
	count = func(n *html.Node, link bool) {
		if n.Type == html.TextNode {
			size := len(strings.TrimSpace(n.Data))
			if all += size; link {
				in += size
			}
		}
		link = link || tagAtom(n) == atom.A
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			count(c, link)
		}
	}
	count(n, false)
	return in*2 > all
}

// permalink says whether a link is only the sign that leads to its own heading.
func permalink(a *html.Node) bool {
	c := a.FirstChild
	if c == nil || c.NextSibling != nil || c.Type != html.TextNode {
		return false
	}
	switch strings.TrimSpace(c.Data) {
	case "¶", "#", "§", "🔗", "\uf0c1":
		return strings.Contains(attr(a, "href"), "#")
	}
	return false
}

func hiddenByStyle(n *html.Node) bool {
	style := attr(n, "style")
	_, after, ok := strings.Cut(style, "display")
	return ok && strings.HasPrefix(strings.TrimLeft(after, ": "), "none")
}

func holds(n *html.Node, a atom.Atom) bool {
	for c := range n.Descendants() {
		if tagAtom(c) == a {
			return true
		}
	}
	return false
}
