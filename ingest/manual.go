package ingest

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// manual is the text of a page of documentation, or of another with lines of
// code, which is laid out as it stands: extractors made for articles prune what
// such pages are made of (definitions, tables, code). It says no when the page
// is no such page or has no part that is plainly its content.
func manual(doc *html.Node) (page, bool) {
	s := survey(doc)
	if !s.generated && !s.permalinks && !s.code {
		return page{}, false
	}
	main := s.main
	if main == nil {
		main = s.body
	}
	if main == nil { // a set of frames
		return page{}, false
	}
	if main == s.body && !s.generated {
		main = descend(s.body)
	}
	w := layout{leaves: func(n *html.Node) bool { return boilerplate(n) || contents(n) }}
	w.children(main)
	sure := s.generated || s.main != nil
	return page{headline(doc, main), s.author, w.String()}, w.b.Len() >= minManual || sure && w.b.Len() > 0
}

// headline is the only <h1> of the content, else <title>, which names the site too.
func headline(doc, main *html.Node) string {
	var title layout
	n := 0
	for h := range main.Descendants() {
		if h.DataAtom == atom.H1 {
			n++
			title = layout{leaves: boilerplate}
			title.children(h)
		}
	}
	if n == 1 && title.b.Len() > 0 {
		return title.String()
	}
	return titleOf(doc)
}

// minManual is the least text, in bytes, of a page that does not say where it is.
const minManual = 100

// signs are what tells documentation from articles.
type signs struct {
	generated  bool // by a generator of documentation
	permalinks bool // headings that link to themselves
	code       bool // a <pre> of two lines or more
	main, body *html.Node
	mains      int
	author     string
}

// survey looks for the signs. The content is marked where exactly one element
// is <main> or has its role, or else one is <article>.
func survey(doc *html.Node) (s signs) {
	var articles []*html.Node
	for n := range doc.Descendants() {
		switch a := n.DataAtom; {
		case a == atom.Meta:
			if strings.EqualFold(attr(n, "name"), "author") {
				s.author = attr(n, "content")
			}
			s.generated = s.generated || strings.EqualFold(attr(n, "name"), "generator") && makesManuals(attr(n, "content"))
		case a == atom.Body:
			s.body = n
		case a == atom.Article:
			articles = append(articles, n)
		case a == atom.Pre:
			s.code = s.code || ofLines(n)
		case a == atom.A && !s.permalinks:
			s.permalinks = permalink(n)
		}
		if n.DataAtom == atom.Main || n.Type == html.ElementNode && attr(n, "role") == "main" {
			if s.mains++; s.main == nil {
				s.main = n
			}
		}
	}
	if s.mains == 1 {
		articles = slices.DeleteFunc(articles, func(n *html.Node) bool { return !below(s.main, n) })
	} else {
		s.main = nil
	}
	if len(articles) == 1 {
		s.main = articles[0]
	}
	return s
}

// makesManuals says whether a generator makes documentation. The names are those
// that the programs put into <meta name="generator">.
func makesManuals(generator string) bool {
	generator = strings.ToLower(generator)
	for _, name := range []string{
		"docbook", "sphinx", "docutils", "doxygen", "javadoc", "docusaurus", "mkdocs", "asciidoc", "antora", "pandoc", "rustdoc",
		"mdbook", "gitbook", "vuepress", "vitepress", "makeinfo", "texi2any", "latex2html", "hevea", "groff", "man2html", "typedoc",
		"yard", "sdoc", "org mode", "org-mode", "docfx", "quarto", "bookdown",
	} {
		if strings.Contains(generator, name) {
			return true
		}
	}
	return false
}

// descend goes down from the body to where the text parts: to the smallest box
// that has nine tenths of the text outside of boilerplate, and no paragraph
// beside it.
func descend(n *html.Node) *html.Node {
	sizes := map[*html.Node]int{}
	all := measure(n, sizes)
	for {
		var next *html.Node
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			switch {
			case sizes[c] == 0:
			case !box(c.DataAtom):
				return n
			case sizes[c]*10 > all*9:
				next = c
			}
		}
		if next == nil {
			return n
		}
		n = next
	}
}

// box says whether an element holds parts of pages, as against text.
func box(a atom.Atom) bool {
	switch a {
	case atom.Div, atom.Section, atom.Article, atom.Main, atom.Center, atom.Aside, atom.Header,
		atom.Table, atom.Tbody, atom.Tr, atom.Td:
		return true
	}
	return false
}

// measure notes how much text there is below a node, outside of boilerplate.
func measure(n *html.Node, sizes map[*html.Node]int) (size int) {
	if n.Type == html.TextNode {
		return len(strings.TrimSpace(n.Data))
	}
	if unseen(n.DataAtom) || boilerplate(n) {
		return 0
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		size += measure(c, sizes)
	}
	sizes[n] = size
	return size
}
